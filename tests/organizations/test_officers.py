"""Officers come and go: opened, moved, closed, opened again; a lost second factor is reset by two people."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

import pytest
from allauth.account.models import EmailAddress
from django.contrib.sessions.models import Session
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse

from tests.organizations.examples import PASSWORD, id_number
from tests.support import world as w
from tests.support.cases.accounts import session_of
from tests.support.factors import need_factor
from tests.support.told_once import told_once
from tests.support.verified import everything_holds
from tests.web.registering import client_of, link_in, mails, page_of
from zhicheng.accounts.models import AccountKind, NoticeAcceptance, User
from zhicheng.accounts.sessions import open_sessions_of
from zhicheng.foundation import clock, ledger, triggers
from zhicheng.foundation.errors import Refused
from zhicheng.foundation.models import LedgerEntry
from zhicheng.organizations import actions, officers
from zhicheng.organizations.actors import SYSTEM, Actor, Role, actor_for
from zhicheng.organizations.models import FactorReset, Membership, MembershipRole, OfficerChange, Organization, OrganizationKind

pytestmark = pytest.mark.django_db
REASON = "已调离职称办岗位"


@pytest.fixture(autouse=True)
def _through_the_outbox(settings: pytest.FixtureRequest) -> None:
    settings.EMAIL_BACKEND = "zhicheng.foundation.mail.OutboxBackend"  # type: ignore[attr-defined]


@told_once(at=None)
def world() -> w.World:
    with clock.travel(w.IN_WINDOW):
        return w.make_world(with_supervising=True)


@pytest.fixture
def security() -> Actor:
    return actor_for(w.person(AccountKind.SECURITY, "security"))


def colleague(office: Organization, username: str = "colleague", name: str = "巴特尔") -> Actor:
    return w.member(w.person(AccountKind.OFFICER, username, name=name), office, MembershipRole.STAFF)


def account(actor: Actor) -> User:
    return User.objects.get(pk=actor.account_id)


def codes(refused: pytest.ExceptionInfo[Refused]) -> set[str]:
    return {problem.code for problem in refused.value.problems}


# --- whose they are ---------------------------------------------------------------------------------------------------------------


def test_prefecture_keeps_its_own_its_counties_and_its_supervising_bodies_people(world: w.World, security: Actor) -> None:
    elsewhere = w.member(
        w.person(AccountKind.OFFICER, "elsewhere"),
        Organization.objects.create(kind="supervising", name="别州水利局", region_code="653000", created_at=clock.now()),
        MembershipRole.STAFF,
    )
    mine = {world.bureau.user_id, world.county_officer.user_id, world.other_officer.user_id, world.supervisor.user_id}
    assert set(officers.officers_for(world.bureau).values_list("pk", flat=True)) == mine
    assert set(officers.officers_for(security).values_list("pk", flat=True)) == mine | {elsewhere.user_id}
    for actor in (world.county_officer, world.supervisor, world.unit_admin, world.applicant):
        assert not officers.officers_for(actor).exists()


@pytest.mark.parametrize("who", ["county_officer", "supervisor", "unit_admin", "applicant", "bureau"])
def test_nobody_closes_whom_they_do_not_keep_nor_themselves(world: w.World, who: str) -> None:
    actor = getattr(world, who)
    target = world.bureau if who == "bureau" else world.other_officer
    with pytest.raises(Refused) as refused:
        actions.close_officer(actor=actor, user_id=target.account_id, reason=REASON, nobody_left=True)
    assert codes(refused) == ({"own_account"} if who == "bureau" else {"not_yours"})
    assert account(target).is_active


@pytest.mark.parametrize("kind", [AccountKind.APPLICANT, AccountKind.UNIT])
def test_people_who_registered_themselves_are_not_closed_here(world: w.World, kind: AccountKind) -> None:
    other = world.applicant if kind == AccountKind.APPLICANT else world.unit_admin
    for actor in (world.bureau, SYSTEM):
        with pytest.raises(Refused) as refused:
            actions.close_officer(actor=actor, user_id=other.account_id, reason=REASON, nobody_left=True)
        assert codes(refused) == {"not_yours"}


# --- coming -----------------------------------------------------------------------------------------------------------------------


def test_opened_account_is_told_to_the_person_and_the_office_and_signs_in(world: w.World) -> None:
    user = actions.open_officer(
        actor=world.bureau,
        office_id=world.county.pk,
        name="叶尔兰",
        email="New@office.example",
        username="yeerlan",
        id_number=id_number(41),
    )
    assert actor_for(user).role is Role.COUNTY
    mail = mails("new@office.example")[-1]
    assert "yeerlan" in mail["body"] and "找回" not in mail["subject"]
    assert "叶尔兰" in mails(account(world.county_officer).email)[-1]["body"]
    Client().post(reverse("account_reset_password"), {"email": "new@office.example"})
    page = Client()
    shown = page.get(link_in(mails("new@office.example")[-1]), follow=True)
    page.post(shown.request["PATH_INFO"], {"password1": PASSWORD, "password2": PASSWORD})
    page.post(reverse("account_login"), {"login": "yeerlan", "password": PASSWORD})
    assert page.session["_auth_user_id"] == str(user.pk)
    assert LedgerEntry.objects.filter(event="officer.opened", actor=world.bureau.ref, subject=f"user:{user.pk}").exists()


def test_security_administrator_opens_an_offices_first_account_and_no_second(world: w.World, security: Actor) -> None:
    empty = actions.open_office(kind=OrganizationKind.SUPERVISING, name="博州交通运输局", region_code="652700")
    actions.open_officer(
        actor=security, office_id=empty.pk, name="李强", email="a@b.example", username="liqiang", id_number=id_number(42)
    )
    with pytest.raises(Refused) as refused:
        actions.open_officer(
            actor=security, office_id=empty.pk, name="王强", email="c@b.example", username="wangqiang", id_number=id_number(43)
        )
    assert codes(refused) == {"not_the_first"}


def test_security_administrator_puts_nobody_beside_the_officers_of_an_office_by_another_way(
    world: w.World, security: Actor
) -> None:
    empty = actions.open_office(kind=OrganizationKind.SUPERVISING, name="博州交通运输局", region_code="652700")
    own = actions.open_officer(
        actor=security, office_id=empty.pk, name="李强", email="a@b.example", username="liqiang", id_number=id_number(42)
    )
    way = {"actor": security, "user_id": own.pk, "reason": REASON}
    with pytest.raises(Refused) as moved:
        actions.move_officer(to_office_id=world.prefecture.pk, nobody_left=True, **way)
    assert codes(moved) == {"not_the_first"}
    actions.close_officer(nobody_left=True, **way)
    with pytest.raises(Refused) as reopened:
        actions.reopen_officer(office_id=world.prefecture.pk, **way)
    assert codes(reopened) == {"not_the_first"}
    other = actions.open_office(kind=OrganizationKind.SUPERVISING, name="博州水产局", region_code="652700")
    assert actor_for(actions.reopen_officer(office_id=other.pk, **way)).organization_id == other.pk


def test_account_is_opened_only_in_an_office_of_ones_own(world: w.World) -> None:
    for office in (world.unit.pk, 4711, None):
        with pytest.raises(Refused) as refused:
            actions.open_officer(
                actor=world.bureau,
                office_id=office,
                name="李强",
                email="a@b.example",
                username="liqiang",
                id_number=id_number(44),
            )
        assert codes(refused) == {"office_missing"}
    with pytest.raises(Refused):
        actions.open_officer(
            actor=world.county_officer,
            office_id=world.county.pk,
            name="李强",
            email="a@b.example",
            username="liqiang",
            id_number=id_number(45),
        )


# --- going ------------------------------------------------------------------------------------------------------------------------


def test_closed_account_is_out_at_once_its_links_are_dead_and_it_reads_whom_to_ask(world: w.World) -> None:
    successor = colleague(world.county)
    leaving = account(world.county_officer)
    leaving.set_password(PASSWORD)
    leaving.save()
    browser = Client()
    browser.post(reverse("account_login"), {"login": leaving.username, "password": PASSWORD})
    assert browser.get(reverse("desk_queue")).status_code == 200
    Client().post(reverse("account_reset_password"), {"email": leaving.email})
    link = link_in(mails(leaving.email)[-1])
    EmailAddress.objects.create(user=leaving, email="another@office.example", primary=False, verified=False)
    actions.close_officer(actor=world.bureau, user_id=leaving.pk, reason=REASON, colleague_id=successor.account_id)
    assert browser.get(reverse("desk_queue")).status_code == 302
    assert not page_of(Client().get(link, follow=True)).select("input[name=password1]")
    refused = Client().post(reverse("account_login"), {"login": leaving.username, "password": PASSWORD}, follow=True)
    assert refused.request["PATH_INFO"] == reverse("account_inactive")
    assert "请联系州人力资源和社会保障局" in refused.content.decode()
    before = len(mails(leaving.email))
    Client().post(reverse("account_reset_password"), {"email": leaving.email})
    assert all("/key/" not in mail["body"] for mail in mails(leaving.email)[before:])
    assert not EmailAddress.objects.filter(email="another@office.example").exists()


def test_leaving_is_told_with_who_takes_over_and_kept_in_the_history(world: w.World) -> None:
    successor = colleague(world.county)
    leaving = account(world.county_officer)
    actions.close_officer(actor=world.bureau, user_id=leaving.pk, reason=REASON, colleague_id=successor.account_id)
    assert "已经停用" in mails(leaving.email)[-1]["body"] and REASON not in mails(leaving.email)[-1]["body"]
    told = mails(account(successor).email)[-1]["body"]
    assert "接手的人：巴特尔" in told and REASON in told
    change = OfficerChange.objects.get(user=leaving)
    assert (change.kind, change.office, change.handed_to_id, change.by_id) == (
        "closed",
        world.county,
        successor.user_id,
        world.bureau.user_id,
    )
    assert Membership.objects.filter(user=leaving, until__isnull=False).exists()
    assert ledger.verify().ok
    assert {"account.closed", "officer.closed"} <= set(LedgerEntry.objects.values_list("event", flat=True))


def test_somebody_takes_over_or_nobody_is_left_to(world: w.World) -> None:
    alone = world.county_officer.account_id
    with pytest.raises(Refused) as refused:
        actions.close_officer(actor=world.bureau, user_id=alone, reason="不")
    assert codes(refused) == {"reason_missing", "nobody_left"}
    successor = colleague(world.county)
    with pytest.raises(Refused) as refused:
        actions.close_officer(actor=world.bureau, user_id=alone, reason=REASON, nobody_left=True)
    assert codes(refused) == {"colleague_missing"}
    for stranger in (world.bureau.account_id, world.unit_admin.account_id, alone):
        with pytest.raises(Refused) as refused:
            actions.close_officer(actor=world.bureau, user_id=alone, reason=REASON, colleague_id=stranger)
        assert codes(refused) == {"not_a_colleague"}
    actions.close_officer(actor=world.bureau, user_id=alone, reason=REASON, colleague_id=successor.account_id)
    actions.close_officer(actor=world.bureau, user_id=successor.account_id, reason=REASON, nobody_left=True)
    with pytest.raises(Refused) as refused:
        actions.close_officer(actor=world.bureau, user_id=alone, reason=REASON, nobody_left=True)
    assert codes(refused) == {"closed"}


def test_moved_officer_works_in_the_new_office_and_no_longer_in_the_old(world: w.World) -> None:
    successor = colleague(world.county)
    moving = account(world.county_officer)
    browser = client_of(world.county_officer)
    with pytest.raises(Refused) as refused:
        actions.move_officer(actor=world.bureau, user_id=moving.pk, to_office_id=world.county.pk, reason=REASON)
    assert codes(refused) == {"office_same", "colleague_missing"}
    actions.move_officer(
        actor=world.bureau,
        user_id=moving.pk,
        to_office_id=world.other_county.pk,
        reason=REASON,
        colleague_id=successor.account_id,
    )
    assert actor_for(moving).organization_id == world.other_county.pk
    assert browser.get(reverse("desk_queue")).status_code == 302, "signed in again, in the new office"
    for mailbox in (moving.email, account(successor).email, account(world.other_officer).email):
        assert "已从" in mails(mailbox)[-1]["body"]


def test_closed_officer_comes_back_with_a_new_password(world: w.World) -> None:
    leaving = account(world.county_officer)
    actions.close_officer(actor=world.bureau, user_id=leaving.pk, reason=REASON, nobody_left=True)
    with pytest.raises(Refused) as refused:
        actions.move_officer(
            actor=world.bureau, user_id=leaving.pk, to_office_id=world.other_county.pk, reason=REASON, nobody_left=True
        )
    assert "closed" in codes(refused)
    actions.reopen_officer(actor=world.bureau, user_id=leaving.pk, office_id=world.other_county.pk, reason="回到本单位工作")
    back = User.objects.get(pk=leaving.pk)
    assert back.is_active and not back.has_usable_password()
    assert actor_for(back).organization_id == world.other_county.pk
    assert "重新启用" in mails(back.email)[-1]["subject"]
    with pytest.raises(Refused) as refused:
        actions.reopen_officer(actor=world.bureau, user_id=leaving.pk, office_id=world.county.pk, reason="回到本单位工作")
    assert codes(refused) == {"open"}


def test_officer_who_became_auditor_meanwhile_does_not_come_back(world: w.World) -> None:
    leaving = account(world.county_officer)
    leaving.id_number, leaving.id_number_index = id_number(61), "x" * 64
    leaving.save()
    actions.close_officer(actor=world.bureau, user_id=leaving.pk, reason=REASON, nobody_left=True)
    from zhicheng.accounts.queries import person_index

    auditor = w.person(AccountKind.AUDITOR, "auditor")
    User.objects.filter(pk=auditor.pk).update(id_number_index=person_index(id_number(61)))
    with pytest.raises(Refused) as refused:
        actions.reopen_officer(actor=world.bureau, user_id=leaving.pk, office_id=world.county.pk, reason="回到本单位工作")
    assert codes(refused) == {"duties_conflict"}


# --- a lost second factor ---------------------------------------------------------------------------------------------------------


def ask(actor: Actor, of: Actor) -> FactorReset:
    need_factor(of.account_id)
    return actions.request_factor_reset(actor=actor, user_id=of.account_id, statement="本人持身份证到场，手机丢失。")


def test_two_people_reset_a_factor_and_one_cannot(world: w.World) -> None:
    second = colleague(world.prefecture)
    row = ask(world.bureau, world.county_officer)
    assert "等待另一人同意" in mails(account(world.county_officer).email)[-1]["body"]
    with pytest.raises(Refused) as refused:
        actions.decide_factor_reset(actor=world.bureau, request_id=row.pk, consent=True)
    assert codes(refused) == {"same_person"}
    for stranger in (world.county_officer, world.other_officer, world.unit_admin):
        with pytest.raises(Refused):
            actions.decide_factor_reset(actor=stranger, request_id=row.pk, consent=True)
    browser = client_of(world.county_officer)
    browser.get(reverse("desk_queue"))
    actions.decide_factor_reset(actor=second, request_id=row.pk, consent=True)
    assert "两步验证已经重置" in " ".join(mail["body"] for mail in mails(account(world.county_officer).email))
    assert OfficerChange.objects.filter(kind="factor_reset", by_id=second.user_id).exists()
    with pytest.raises(Refused) as refused:
        actions.decide_factor_reset(actor=second, request_id=row.pk, consent=True)
    assert codes(refused) == {"over"}


def test_an_account_of_ones_own_making_is_not_a_second_person(world: w.World) -> None:
    made = actions.open_officer(
        actor=world.bureau,
        office_id=world.prefecture.pk,
        name="巴特尔",
        email="second@mail.example",
        username="second.one",
        id_number=id_number(49),
    )
    row = ask(world.bureau, world.county_officer)
    with pytest.raises(Refused) as refused:
        actions.decide_factor_reset(actor=actor_for(made), request_id=row.pk, consent=True)
    assert codes(refused) == {"same_person"}
    triggers.take_off(connection)
    FactorReset.objects.filter(pk=row.pk).update(asked_by=made)
    triggers.put_on(connection)
    with pytest.raises(Refused) as refused:
        actions.decide_factor_reset(actor=world.bureau, request_id=row.pk, consent=True)
    assert codes(refused) == {"same_person"}
    with clock.travel(clock.now() + timedelta(days=31)):
        later = ask(world.bureau, world.county_officer)
        actions.decide_factor_reset(actor=actor_for(made), request_id=later.pk, consent=True)


def test_one_person_with_two_accounts_is_not_two_people(world: w.World) -> None:
    second = colleague(world.prefecture)
    for one in (account(second), account(world.bureau)):
        one.id_number, one.id_number_index = id_number(61), "x" * 64
        one.predates_duties, one.number_held_at, one.identity_confirmed_at = True, None, None  # today the database refuses it
        one.save()
    with pytest.raises(Refused) as refused:
        actions.decide_factor_reset(actor=second, request_id=ask(world.bureau, world.county_officer).pk, consent=True)
    assert codes(refused) == {"same_person"}


def test_server_is_one_of_the_two_at_most(world: w.World, security: Actor) -> None:
    row = ask(SYSTEM, world.bureau)
    with pytest.raises(Refused) as refused:
        actions.decide_factor_reset(actor=SYSTEM, request_id=row.pk, consent=True)
    assert codes(refused) == {"same_person"}
    actions.decide_factor_reset(actor=security, request_id=row.pk, consent=True)
    actions.decide_factor_reset(actor=SYSTEM, request_id=ask(security, world.bureau).pk, consent=True)
    triggers.take_off(connection)
    with pytest.raises(IntegrityError), transaction.atomic():
        FactorReset.objects.filter(pk=row.pk).update(asked_by=None, decided_by=None)
    with pytest.raises(IntegrityError), transaction.atomic():
        FactorReset.objects.filter(pk=row.pk).update(asked_by=security.user_id, decided_by=security.user_id)


def test_own_factor_is_two_colleagues_to_reset(world: w.World, security: Actor) -> None:
    for actor in (world.bureau, security):
        with pytest.raises(Refused) as refused:
            ask(actor, actor)
        assert codes(refused) == {"own_account"}
    row = ask(SYSTEM, security)
    with pytest.raises(Refused) as refused:
        actions.decide_factor_reset(actor=security, request_id=row.pk, consent=True)
    assert codes(refused) == {"own_account"}


def test_request_nobody_consented_to_in_a_week_is_void(world: w.World) -> None:
    second = colleague(world.prefecture)
    row = ask(world.bureau, world.county_officer)
    with pytest.raises(Refused) as refused:
        ask(second, world.county_officer)
    assert codes(refused) == {"asked_already"}
    with clock.travel(clock.now() + timedelta(days=8)):
        with pytest.raises(Refused) as refused:
            actions.decide_factor_reset(actor=second, request_id=row.pk, consent=True)
        assert codes(refused) == {"void"}
        assert ask(second, world.county_officer).pk != row.pk


def test_request_ends_when_the_account_is_closed_or_it_is_not_consented_to(world: w.World) -> None:
    row = ask(world.bureau, world.county_officer)
    actions.close_officer(actor=world.bureau, user_id=world.county_officer.account_id, reason=REASON, nobody_left=True)
    row.refresh_from_db()
    assert row.state == "refused"
    other = ask(world.bureau, world.other_officer)
    actions.decide_factor_reset(actor=world.bureau, request_id=other.pk, consent=False)
    other.refresh_from_db()
    assert other.state == "refused"


def test_officer_is_signed_out_everywhere_by_who_keeps_the_account(world: w.World) -> None:
    browser = client_of(world.county_officer)
    assert browser.get(reverse("desk_queue")).status_code == 200
    for stranger in (world.county_officer, world.other_officer, world.unit_admin):
        with pytest.raises(Refused):
            actions.end_officer_sessions(actor=stranger, user_id=world.county_officer.account_id)
    assert browser.get(reverse("desk_queue")).status_code == 200
    actions.end_officer_sessions(actor=world.bureau, user_id=world.county_officer.account_id)
    assert browser.get(reverse("desk_queue")).status_code == 302
    assert "各处的登录全部退出" in mails(account(world.county_officer).email)[-1]["body"]
    assert account(world.county_officer).has_usable_password()
    assert LedgerEntry.objects.filter(event="officer.sessions_ended", actor=world.bureau.ref).exists()


def test_officer_is_signed_out_in_one_place_and_the_others_go_on(world: w.World) -> None:
    user = account(world.county_officer)
    left_open, other = session_of(user), session_of(user)
    assert [one.row.pk for one in open_sessions_of(user.pk)] == [left_open.pk, other.pk]
    for stranger in (world.county_officer, world.other_officer, world.unit_admin):
        with pytest.raises(Refused):
            actions.end_officer_session(actor=stranger, user_id=user.pk, session_id=left_open.pk)
    of_another = session_of(account(world.other_officer))
    with pytest.raises(Refused) as refused:
        actions.end_officer_session(actor=world.bureau, user_id=user.pk, session_id=of_another.pk)
    assert codes(refused) == {"over"} and of_another.exists()
    actions.end_officer_session(actor=world.bureau, user_id=user.pk, session_id=left_open.pk)
    assert [one.row.pk for one in open_sessions_of(user.pk)] == [other.pk] and not left_open.exists()
    said = mails(user.email)[-1]["body"]
    assert clock.written(left_open.created_at) in said and "其他登录、账号和密码没有变化" in said
    assert LedgerEntry.objects.filter(event="officer.session_ended", actor=world.bureau.ref, subject=f"user:{user.pk}").exists()
    with pytest.raises(Refused) as refused:
        actions.end_officer_session(actor=world.bureau, user_id=user.pk, session_id=left_open.pk)
    assert codes(refused) == {"over"}


def test_session_that_ran_out_is_not_among_the_open_ones(world: w.World) -> None:
    user = account(world.county_officer)
    row = session_of(user)
    Session.objects.filter(session_key=row.session_key).update(expire_date=clock.machine_now() - timedelta(seconds=1))
    assert not open_sessions_of(user.pk)


def test_history_of_an_officer_cannot_be_written_anew(world: w.World) -> None:
    actions.close_officer(actor=world.bureau, user_id=world.county_officer.account_id, reason=REASON, nobody_left=True)
    for change in (lambda: OfficerChange.objects.update(reason="另有原因"), lambda: OfficerChange.objects.all().delete()):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            change()
    with pytest.raises(DatabaseError, match="what an account in use accepted stays"), transaction.atomic():
        NoticeAcceptance.objects.create(
            user_id=world.applicant.account_id, text_key="x", version="1", text_sha256="0" * 64, accepted_at=clock.now()
        ).delete()


@pytest.mark.parametrize("back", [timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)])
def test_memberships_keep_their_order_after_the_clock_was_put_back(world: w.World, back: timedelta) -> None:
    with clock.travel(w.IN_WINDOW):
        leaver, stays = colleague(world.county), colleague(world.other_county, "stays")
    with clock.travel(w.IN_WINDOW - back):
        given = {"actor": world.bureau, "user_id": leaver.account_id, "reason": REASON}
        actions.move_officer(**given, to_office_id=world.other_county.pk, colleague_id=world.county_officer.user_id)
        actions.close_officer(**given, colleague_id=stays.user_id)
        actions.reopen_officer(**given, office_id=world.county.pk)
        everything_holds()
    rows = list(Membership.objects.filter(user_id=leaver.account_id).order_by("pk"))
    assert [row.organization_id for row in rows] == [world.county.pk, world.other_county.pk, world.county.pk]
    assert all(row.until is not None and row.since <= row.until for row in rows[:-1]) and rows[-1].until is None
    assert all(row.until is not None and row.until <= later.since for row, later in pairwise(rows))
