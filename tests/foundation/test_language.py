"""Whatever language the screen of whoever acts is in: what is kept for others, and every mail, is in the platform's own."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from django.utils import translation
from django.utils.translation import gettext as _

from tests.organizations import examples as ex
from tests.support import world as w
from zhicheng.applications.models import CommitteeArrival, StatusChange
from zhicheng.documents.models import Paper
from zhicheng.evidence.names import clean_name
from zhicheng.foundation import clock, outbox
from zhicheng.foundation.errors import Refused
from zhicheng.foundation.language import platform_language
from zhicheng.foundation.mail import read_mail
from zhicheng.foundation.models import LedgerEntry, OutboxMessage
from zhicheng.integrity.actions import record_fraud
from zhicheng.organizations import actions as organizations
from zhicheng.organizations.models import AccountRequest, AccountRequestState
from zhicheng.publicity import actions as publicity
from zhicheng.publicity.models import PublicityPeriod
from zhicheng.review.actions import annul_arrival, reject_for_fraud

pytestmark = pytest.mark.django_db
LATER = w.IN_WINDOW + timedelta(days=11)
AFTER_SECOND = LATER + timedelta(days=12)
SAID = "5月20日本人持身份证到单位，当面核对无误。"
CHINESE = re.compile(r"[\u4e00-\u9fff]")
# Addresses, mailboxes and login names (of the examples) may be in Latin letters wherever they stand.
NAMES = re.compile(r"https?://\S+|\S+@\S+|\b[\w-]*\d[\w-]*\b|\bunit-admin\S*|\bapplicant\b|\bcolleague\b")
LATIN = re.compile(r"[A-Za-z]{3,}")


@pytest.fixture(autouse=True)
def reading_english() -> Iterator[None]:
    """Everybody acts on an English screen; afterwards the worker runs in a process that happens to be English as well."""
    with clock.travel(w.IN_WINDOW), translation.override("en"):
        yield


def say(refusal: Callable[[], object]) -> str:
    with pytest.raises(Refused) as refused:
        refusal()
    return " ".join(str(p.text) for p in refused.value.problems)


def test_platform_language_speaks_chinese_inside_and_gives_the_screen_back() -> None:
    with platform_language():
        assert _("上报") == "上报"
    assert translation.get_language() == "en" and _("上报") != "上报"

    @platform_language()
    def said() -> str:
        return _("上报")

    assert (said(), said(), translation.get_language()) == ("上报", "上报", "en")


def _application_comes_back(world: w.World) -> None:
    """Returned in the middle of its publicity, shown again, stopped for an objection."""
    person = world.new_applicant()
    application = w.submitted(world, person)
    w.unit_pass(world, application)
    w.open_publicity(world, application)
    w.give_back(world.unit_admin, application)
    w.submit(person, application)
    w.unit_pass(world, application)
    period = w.open_publicity(world, application)
    with clock.travel(w.IN_WINDOW + timedelta(days=1)):
        objection = publicity.register_objection(
            actor=world.unit_admin,
            period_id=period.pk,
            channel="phone",
            content="反映业绩材料不属实。",
            received_at=clock.now(),
        )
        publicity.decide_objection(actor=world.unit_admin, objection_id=objection.pk, upheld=True, finding="经核实，反映属实。")
        publicity.stop_for_objection(
            actor=world.unit_admin, application_id=application.pk, reason="主要业绩不属于本人，不能作为依据。"
        )


def _application_arrives_and_is_refused(world: w.World) -> None:
    """Two arrivals, one return from final review, one arrival annulled, then fraud; and a form that a late ban ends."""
    application = w.submitted(world)
    w.unit_pass(world, application)
    period = w.open_publicity(world, application)
    with clock.travel(LATER):
        w.add_papers(world, period)
        publicity.make_publicity_result(actor=world.unit_admin, period_id=period.pk)
        w.report(world, application)
        w.pass_on(world.supervisor, application)
        w.pass_on(world.county_officer, application)
        w.give_back(world.bureau, application)
        arrival = CommitteeArrival.objects.get(application=application)
        annul_arrival(actor=world.bureau, arrival_id=arrival.pk, reason="经办人误退，材料实际齐全。")
        w.submit(world.applicant, application)
        reject_for_fraud(actor=world.bureau, application_id=application.pk, reason="查实提供虚假业绩证明材料。")
        for year in (2022, 2023):
            person = world.new_applicant()
            w.start(world, person)
            record_fraud(
                actor=world.bureau,
                person_index=person.person_index,
                name=person.name,
                application_year=year,
                ban_years=5,
                source=f"paper:{year}",
                reason="查实提供虚假业绩证明材料。",
            )


def _unit_registers(world: w.World) -> None:
    """Returned, handed in again, transferred and passed; a second administrator; somebody tries another's mailbox."""
    first = ex.registered_unit(receiving_office_id=world.other_county.pk)
    organizations.decide_unit_verification(
        verification_id=first.pk,
        actor=world.other_officer,
        approve=False,
        reasons=[organizations.FieldReason("licence", "证照缺少印章，请重新上传。")],
    )
    again = organizations.resubmit_registration(
        actor=ex.unit_actor(first.organization),
        unit=ex.unit_particulars(receiving_office_id=world.other_county.pk),
        licence=ex.licence(ex.licence_file(b"better", uploaded_by=first.submitted_by_id)),
        year=ex.YEAR,
    )
    organizations.transfer_verification(
        verification_id=again.pk, actor=world.other_officer, to_office_id=world.county.pk, reason="单位在博乐市。"
    )
    organizations.decide_unit_verification(verification_id=again.pk, actor=world.county_officer, approve=True)
    admin = ex.unit_actor(first.organization)
    colleague = ex.administrator(7)
    organizations.add_unit_staff(
        actor=admin,
        name="李明",
        id_number=colleague.id_number,
        mobile=colleague.mobile,
        email="colleague@unit.example",
        username="colleague",
        position="科员",
    )
    user = ex.registered_applicant(first.organization)
    assert organizations.register_applicant(**ex.applicant_data(2, employer_id=world.unit.pk, email=user.email)) is None


def _accounts_are_put_right(world: w.World) -> None:
    """One mailbox replaced, one correction made, one refused by hand, one by five wrong tries."""
    people = [ex.registered_applicant(world.unit, number) for number in (11, 12, 13, 14)]
    rows = [
        organizations.request_mailbox(
            actor=world.unit_admin,
            user_id=user.pk,
            email=f"fresh{user.pk}@mail.example",
            statement=SAID,
            identity_checked=True,
            year=ex.YEAR,
        )
        for user in people[:3]
    ]
    scan = ex.licence_file(b"card", uploaded_by=world.unit_admin.user_id)
    correction = organizations.request_correction(
        actor=world.unit_admin,
        user_id=people[3].pk,
        name="阿依古丽·买买提明",
        id_number=people[3].id_number,
        statement=SAID,
        identity_checked=True,
        scan_id=scan.pk,
        year=ex.YEAR,
    )

    def decide(row: AccountRequest, last: str = "", *, approve: bool = True, reason: str = "") -> None:
        organizations.decide_account_request(
            actor=world.county_officer, request_id=row.pk, approve=approve, reason=reason, last_characters=last
        )

    decide(rows[0], people[0].id_number[-6:])
    token = organizations.account_decisions.mailbox_link(rows[0]).rstrip("/").rsplit("/", 1)[1]
    organizations.confirm_new_mailbox(token=token, last_characters=people[0].id_number[-6:])
    decide(rows[1], approve=False, reason="电话联系不上本人。")
    told = [say(lambda: decide(rows[2], "000000")) for _try in range(5)]
    assert not any(CHINESE.search(text) for text in told), "the officer reads the refusal in the language of the screen"
    decide(correction, people[3].id_number[-6:])


def _kept() -> Iterator[tuple[str, str]]:
    """Every sentence that is stored for others to read, with where it stands."""
    for change in StatusChange.objects.all():
        yield f"{change.move} note", change.note
        yield from ((f"{change.move} reason", reason["text"]) for reason in change.reasons)
    for period in PublicityPeriod.objects.all():
        yield "cancel_reason", period.cancel_reason
    for request in AccountRequest.objects.all():
        yield "account request", request.reason
    for paper in Paper.objects.all():
        yield f"{paper.kind} title", paper.title
        yield f"{paper.kind} void", paper.void_reason
    for entry in LedgerEntry.objects.all():
        told = ((key, entry.data.get(key)) for key in ("note", "reason"))  # people's own words stand there as hashes
        yield from ((f"ledger {entry.event}", text) for _key, text in told if isinstance(text, str))


def _mails() -> Iterator[tuple[str, str]]:
    """Every mail but the one that confirms a registration: its reader is the one at the screen."""
    for message in OutboxMessage.objects.filter(kind="mail").exclude(key__startswith="confirm-mailbox:"):
        yield f"{message.key} subject", message.payload["subject"]
        yield f"{message.key} body", read_mail(message)["body"]


def test_nothing_kept_and_no_mail_is_in_the_language_of_the_screen() -> None:
    world = w.make_world(with_supervising=True)
    _unit_registers(world)
    _accounts_are_put_right(world)
    _application_comes_back(world)
    _application_arrives_and_is_refused(world)
    outbox.drain(1000)
    assert not OutboxMessage.objects.exclude(state="done").exists()

    kept, mails = list(_kept()), list(_mails())
    foreign = {where: text for where, text in [*kept, *mails] if LATIN.search(NAMES.sub("", text))}
    assert foreign == {}
    assert all(CHINESE.search(text) for _where, text in [*kept, *mails] if text)

    # The road really was walked: each kind of sentence is among them.
    moves = set(StatusChange.objects.values_list("move", flat=True))
    assert {"unit_return", "stop", "prefecture_return", "reject_fraud", "bar"} <= moves
    assert {text for where, text in kept if where == "cancel_reason"} >= {"已重新公示"}
    refused = AccountRequest.objects.filter(state=AccountRequestState.REFUSED).values_list("reason", flat=True)
    assert set(refused) == {"电话联系不上本人。", "身份证号末六位连续输错 5 次，申请自动作废。"}
    keys = {where.split(":")[0] for where, _text in mails}
    assert keys == {
        "moved", "annulled", "unit-decided", "unit-transferred", "unit-staff-added", "mailbox-taken", "mailbox-requested",
        "mailbox-approved", "mailbox-replaced", "account-request", "identity-corrected",
    }  # fmt: skip


def test_confirmation_is_in_the_language_of_the_screen_but_not_when_its_reader_is_another() -> None:
    world = w.make_world()
    user = ex.registered_applicant(world.unit, confirmed=False)
    sent = OutboxMessage.objects.filter(kind="mail", key__startswith="confirm-mailbox:")
    assert not CHINESE.search(sent.get().payload["subject"])
    sent.update(key="earlier")  # a link of the same second is the same link
    organizations.register_applicant(**ex.applicant_data(2, employer_id=world.unit.pk, email=user.email))
    assert sent.get().payload["subject"] == "请确认您的注册邮箱"


def test_file_without_a_name_gets_a_chinese_one() -> None:
    assert clean_name("..", media_type="application/pdf") == "附件.pdf"
