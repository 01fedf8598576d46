"""Cases of the foundation: the clock, the outbox, the ledger and what the worker does by itself."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Any

from django.db import connection, transaction

from tests.support import world as w
from tests.support.cases import case
from zhicheng.applications.casefile import CaseFile
from zhicheng.applications.models import Application
from zhicheng.applications.reminding import PREFIX, Audience, every_reminder
from zhicheng.applications.states import State
from zhicheng.applications.watching import look_again
from zhicheng.foundation import clock, jobs, ledger, looks, originals, outbox, triggers, verification
from zhicheng.foundation.lanes import Lane
from zhicheng.foundation.models import AccessLook, AccessRefusal, InstanceMark, LedgerEntry, OutboxMessage, OutboxState, SentForm
from zhicheng.foundation.quiet import quiet_hours
from zhicheng.foundation.sending import Form
from zhicheng.messages.actions import send_message, send_reminder
from zhicheng.messages.reading import Reader
from zhicheng.review.reminding import facts_of_reminders

ACTIONS, SENDING, VERIFICATION = "foundation.actions", "foundation.sending", "foundation.verification"
FORM = Form(key="a" * 64, form="b" * 64, sender="user:1", address="objection")


@case(f"{ACTIONS}.move_clock")
def move_clock(world: w.World) -> dict[str, Any]:
    return {"to": w.IN_WINDOW + timedelta(days=3), "actor": "system"}


@case(f"{ACTIONS}.put_clock_back")
def put_clock_back(world: w.World) -> dict[str, Any]:
    return {"actor": "system"}


@case(f"{ACTIONS}.mark_instance")
def mark_instance(world: w.World) -> dict[str, Any]:
    triggers.take_off(connection)
    InstanceMark.objects.all().delete()
    triggers.put_on(connection)
    return {}


@case(f"{ACTIONS}.record_refusal")
def record_refusal(world: w.World) -> dict[str, Any]:
    return {"path": "/office/", "actor": "user:1", "reason": "not yours"}


@case(f"{ACTIONS}.sweep_refusals")
def sweep_refusals(world: w.World) -> dict[str, Any]:
    AccessRefusal.objects.create(at=clock.now(), actor="user:1", path="/", reason="x", error_id="y")
    return {}


def failed_message() -> OutboxMessage:
    at = clock.machine_now()
    return OutboxMessage.objects.create(
        kind="mail", key="x", payload={}, state=OutboxState.FAILED, created_at=at, next_attempt_at=at - timedelta(days=1)
    )


@case(f"{ACTIONS}.retry_message")
def retry(world: w.World) -> dict[str, Any]:
    return {"message_id": failed_message().pk, "actor": "system"}


@case(f"{ACTIONS}.settle_message")
def settle(world: w.World) -> dict[str, Any]:
    return {"message_id": failed_message().pk, "actor": "system"}


@case("foundation.outbox.claim", begins=w.submitted)
def claim(world: w.World, _application: Application) -> dict[str, Any]:
    return {"lane": Lane.EFFECTS}


@case("foundation.outbox.process_message:a move's mails", begins=w.submitted)
def process_move(world: w.World, _application: Application) -> dict[str, Any]:
    return {"message_id": OutboxMessage.objects.filter(kind="application.moved").earliest("pk").pk}


@case("foundation.outbox.process_message:a paper", begins=w.submitted)
def process_paper(world: w.World, application: Application) -> dict[str, Any]:
    w.unit_pass(world, application)
    return {"message_id": OutboxMessage.objects.filter(kind="paper.render").latest("pk").pk}


@case("foundation.outbox.process_message:a ban", begins=w.submitted)
def process_ban(world: w.World, application: Application) -> dict[str, Any]:
    """A record that ends what its person has under way."""
    from tests.support.cases.road import record_fraud
    from zhicheng.integrity.actions import record_fraud as record

    w.unit_pass(world, application)
    record(**record_fraud(world))
    return {"message_id": OutboxMessage.objects.get(kind="integrity.recorded").pk}


@case("foundation.outbox.process_message:a ban lifted", begins=w.submitted)
def process_annulment(world: w.World, application: Application) -> dict[str, Any]:
    from zhicheng.integrity.actions import annul_record
    from zhicheng.integrity.models import IntegrityRecord

    outbox.process_message(process_ban(world, application)["message_id"])
    annul_record(actor=world.bureau, record_id=IntegrityRecord.objects.get().pk, reason="经复核，学校更正了证明。")
    return {"message_id": OutboxMessage.objects.get(kind="integrity.annulled").pk}


@case("foundation.alerts.watch")
def watch(world: w.World) -> dict[str, Any]:
    return {}


@case("foundation.checkpoints.make_checkpoint")
def checkpoint(world: w.World) -> dict[str, Any]:
    return {}


@case("foundation.jobs.prepare_schedules")
def schedules(world: w.World) -> dict[str, Any]:
    return {}


@case("foundation.jobs.run_if_due")
def run_job(world: w.World) -> dict[str, Any]:
    jobs.prepare_schedules()
    job = next(job for job in jobs.regular_jobs() if job.name == "refusals.sweep")
    return {"job": job, "instance": 1, "pid": 1}


@case("foundation.ledger.forget_private")
def forget_private(world: w.World) -> dict[str, Any]:
    with transaction.atomic():
        ledger.record(event="test", subject="x", actor="system", data={"reason": ledger.private("说明")})
    return {"number": LedgerEntry.objects.latest("number").number, "actor": "system", "reason": "依法删除"}


@case("foundation.looks.seal")
def seal(world: w.World) -> dict[str, Any]:
    at = clock.machine_now() - timedelta(hours=1)
    AccessLook.objects.create(at=at, seen_at=at, actor="user:1", what=looks.NUMBER, subject="application:1")
    return {}


@case("foundation.mail_server.note_failure")
def mail_failure(world: w.World) -> dict[str, Any]:
    return {"said": "no answer"}


@case("foundation.originals.declare")
def declare(world: w.World) -> dict[str, Any]:
    return {"by": "operator"}


@case("foundation.originals.count_up")
def count_up(world: w.World) -> dict[str, Any]:
    originals.declare(by="operator")
    return {}


def _sent(said: str = "") -> None:
    SentForm.objects.create(
        key=FORM.key, form=FORM.form, sender=FORM.sender, address=FORM.address, at=clock.machine_now() - timedelta(days=30)
    )


@case(f"{SENDING}.keep_answer")
def keep_answer(world: w.World) -> dict[str, Any]:
    _sent()
    return {"form": FORM, "row": SentForm.objects.get(key=FORM.key).pk, "location": "/", "said": "好"}


@case(f"{SENDING}.forget_sending")
def forget_sending(world: w.World) -> dict[str, Any]:
    _sent()
    return {"form": FORM}


@case(f"{SENDING}.sweep_sendings")
def sweep_sendings(world: w.World) -> dict[str, Any]:
    _sent()
    return {}


@case(f"{VERIFICATION}.ask_for_verification")
def ask_verification(world: w.World) -> dict[str, Any]:
    return {"actor": "system"}


@case(f"{VERIFICATION}.ask_for_whole_verification")
def ask_whole(world: w.World) -> dict[str, Any]:
    return {"actor": "system"}


@case(f"{VERIFICATION}.verify_nightly")
def nightly(world: w.World) -> dict[str, Any]:
    return {}


@case(f"{VERIFICATION}.verify_and_keep")
def verify_and_keep(world: w.World) -> dict[str, Any]:
    return {"actor": "system"}


@case(f"{VERIFICATION}.verify_ledger")
def verify_ledger(world: w.World) -> dict[str, Any]:
    return {"message": verification.ask_for_verification(actor="system")}


@case("messages.actions.mark_read")
def mark_read(world: w.World) -> dict[str, Any]:
    mine = Reader(user_id=world.applicant.account_id)
    with transaction.atomic():
        send_message(to=mine, words=lambda: ("主题", "正文"), key="told:1")
    return {"reader": mine, "by_user_id": world.applicant.account_id}


@case("messages.digests.send_digest", begins=w.submitted)
def send_digest(world: w.World, application: Application) -> dict[str, Any]:
    """A reminder that still holds waits, and one of something that was done meanwhile."""
    mine = Reader(user_id=world.applicant.account_id, mailboxes=(("", "applicant@example.cn"),))
    coming = every_reminder(facts_of_reminders(CaseFile(application)), quiet_hours())
    held = next(one.key for one in coming if one.audience is Audience.APPLICANT)
    with transaction.atomic():
        for key in (held, f"{PREFIX}{application.pk}:gone:x"):
            send_reminder(to=mine, words=lambda: ("主题", "正文"), key=key, path="/my/")
    return {"to": mine}


@case("review.actions.remind.remind_of_application", begins=w.submitted)
def remind(world: w.World, application: Application) -> dict[str, Any]:
    with transaction.atomic():
        look_again(application, clock.now())
    return {"application_id": application.pk}


@case("applications.actions.durations.keep_durations")
def keep_durations(world: w.World) -> dict[str, Any]:
    return {"year": 2023, "counted": {(world.unit.pk, State.UNIT_REVIEW): Counter({1: 30})}}


@case("applications.actions.durations.count_durations", begins=w.submitted)
def count_durations(world: w.World, _application: Application) -> dict[str, Any]:
    return {}


@case("messages.sms.choose_sms")
def choose_sms(world: w.World) -> dict[str, Any]:
    return {"user_id": world.applicant.account_id, "wanted": True}


@case("messages.gateway.note_failure")
def sms_gateway_is_away(world: w.World) -> dict[str, Any]:
    return {"said": "timed out"}
