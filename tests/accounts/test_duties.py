"""Three people run an instance, none of them sees a case; every account at work has its number, older ones are named until they have."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from functools import partial
from io import StringIO
from typing import Any

import pytest
from django.core.checks import run_checks
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction

from tests.organizations import examples as ex
from tests.organizations.test_account_requests import ask_correction, decide
from tests.support import world as w
from tests.support.elsewhere import MIGRATED, MIGRATING, elsewhere_on
from tests.support.verified import everything_holds, violated
from tests.web.registering import client_of, page_of
from zhicheng.accounts import actions as accounts
from zhicheng.accounts.models import AT_WORK, SYSTEM_KINDS, AccountKind, User
from zhicheng.accounts.queries import person_index
from zhicheng.accounts.rules import last_characters
from zhicheng.applications.queries import visible_to
from zhicheng.foundation import clock
from zhicheng.foundation.errors import Refused
from zhicheng.foundation.models import LedgerEntry
from zhicheng.organizations import actions
from zhicheng.organizations.actors import SYSTEM, Actor, Role, actor_for
from zhicheng.organizations.models import MembershipRole, OfficerChange

pytestmark = pytest.mark.django_db
REASON = "工作需要调整岗位"


@pytest.fixture(autouse=True)
def _through_the_outbox(settings: Any) -> None:
    settings.EMAIL_BACKEND = "zhicheng.foundation.mail.OutboxBackend"


def refused(call: Callable[[], object]) -> set[str]:
    with pytest.raises(Refused) as refusal:
        call()
    return {problem.code for problem in refusal.value.problems}


def account(actor: Actor) -> User:
    return User.objects.get(pk=actor.account_id)


def give_number(user: User, number: str, **changes: Any) -> None:
    """Past the actions, as an older version may have left it."""
    user.id_number, user.id_number_index = number, person_index(number)
    for name, value in changes.items():
        setattr(user, name, value)
    user.save()


def opened(kind: AccountKind, number: str, *, name: str = "值班员") -> User:
    who = {"name": name, "email": f"{kind.value}@b.example", "username": kind.value, "password": ex.PASSWORD}
    return accounts.create_system_account(kind=kind, id_number=number, **who)


# --- opening, moving, opening again -----------------------------------------------------------------------------------------------


def test_officer_is_not_opened_without_a_number_nor_with_that_of_who_runs_the_system(world: w.World) -> None:
    running = w.person(AccountKind.SECURITY, "security")
    who = {"name": "叶尔兰", "email": "ye@b.example", "username": "yeerlan"}
    for number, code in (("", "identity.missing"), (running.id_number, "duties_conflict")):
        found = refused(partial(actions.open_officer, actor=world.bureau, office_id=world.county.pk, id_number=number, **who))
        assert any(one.startswith(code.partition(".")[0]) for one in found), found
    assert not User.objects.filter(username="yeerlan").exists()


@pytest.mark.parametrize("kind", SYSTEM_KINDS)
def test_who_works_in_an_office_or_keeps_a_unit_does_not_run_the_system(world: w.World, kind: AccountKind) -> None:
    for other in (world.county_officer, world.unit_admin):
        assert refused(partial(opened, kind, account(other).id_number)) == {"duties_conflict"}
    assert opened(kind, account(world.applicant).id_number).kind == kind, "an applicant's account is everybody's to have"
    everything_holds()


def test_closed_account_is_still_somebodys(world: w.World) -> None:
    """Else it would be opened again a day later."""
    actions.close_officer(actor=world.bureau, user_id=world.county_officer.account_id, reason=REASON, nobody_left=True)
    assert refused(lambda: opened(AccountKind.OPERATOR, account(world.county_officer).id_number)) == {"duties_conflict"}


def test_officer_who_runs_the_system_is_neither_moved_nor_opened_again(world: w.World) -> None:
    """An older instance may hold such a pair: it can be closed, and nothing else."""
    officer = account(world.county_officer)
    running = w.person(AccountKind.OPERATOR, "operator")
    give_number(officer, running.id_number, predates_duties=True)
    given = {"actor": world.bureau, "user_id": officer.pk, "reason": REASON}
    assert violated("accounts.duties") == {("accounts.duties", f"user:{officer.pk} user:{running.pk}")}
    assert refused(lambda: actions.move_officer(to_office_id=world.other_county.pk, nobody_left=True, **given)) == {
        "duties_conflict"
    }
    actions.close_officer(nobody_left=True, **given)
    assert not violated("accounts.duties")
    assert refused(lambda: actions.reopen_officer(office_id=world.county.pk, **given)) == {"duties_conflict"}


# --- what the database says by itself ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", AT_WORK)
def test_database_knows_no_account_at_work_without_a_number(kind: AccountKind) -> None:
    user = w.person(kind, "somebody")
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.filter(pk=user.pk).update(id_number="", id_number_index="")


@pytest.mark.parametrize("other", [AccountKind.OFFICER, AccountKind.UNIT, *SYSTEM_KINDS])
def test_database_knows_nobody_who_runs_the_system_and_has_another_duty(other: AccountKind) -> None:
    running, second = w.person(AccountKind.OPERATOR, "operator"), w.person(other, "second", serial=300)
    with pytest.raises(IntegrityError), transaction.atomic():
        give_number(second, running.id_number)
    applicant = w.person(AccountKind.APPLICANT, "applicant", serial=301)
    give_number(applicant, running.id_number)


@pytest.mark.django_db(transaction=True)
@pytest.mark.postgres
def test_operator_and_officer_of_one_number_at_the_same_moment_are_one_and_a_sentence() -> None:
    office = ex.prefecture()
    who = {"name": "李梅", "id_number": ex.id_number(80)}
    calls = [
        partial(
            accounts.create_system_account,
            kind=AccountKind.OPERATOR,
            email="a@b.example",
            username="aaaa",
            password=ex.PASSWORD,
            **who,
        ),
        partial(actions.create_officer, organization_id=office.pk, actor="system", email="c@b.example", username="cccc", **who),
    ]
    answers: list[Any] = []
    together = threading.Barrier(2)

    def make(call: Callable[[], User]) -> None:
        together.wait()
        try:
            answers.append(call())
        except Refused as refusal:
            answers.append({problem.code for problem in refusal.problems})
        finally:
            connection.close()

    threads = [threading.Thread(target=make, args=[call]) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(isinstance(answer, User) for answer in answers) == 1 and {"duties_conflict"} in answers
    assert User.objects.filter(kind__in=AT_WORK).count() == 1


# --- a number that changes --------------------------------------------------------------------------------------------------------


def test_correction_gives_nobody_at_work_the_number_of_somebody_else_at_work() -> None:
    """One person who is an officer under a number typed wrongly, and runs the system under the right one."""
    with clock.travel(w.IN_WINDOW):
        unit = ex.approved_unit()
        admin, user = ex.unit_actor(unit), ex.registered_applicant(unit)
        officer = ex.officer(ex.county(), 4, name=user.name, id_number=user.id_number)
        running = opened(AccountKind.OPERATOR, ex.id_number(90), name=user.name)
        row = ask_correction(admin, user, id_number=running.id_number)
        assert "duties_conflict" in refused(lambda: decide(row))
        assert account(officer).id_number == User.objects.get(pk=user.pk).id_number == user.id_number
        decide(row, approve=False, reason="须由州局核实处理。")
        User.objects.filter(pk=officer.user_id).update(name="另一个人")  # now the applicant's account alone is corrected
        decide(ask_correction(admin, user, id_number=running.id_number))
        assert User.objects.get(pk=user.pk).id_number == running.id_number, "the operator applies for a title, as everybody may"


def test_who_runs_the_system_is_not_confirmed_as_a_units_administrator(world: w.World) -> None:
    running = w.person(AccountKind.AUDITOR, "auditor")
    second = w.person(AccountKind.UNIT, "second", serial=301, held=False)
    w.member(second, world.unit, MembershipRole.STAFF)
    give_number(second, running.id_number)
    seen = {"card_seen_on": clock.today(), "checked": True, "year": 2023}
    found = refused(
        lambda: actions.confirm_people(actor=world.county_officer, cards={second.pk: last_characters(running.id_number)}, **seen)
    )
    assert found == {"duties_conflict"}
    assert not violated("accounts.duties"), "a claim is nobody's yet"


# --- what they see ----------------------------------------------------------------------------------------------------------------


def test_operator_who_applies_sees_the_own_application_at_the_own_account_and_none_at_work(world: w.World) -> None:
    application = w.submitted(world, world.new_applicant())
    own = w.submitted(world)
    running = opened(AccountKind.OPERATOR, account(world.applicant).id_number)
    actor = actor_for(running)
    assert actor.person_index == account(world.applicant).id_number_index and not visible_to(actor).exists()
    assert list(visible_to(world.applicant).values_list("pk", flat=True)) == [own.pk]
    at_work = client_of(actor)
    for page in (f"/my/applications/{own.pk}/", f"/my/applications/{application.pk}/", "/desk/", f"/desk/{own.pk}/"):
        assert at_work.get(page).status_code in {403, 404}, page
    applying = client_of(world.applicant)
    assert applying.get("/system/").status_code in {403, 404}, "nor does the applicant's account run anything"


# --- older accounts ---------------------------------------------------------------------------------------------------------------


def test_older_account_goes_on_working_and_is_named_until_its_number_is_filled_in(world: w.World) -> None:
    officer = w.without_number(account(world.county_officer))
    assert client_of(world.county_officer).get("/desk/").status_code == 200
    assert violated("accounts.duties") == {("accounts.duties", f"user:{officer.pk}")}
    call_command("verify", "--list", stdout=(listed := StringIO()))
    assert "accounts.duties" in listed.getvalue()
    (warning,) = [one for one in run_checks(databases=["default"]) if one.id == "zhicheng.W031"]
    assert "1 个" in warning.msg and "zhicheng office number" in str(warning.hint) and not warning.is_serious()
    bureau = client_of(world.bureau)
    shown = page_of(bureau.get(f"/office/officers/{officer.pk}/"))
    address = next(link["href"] for link in shown.select("main a") if "补填" in link.get_text())
    wrong = bureau.post(address, {"id_number": "652701199003071231"})
    assert wrong.status_code == 422
    assert bureau.post(address, {"id_number": ex.id_number(70)}).status_code == 303
    officer.refresh_from_db()
    assert (officer.id_number, officer.predates_duties) == (ex.id_number(70), False) and officer.number_held_at
    assert OfficerChange.objects.filter(user=officer, kind="number").exists()
    assert LedgerEntry.objects.filter(event="officer.number", subject=f"user:{officer.pk}").exists()
    assert ex.id_number(70) not in " ".join(str(entry.data) for entry in LedgerEntry.objects.all())
    everything_holds()
    assert not [one for one in run_checks(databases=["default"]) if one.id == "zhicheng.W031"]
    assert bureau.post(address, {"id_number": ex.id_number(71)}).status_code == 422, "written once"


def test_older_account_is_not_opened_again_before_its_number_is_there(world: w.World) -> None:
    officer = w.without_number(account(world.county_officer))
    given = {"actor": world.bureau, "user_id": officer.pk, "reason": REASON}
    actions.close_officer(nobody_left=True, **given)
    assert not violated("accounts.duties"), "closed, it is nobody's"
    assert refused(lambda: actions.reopen_officer(office_id=world.county.pk, **given)) == {"number_missing"}
    filled = {"actor": world.bureau, "user_id": officer.pk, "id_number": ex.id_number(70)}
    assert refused(lambda: actions.fill_in_number(**filled | {"actor": world.other_officer})) == {"not_yours"}
    actions.fill_in_number(**filled)
    actions.reopen_officer(office_id=world.county.pk, **given)
    assert actor_for(User.objects.get(pk=officer.pk)).role is Role.COUNTY


def test_number_of_an_older_account_is_nobody_elses_at_work(world: w.World) -> None:
    officer, running = w.without_number(account(world.county_officer)), w.person(AccountKind.OPERATOR, "operator")
    for number, code in ((running.id_number, "duties_conflict"), (account(world.bureau).id_number, "id_number_taken")):
        assert refused(partial(actions.fill_in_number, actor=SYSTEM, user_id=officer.pk, id_number=number)) == {code}
    older = w.without_number(running)
    assert refused(lambda: actions.fill_in_number(actor=world.bureau, user_id=older.pk, id_number=ex.id_number(72))) == {
        "not_yours"
    }
    actions.fill_in_number(actor=SYSTEM, user_id=older.pk, id_number=ex.id_number(72))
    everything_holds_but({f"user:{officer.pk}"})


def everything_holds_but(subjects: set[str]) -> None:
    assert {subject for _name, subject in violated()} == subjects


def test_older_database_survives_and_says_what_has_to_be_filled_in() -> None:
    with elsewhere_on(MIGRATING, after=MIGRATED) as there:
        there.run("older_accounts")
        there.run("migrate")
        said = json.loads(there.run("told"))
    assert said["marked"] == ["officer-without", "operator-of-the-officer", "operator-without", "unit-of-the-auditor"]
    assert said["written"] == 4, "they go on working"
    assert said["warned"] == ["zhicheng.W031"]
    assert said["violated"] == [
        ["auditor", "unit-of-the-auditor"],
        ["officer", "operator-of-the-officer"],
        ["officer-without"],
        ["operator-without"],
    ]
