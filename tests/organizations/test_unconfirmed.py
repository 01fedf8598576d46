"""Registrations nobody confirms go after a time, whole; whatever somebody has to do with stays."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.db import DatabaseError, connection, transaction
from django.db.models import PROTECT, F

from tests.organizations import examples as ex
from tests.support import world as w
from tests.support.verified import everything_holds
from zhicheng.accounts import actions as accounts
from zhicheng.accounts import removing
from zhicheng.accounts.models import IdentityCorrection, NoticeAcceptance, User
from zhicheng.evidence.actions import remove_leftovers
from zhicheng.evidence.models import EvidenceFile
from zhicheng.evidence.queries import bytes_of_visitors
from zhicheng.foundation import clock, jobs, ledger
from zhicheng.foundation.canonical import digest
from zhicheng.foundation.models import LedgerEntry, RegularRun
from zhicheng.foundation.replay import replay
from zhicheng.organizations import actions
from zhicheng.organizations.actors import actor_for
from zhicheng.organizations.jobs import forget
from zhicheng.organizations.models import Membership, Organization, UnitVerification
from zhicheng.organizations.unconfirmed import DAYS_KEPT, DAYS_KEPT_WHEN_CROWDED, JOB, LEAST_ROUNDS_A_DAY

pytestmark = pytest.mark.django_db
THEN = w.IN_WINDOW
KEPT, KEPT_WHEN_CROWDED = timedelta(days=DAYS_KEPT), timedelta(days=DAYS_KEPT_WHEN_CROWDED)
ALL_ROUNDS, ALL_ROUNDS_WHEN_CROWDED = DAYS_KEPT * LEAST_ROUNDS_A_DAY, DAYS_KEPT_WHEN_CROWDED * LEAST_ROUNDS_A_DAY
LATER = THEN + KEPT + timedelta(seconds=1)


def a_day_later() -> None:
    """What rounds have written down was written down a day earlier, and all their rounds were made."""
    User.objects.filter(first_round__isnull=False).update(first_round=-ALL_ROUNDS)
    User.objects.filter(overdue_seen_at__isnull=False).update(overdue_seen_at=F("overdue_seen_at") - timedelta(days=1))


def seen_before(when: Any) -> None:
    """The round of the day before."""
    with clock.travel(when - timedelta(days=1)):
        actions.remove_unconfirmed()
    a_day_later()


def at(when: Any) -> int:
    seen_before(when)
    with clock.travel(when):
        return actions.remove_unconfirmed()


def differences() -> set[str]:
    return {one.subject for told in replay() for one in told.differences}


@pytest.fixture(autouse=True)
def long_ago() -> Any:
    with clock.travel(THEN):
        yield


def test_unit_nobody_confirmed_goes_whole_after_thirty_days_and_its_licence_with_the_unused_files() -> None:
    asked = ex.registered_unit(1, confirmed=False)
    user, unit = asked.submitted_by_id, asked.organization_id
    assert at(THEN + KEPT) == 0
    assert at(LATER) == 1
    assert not User.objects.filter(pk=user).exists() and not Organization.objects.filter(pk=unit).exists()
    assert not UnitVerification.objects.exists() and not Membership.objects.filter(user_id=user).exists()
    assert not NoticeAcceptance.objects.filter(user_id=user).exists() and not EmailAddress.objects.filter(user_id=user).exists()
    with clock.travel(LATER):
        assert remove_leftovers()[0] == 1 and not EvidenceFile.objects.exists()
    (entry,) = LedgerEntry.objects.filter(event="account.removed")
    assert (entry.subject, entry.actor) == (f"user:{user}", "system")
    assert entry.data == {"kind": "unit", "requests": [asked.pk], "units": [unit]}
    assert differences() == set() and ledger.verify().ok
    everything_holds()


def test_unit_can_be_registered_anew_after_it_was_removed() -> None:
    ex.registered_unit(1, confirmed=False)
    assert at(LATER) == 1
    again = ex.registered_unit(1)
    assert again.organization.uscc == ex.uscc(1)


def test_applicant_nobody_confirmed_goes_and_the_employer_stays() -> None:
    employer = ex.approved_unit()
    user = ex.registered_applicant(employer, confirmed=False)
    shadow = actions.register_applicant(**ex.applicant_data(2, email="admin1@unit.example", employer_id=employer.pk))
    assert shadow is None and User.objects.filter(username="person2", email="").exists()
    assert at(LATER) == 2
    assert not User.objects.filter(pk=user.pk).exists() and not User.objects.filter(username="person2").exists()
    assert Organization.objects.filter(pk=employer.pk).exists() and differences() == set()
    everything_holds()


def test_what_somebody_has_to_do_with_stays() -> None:
    """Confirmed, decided, handed on, opened by a colleague, or signed in to: each alone is enough."""
    desk = ex.officer(ex.county())
    other = ex.county("精河县人社局职称办", "652722")
    ex.registered_unit(1)
    decided, moved = ex.registered_unit(2), ex.registered_unit(3)
    reasons = [actions.FieldReason("address", "请写门牌号")]
    actions.decide_unit_verification(verification_id=decided.pk, actor=desk, approve=False, reasons=reasons)
    actions.transfer_verification(verification_id=moved.pk, actor=desk, to_office_id=other.pk, reason="属地不对")
    seen = [decided.submitted_by_id, moved.submitted_by_id]
    EmailAddress.objects.filter(user_id__in=seen).update(verified=False)  # the desk's work alone has to be enough
    employer = ex.approved_unit(4)
    who = {"name": "古丽娜尔", "id_number": ex.id_number(50, woman=True), "mobile": "13809095555", "position": "办公室"}
    actions.add_unit_staff(actor=ex.unit_actor(employer), email="colleague@unit.example", username="colleague", **who)
    looked, brought = (ex.registered_applicant(employer, number, confirmed=False) for number in (5, 6))
    User.objects.filter(pk=looked.pk).update(last_login=clock.now())
    ex.licence_file(b"a file of an account", uploaded_by=brought.pk)
    before = set(User.objects.values_list("pk", flat=True))
    assert at(LATER) == 0
    assert set(User.objects.values_list("pk", flat=True)) == before and UnitVerification.objects.count() == 4


def test_a_stranger_whose_place_was_taken_goes_and_the_unit_that_was_confirmed_stays() -> None:
    squatter = ex.registered_unit(1, confirmed=False)
    with clock.travel(THEN + timedelta(days=2)):
        rightful = actions.register_unit(
            administrator=ex.administrator(2),
            password=ex.PASSWORD,
            unit=ex.unit_particulars(1),
            licence=ex.licence(ex.licence_file(b"another")),
            year=ex.YEAR,
            acceptance=ex.NOTICE,
        )
        assert rightful is not None and rightful.organization_id == squatter.organization_id
        accounts.confirm_mailbox(user_id=rightful.submitted_by_id, actor="system")
    first, second = LedgerEntry.objects.filter(event="unit.registration_requested").order_by("number")
    assert at(LATER) == 1
    assert ledger.says(first, first.data["particulars"], squatter.proposed) is None, "told of what is gone"
    assert ledger.says(second, second.data["particulars"], rightful.proposed) is True
    assert list(UnitVerification.objects.values_list("pk", flat=True)) == [rightful.pk]
    assert Organization.objects.filter(pk=rightful.organization_id).exists() and differences() == set()


def test_two_strangers_with_one_code_take_the_unit_with_them_only_when_both_are_gone() -> None:
    first = ex.registered_unit(1, confirmed=False)
    with clock.travel(THEN + timedelta(days=2)):
        actions.register_unit(
            administrator=ex.administrator(2), password=ex.PASSWORD, unit=ex.unit_particulars(1), year=ex.YEAR,
            licence=ex.licence(ex.licence_file(b"another")), acceptance=ex.NOTICE,
        )  # fmt: skip
    assert at(LATER) == 1 and Organization.objects.filter(pk=first.organization_id).exists()
    assert at(LATER + timedelta(days=2)) == 1 and not Organization.objects.filter(pk=first.organization_id).exists()


def test_licence_fills_the_room_for_visitors_until_somebody_confirms() -> None:
    size = ex.licence_file().size
    EvidenceFile.objects.all().delete()
    asked = ex.registered_unit(1, confirmed=False)
    with clock.travel(THEN + timedelta(days=20)):
        assert bytes_of_visitors() == size
    accounts.confirm_mailbox(user_id=asked.submitted_by_id, actor="system")
    assert bytes_of_visitors() == 0


def test_while_the_room_is_more_than_half_full_units_wait_for_three_days_only(settings: Any) -> None:
    asked = ex.registered_unit(1, confirmed=False)
    applicant = ex.registered_applicant(ex.approved_unit(2), confirmed=False)
    settings.VISITOR_BYTES = asked.licence.size * 2
    assert at(THEN + KEPT_WHEN_CROWDED + timedelta(seconds=1)) == 0
    settings.VISITOR_BYTES -= 1
    assert at(THEN + KEPT_WHEN_CROWDED) == 0
    assert at(THEN + KEPT_WHEN_CROWDED + timedelta(seconds=1)) == 1
    assert User.objects.filter(pk=applicant.pk).exists()


def test_licence_of_a_removed_registration_makes_room_in_the_same_job() -> None:
    ex.registered_unit(1, confirmed=False)
    seen_before(LATER)
    with clock.travel(LATER):
        assert bytes_of_visitors() > 0
        assert forget() == 1
        assert bytes_of_visitors() == 0


def test_what_an_account_in_use_accepted_cannot_be_removed() -> None:
    user = ex.registered_applicant(ex.approved_unit())
    with pytest.raises(DatabaseError, match="stays"), transaction.atomic():
        NoticeAcceptance.objects.filter(user=user).delete()
    with pytest.raises(ValueError, match="stays"):
        removing.remove_account(user=user)


def test_whatever_refers_to_an_account_or_a_unit_keeps_it_but_for_what_goes_with_the_account() -> None:
    """``remove_registration`` leaves it to the models: what is not protected would go silently with the row."""
    relations: list[Any] = [one for model in (User, Organization) for one in model._meta.get_fields(include_hidden=True)]
    pointing = [one for one in relations if one.auto_created and not one.concrete and one.is_relation]
    going = {f"{one.related_model._meta.label}.{one.field.name}" for one in pointing if one.on_delete is not PROTECT}
    assert going == {
        "account.EmailAddress.user",
        "accounts.KnownDevice.user",
        "messages.Digest.organization",
        "messages.Digest.user",
        "messages.Message.organization",
        "messages.Message.user",
        "messages.Sms.user",
        "messages.SmsChoice.user",
        "mfa.Authenticator.user",
        "personal.DataCopy.owner",
        "usersessions.UserSession.user",
    }


def test_account_that_was_removed_in_the_database_is_named() -> None:
    user = ex.registered_applicant(ex.approved_unit(), confirmed=False)
    NoticeAcceptance.objects.filter(user=user).delete()
    Membership.objects.filter(user=user).delete()
    number = user.pk
    user.delete()
    assert differences() == {f"user:{number}"}


def test_clock_that_is_ahead_for_one_round_removes_nothing(monkeypatch: Any) -> None:
    """And what it wrote down shortens nobody's time: the next round forgets it."""
    user = ex.registered_unit(1, confirmed=False).submitted_by_id
    machine = clock.machine_now
    with monkeypatch.context() as ahead, clock.travel(THEN + timedelta(days=31)):
        ahead.setattr(clock, "machine_now", lambda: machine() + timedelta(days=31))
        assert actions.remove_unconfirmed() == 0
        assert User.objects.get(pk=user).overdue_seen_at is not None
    assert actions.remove_unconfirmed() == 0
    assert User.objects.get(pk=user).overdue_seen_at is None
    with clock.travel(LATER):
        assert actions.remove_unconfirmed() == 0, "no earlier round has seen it"
        a_day_later()
        assert actions.remove_unconfirmed() == 1


def test_what_was_written_down_in_the_future_begins_anew() -> None:
    user = ex.registered_unit(1, confirmed=False).submitted_by_id
    User.objects.filter(pk=user).update(overdue_seen_at=clock.machine_now() + timedelta(days=31))
    with clock.travel(LATER):
        assert actions.remove_unconfirmed() == 0
        a_day_later()
        assert actions.remove_unconfirmed() == 1


def test_rehearsal_whose_clock_is_moved_by_weeks_keeps_what_was_just_registered() -> None:
    asked = ex.registered_unit(1, confirmed=False)
    for weeks in (5, 10, 15):
        with clock.travel(THEN + timedelta(weeks=weeks)):
            assert actions.remove_unconfirmed() == 0
    assert User.objects.filter(pk=asked.submitted_by_id).exists()


class Machine:
    """One that makes the rounds of the worker, whose clock is set and whose time since it was started is not."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.passed, self.set_by, self.began = 0.0, timedelta(0), clock.machine_now()
        monkeypatch.setattr(clock, "machine_now", lambda: self.began + timedelta(seconds=self.passed) + self.set_by)
        monkeypatch.setattr(jobs.time, "monotonic", lambda: 5000.0 + self.passed)
        jobs.prepare_schedules()
        self.job = next(job for job in jobs.regular_jobs() if job.name == JOB)

    def let_pass(self, minutes: int, *, set_by: timedelta) -> bool:
        self.passed, self.set_by = self.passed + minutes * 60 + 1, set_by
        with clock.travel(THEN + timedelta(seconds=self.passed) + set_by):
            return jobs.run_if_due(self.job, instance=1, pid=1)


def test_clock_that_is_ahead_in_every_round_removes_nothing_young(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    user = ex.registered_unit(1, confirmed=False).submitted_by_id
    machine, ahead = Machine(monkeypatch), timedelta(days=31)
    for _hour in range(30):
        assert machine.let_pass(60, set_by=ahead)
    assert User.objects.get(pk=user).overdue_seen_at is not None and User.objects.get(pk=user).first_round == 1
    RegularRun.objects.filter(name=JOB).update(rounds=ALL_ROUNDS_WHEN_CROWDED, round_notes=None)
    settings.VISITOR_BYTES = 1
    assert machine.let_pass(60, set_by=ahead) and not User.objects.filter(pk=user).exists(), "three days have passed"
    user = ex.registered_applicant(ex.approved_unit(2), confirmed=False).pk
    for _hour in range(25):
        assert machine.let_pass(60, set_by=ahead)
    RegularRun.objects.filter(name=JOB).update(rounds=F("rounds") + ALL_ROUNDS - 26, round_notes=None)
    assert machine.let_pass(60, set_by=ahead) and User.objects.filter(pk=user).exists()
    assert machine.let_pass(60, set_by=ahead) and not User.objects.filter(pk=user).exists(), "thirty days have passed"


def test_clock_that_is_set_forth_and_back_makes_no_day_shorter(monkeypatch: pytest.MonkeyPatch) -> None:
    user = ex.registered_unit(1, confirmed=False).submitted_by_id
    machine, made = Machine(monkeypatch), 0
    for minute in range(240):
        made += machine.let_pass(1, set_by=timedelta(days=31 + minute) if minute % 2 else timedelta(0))
    assert made > 200 and jobs.rounds_made(JOB) <= 5
    assert User.objects.filter(pk=user).exists()


def test_count_of_rounds_that_begins_anew_lets_a_registration_begin_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    user = ex.registered_unit(1, confirmed=False).submitted_by_id
    machine = Machine(monkeypatch)
    User.objects.filter(pk=user).update(first_round=5000)
    machine.let_pass(60, set_by=timedelta(0))
    assert User.objects.get(pk=user).first_round == 1
    machine.passed = -4000.0  # started anew: the time since then is less than it was
    assert machine.let_pass(60, set_by=timedelta(hours=9)) and jobs.rounds_made(JOB) == 2


def test_name_of_a_removed_registration_cannot_be_confirmed_from_the_ledger() -> None:
    """Nor anything else that the ledger tells of it and of its unit; one entry says so, and the others stay provable."""
    other = ex.registered_unit(2, confirmed=False)
    asked = ex.registered_unit(1, confirmed=False)
    user, name = asked.submitted_by_id, asked.submitted_by.name
    User.objects.filter(pk=other.submitted_by_id).update(last_login=clock.now())
    opened = LedgerEntry.objects.get(event="account.opened", subject=f"user:{user}")
    requested = LedgerEntry.objects.get(event="unit.registration_requested", subject=f"organization:{asked.organization_id}")
    proposed = asked.proposed
    for entry, key, value in ((opened, "name", name), (requested, "particulars", proposed)):
        assert ledger.says(entry, entry.data[key], value) is True
        assert ledger.says(entry, entry.data[key], "another") is False
    assert digest(proposed) not in str(requested.data), "who guesses all of it would know"
    assert at(LATER) == 1
    assert ledger.says(opened, opened.data["name"], name) is None
    assert ledger.says(requested, requested.data["particulars"], proposed) is None
    (erased,) = LedgerEntry.objects.filter(event=ledger.ERASED)
    assert (erased.subject, erased.actor, erased.data["numbers"]) == ("ledger", "system", [opened.number, requested.number])
    stays = LedgerEntry.objects.get(event="account.opened", subject=f"user:{other.submitted_by_id}")
    assert ledger.says(stays, stays.data["name"], other.submitted_by.name) is True
    everything_holds()


def test_whoever_lost_the_number_that_was_claimed_stays_and_is_not_tried_again(caplog: Any) -> None:
    """The correction is the record of who claimed whose number."""
    employer = ex.approved_unit()
    squatter = ex.registered_applicant(employer, 3, confirmed=False)
    rightful = ex.registered_applicant(employer, 4)
    IdentityCorrection.objects.create(
        user=squatter, old_name=squatter.name, new_name=squatter.name, old_number="1", new_number="2", old_index="a" * 64,
        new_index="b" * 64, source="taken:1", corrected_by=rightful, corrected_at=clock.now(),
    )  # fmt: skip
    with caplog.at_level("INFO"):
        assert at(LATER) == 0
    assert User.objects.get(pk=squatter.pk).overdue_seen_at is None and not caplog.records


def test_what_something_refers_to_is_said_truthfully_and_tried_again_in_a_day(caplog: Any) -> None:
    brought = ex.registered_applicant(ex.approved_unit(), confirmed=False)
    file = ex.licence_file(b"a file of an account", uploaded_by=brought.pk)
    with caplog.at_level("INFO"):
        assert at(LATER) == 0
        with clock.travel(LATER):
            assert actions.remove_unconfirmed() == 0
    (said,) = [one.getMessage() for one in caplog.records if "registration" in one.getMessage()]
    assert said == f"the registration of account {brought.pk} stays, referred to by evidence.EvidenceFile {file.pk}"


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_registration_confirmed_in_the_same_moment_survives() -> None:
    user = ex.registered_applicant(ex.approved_unit(), confirmed=False)
    confirming, removed = threading.Event(), []
    seen_before(LATER)

    def remove() -> None:
        confirming.wait()
        try:
            with clock.travel(LATER):
                removed.append(actions.remove_unconfirmed())
        finally:
            connection.close()

    thread = threading.Thread(target=remove)
    thread.start()
    with transaction.atomic():
        accounts.confirm_mailbox(user_id=user.pk, actor=f"user:{user.pk}")
        confirming.set()
        thread.join(1)
        assert thread.is_alive(), "it waits for the confirmation"
    thread.join()
    assert removed == [0] and actor_for(User.objects.get(pk=user.pk)).user_id == user.pk


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("how", ["the same again", "another administrator"])
def test_registering_anew_at_the_moment_of_removal_makes_a_new_registration(how: str) -> None:
    old = ex.registered_unit(1, confirmed=False)
    file = ex.licence_file(b"another")
    who = ex.administrator(1 if how == "the same again" else 2)
    answers: list[Any] = []

    def register() -> None:
        try:
            with clock.travel(LATER):
                answers.append(
                    actions.register_unit(
                        administrator=who, password=ex.PASSWORD, unit=ex.unit_particulars(1), licence=ex.licence(file),
                        year=ex.YEAR, acceptance=ex.NOTICE,
                    )
                )  # fmt: skip
        finally:
            connection.close()

    thread = threading.Thread(target=register)
    seen_before(LATER)
    with transaction.atomic():
        with clock.travel(LATER):
            assert actions.remove_registration(user_id=old.submitted_by_id)
        thread.start()
        thread.join(1)
    thread.join()
    (new,) = answers
    assert new is not None and new.pk != old.pk and new.organization_id != old.organization_id
    assert UnitVerification.objects.count() == 1 and differences() == set()
