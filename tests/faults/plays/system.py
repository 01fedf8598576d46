"""The clock, the worker, the notice, and what operators and regular jobs do."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from django.db import connection, transaction

from tests.campaigns.files import calendar_text
from tests.faults.stage import BEGIN, Stage, play
from zhicheng.accounts.models import AccountKind
from zhicheng.applications.models import Application
from zhicheng.campaigns.data import BORTALA_2023
from zhicheng.campaigns.models import Campaign
from zhicheng.foundation import clock, jobs, mail_server, outbox
from zhicheng.foundation.lanes import Lane
from zhicheng.foundation.models import Failure, LedgerEntry, OutboxMessage, RegularRun
from zhicheng.foundation.sending import Form
from zhicheng.messages.reading import Reader
from zhicheng.organizations.actors import SYSTEM, actor_for
from zhicheng.organizations.models import OrganizationKind
from zhicheng.standards.calendar import load_calendar

NEVER = "faults.never"


@outbox.handler(NEVER)
def never_succeed(message: OutboxMessage) -> None:
    """A message that nobody can deliver."""
    raise outbox.GivenUp(Failure.TRIED, "it never succeeds")


# --- The clock ---------------------------------------------------------------------------------------------------------------


@play("foundation.move_clock", weight=2)
def minutes_later(stage: Stage) -> None:
    stage.later(timedelta(minutes=stage.dice.number(1, 600)))


@play("foundation.move_clock", weight=2)
def working_days_later(stage: Stage) -> None:
    """To the morning of the first, second … fifth working day from now: a period ends, or just does not."""
    calendar, day = load_calendar("xinjiang"), clock.today()
    for _ in range(stage.dice.number(1, 5)):
        day += timedelta(1)
        while not calendar.is_workday(day):
            day += timedelta(1)
    stage.move_clock(datetime.combine(day, stage.dice.pick([time(0), time(9), time(17, 59, 59)]), clock.BEIJING))


@play("foundation.move_clock")
def window_is_over(stage: Stage) -> None:
    """To a second before, or after, one of the two ends of the window; seldom, for afterwards little is left to do."""
    if stage.dice.percent(15):
        end = stage.dice.pick([datetime(2023, 6, 16, 18, tzinfo=clock.BEIJING), datetime(2023, 7, 21, 18, tzinfo=clock.BEIJING)])
        stage.move_clock(max(end + timedelta(seconds=stage.dice.number(-1, 1)), clock.now()))


@play("foundation.move_clock", weight=2)
def clock_goes_back(stage: Stage) -> None:
    """A minute, an hour, a day: a machine whose clock was wrong."""
    back = stage.dice.pick([timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)])
    stage.move_clock(max(clock.now() - back, BEGIN))


@play("foundation.put_clock_back", "foundation.move_clock")
def clock_is_put_back(stage: Stage) -> None:
    """To the machine's own time, and at once where it was."""
    if stage.dice.percent(30):
        at = clock.now()
        stage.act("foundation.put_clock_back", actor="system")
        stage.act("foundation.move_clock", to=at.replace(year=1999), actor="system")  # farther than it goes
        stage.move_clock(at)


# --- The worker --------------------------------------------------------------------------------------------------------------


@play("foundation.process_message", weight=6)
def work(stage: Stage) -> None:
    """The worker does some of what waits, not always what came first."""
    waiting = OutboxMessage.objects.filter(state="pending").order_by("pk").values_list("pk", flat=True)[:40]
    for message_id in sorted({stage.dice.pick(waiting) for _ in range(stage.dice.number(1, 8)) if waiting}):
        stage.act("foundation.process_message", message_id)


@play("foundation.claim")
def worker_dies(stage: Stage) -> None:
    """A worker takes something in hand, and does it, or dies and is found dead."""
    claimer = outbox.Claimer(instance=stage.dice.number(1000, 1009), pid=stage.dice.number(2, 9))
    message = stage.act("foundation.claim", stage.dice.pick(list(Lane)), by=claimer)
    if message is not None and stage.dice.percent(50):
        outbox.run_claimed(message)
    if stage.dice.percent(80):
        outbox.release(instance=claimer.instance)


@play("foundation.retry_message", "foundation.settle_message")
def look_after_a_message(stage: Stage) -> None:
    """Mostly one that failed."""
    rows = OutboxMessage.objects.all()
    message = stage.one_of(rows.filter(state="failed")) or stage.one_of(rows)
    name = stage.dice.pick(["foundation.retry_message", "foundation.settle_message"])
    stage.act(name, message_id=message.pk if message else 0, actor="system")


@play("foundation.sweep_refusals", "foundation.record_refusal")
def turn_somebody_away(stage: Stage) -> None:
    actor = stage.anybody()
    stage.act("foundation.record_refusal", path="/office/queue/", actor=actor.ref, reason="没有权限")
    if stage.dice.percent(20):
        stage.act("foundation.sweep_refusals")


@play("foundation.seal", "foundation.make_checkpoint")
def seal(stage: Stage) -> None:
    """What the worker does every hour and every day: the looks are sealed, the head is signed."""
    stage.act("foundation.seal")
    if stage.dice.percent(30):
        stage.act("foundation.make_checkpoint")


@play("foundation.prepare_schedules", "foundation.run_if_due", "foundation.watch", "foundation.sweep_sendings")
def regular_job(stage: Stage) -> None:
    """One of those of the timetable, when it is due; not those that copy the whole instance."""
    if stage.dice.percent(20) or not RegularRun.objects.exists():
        stage.act("foundation.prepare_schedules")
    if stage.dice.percent(30):
        stage.act("foundation.watch")
        stage.act("foundation.sweep_sendings")
    usual = [job for job in jobs.regular_jobs() if not job.name.startswith(("backup.", "files.second"))]
    stage.act("foundation.run_if_due", stage.dice.pick(usual), instance=1, pid=2)


@play(
    "foundation.ask_for_verification",
    "foundation.ask_for_whole_verification",
    "foundation.verify_nightly",
    "foundation.verify_and_keep",
)
def ask_whether_all_is_well(stage: Stage) -> None:
    """From the page, every night, on the server."""
    if stage.dice.percent(60):
        return
    name = stage.dice.pick(["foundation.ask_for_verification", "foundation.ask_for_whole_verification"])
    stage.act(name, actor=stage.anybody().ref)
    stage.act("foundation.verify_nightly")
    if stage.dice.percent(20):
        kept = stage.act("foundation.verify_and_keep", actor="system")
        assert kept.found == 0, kept.listed


@play("foundation.forget_private")
def forget_by_law(stage: Stage) -> None:
    """The salts of one of the last entries."""
    last = LedgerEntry.objects.order_by("-number").values_list("number", flat=True).first() or 1
    if stage.dice.percent(30):
        number = max(1, last - stage.dice.number(0, 20))
        with transaction.atomic():
            stage.act("foundation.forget_private", number=number, actor="system", reason="依据个人信息保护法第四十七条删除")


@play("foundation.note_failure")
def mail_server_is_silent(stage: Stage) -> None:
    stage.act("foundation.note_failure", "timed out")
    mail_server.note_answer()


@play("foundation.declare", "foundation.count_up", "foundation.reseal_all", "foundation.reindex_all")
def keys_and_places(stage: Stage) -> None:
    """What an operator does on the server: nothing is left to do, and nothing is done."""
    if stage.dice.percent(50):
        stage.act("foundation.declare", by="系统管理员")
        stage.act("foundation.count_up")
        stage.act("foundation.reseal_all", connection)
        stage.act("foundation.reindex_all", connection)


@play("foundation.keep_answer", "foundation.forget_sending")
def form_is_answered(stage: Stage) -> None:
    """What the pages keep of a form that was sent."""
    form = Form(key=f"{stage.dice.number(1, 5):064}", form="f" * 64, sender=stage.anybody().ref, address="unit_information")
    stage.act("foundation.keep_answer", form, row=1, location="/unit/", said="已提交。")
    stage.act("foundation.forget_sending", form)


@play("foundation.mark_rehearsal", "foundation.mark_instance", "foundation.adopt_files")
def start_again(stage: Stage) -> None:
    """What a start does."""
    stage.act("foundation.mark_instance")
    if stage.dice.percent(20):
        stage.act("foundation.mark_rehearsal")
    if stage.dice.percent(20):
        stage.act("foundation.adopt_files")


# --- The notice --------------------------------------------------------------------------------------------------------------


@play("campaigns.publish_campaign", "campaigns.withdraw_campaign")
def change_the_notice(stage: Stage) -> None:
    """A correction, the same again, another year under the same name, or withdrawn and put back."""
    if stage.dice.percent(60):
        return
    actor = stage.dice.pick([SYSTEM, stage.at_office(OrganizationKind.PREFECTURE), stage.anybody()])
    if stage.dice.percent(15) and (operator := stage.account(AccountKind.OPERATOR)) is not None:
        actor = actor_for(operator)
    text = notice_text()
    if stage.dice.percent(30):
        slug = stage.dice.pick([*Campaign.objects.values_list("slug", flat=True), "no-such"])
        stage.act("campaigns.withdraw_campaign", slug=slug, actor=actor)
        if stage.dice.percent(90):
            stage.act("campaigns.publish_campaign", text=text, actor=SYSTEM)
        return
    changed = stage.dice.pick(
        [
            text,
            text.replace("2023-07-21 18:00", f"2023-07-{stage.dice.number(22, 28)} 18:00"),
            text.replace("652700", "650000"),
            "not: [a notice",
        ]
    )
    stage.act("campaigns.publish_campaign", text=changed, actor=actor)


@play("campaigns.publish_calendar", "campaigns.withdraw_calendar")
def change_the_calendar(stage: Stage) -> None:
    """A day off that comes, moves, or is taken back; or a file with a mistake."""
    if stage.dice.percent(60):
        return
    actor = stage.dice.pick([SYSTEM, stage.at_office(OrganizationKind.PREFECTURE), stage.anybody()])
    name = stage.dice.pick(["xinjiang-more", "xinjiang-again"])
    if stage.dice.percent(30):
        stage.act("campaigns.withdraw_calendar", name=name, actor=actor)
        return
    text = calendar_text(name, day=f"2023-05-{stage.dice.number(22, 31)}", workday=stage.dice.percent(20))
    stage.act("campaigns.publish_calendar", text=stage.dice.pick([text, text, text.replace("level", "levels")]), actor=actor)


def notice_text() -> str:
    """The notice everything begins with."""
    return BORTALA_2023.read_text("utf-8")


@play("review.remind_of_application", "messages.send_digest", "messages.mark_read", "messages.choose_sms")
def remind_and_read(stage: Stage) -> None:
    """The look at one application, the mail of the day, and somebody who reads."""
    application = stage.one_of(Application.objects.all())
    stage.act("review.remind_of_application", application_id=application.pk if application else 0)
    who = stage.anybody()
    if who.user_id is None:
        return
    stage.act("messages.choose_sms", user_id=who.user_id, wanted=stage.dice.percent(50))
    mine = Reader(user_id=who.user_id, mailboxes=(("", "somebody@example.cn"),))
    stage.act("messages.send_digest", to=mine)
    stage.act("messages.mark_read", reader=mine, by_user_id=who.user_id)


@play("applications.count_durations")
def count_how_long_steps_take(stage: Stage) -> None:
    stage.act("applications.count_durations")
