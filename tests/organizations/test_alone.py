"""The security administrator, who sees no case, does not come to one by the accounts of an office: nor do they empty one that is at work."""

from __future__ import annotations

import pytest
from django.urls import reverse

from tests.organizations.examples import id_number
from tests.support import world as w
from tests.support.told_once import told_once
from tests.web.registering import client_of, mails, summary_of
from zhicheng.accounts.models import AccountKind, User
from zhicheng.foundation import clock
from zhicheng.foundation.errors import Refused
from zhicheng.organizations import actions, officers
from zhicheng.organizations.actors import SYSTEM, Actor, actor_for
from zhicheng.organizations.models import MembershipRole, Organization, OrganizationKind

pytestmark = pytest.mark.django_db
REASON = "人员调离，暂停使用"


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


def close(actor: Actor, officer: Actor) -> None:
    actions.close_officer(actor=actor, user_id=officer.account_id, reason=REASON, nobody_left=True)


def open_own(actor: Actor, office: Organization, number: int = 71) -> User:
    return actions.open_officer(
        actor=actor, office_id=office.pk, name="赵新", email="own@b.example", username="xinren", id_number=id_number(number)
    )


def refusal(refused: pytest.ExceptionInfo[Refused]) -> tuple[list[str], str]:
    problems = refused.value.problems
    return [problem.code for problem in problems], "".join(str(problem.text) for problem in problems)


@pytest.mark.parametrize("kind", ["county", "supervising", "prefecture"])
def test_office_that_the_security_administrator_emptied_is_not_theirs_to_fill(world: w.World, security: Actor, kind: str) -> None:
    last = {"county": world.county_officer, "supervising": world.supervisor, "prefecture": world.bureau}[kind]
    office = Organization.objects.get(pk=last.organization_id)
    close(security, last)
    moving = w.member(
        w.person(AccountKind.OFFICER, "fresh", name="吴新"),
        actions.open_office(kind=OrganizationKind.SUPERVISING, name="博州水产局", region_code="652700"),
        MembershipRole.STAFF,
    )
    ways = {
        f"zhicheng office officer {office.name}": lambda: open_own(security, office),
        f"zhicheng office reopen {User.objects.get(pk=last.account_id).username} --office {office.name}": lambda: (
            actions.reopen_officer(actor=security, user_id=last.account_id, office_id=office.pk, reason=REASON)
        ),
        f"zhicheng office move fresh --office {office.name}": lambda: actions.move_officer(
            actor=security, user_id=moving.account_id, to_office_id=office.pk, reason=REASON, nobody_left=True
        ),
    }
    for command, way in ways.items():
        with pytest.raises(Refused) as refused:
            way()
        codes, said = refusal(refused)
        assert codes == ["was_used"]
        assert (command in said) is (kind == "prefecture"), "there is nobody above the bureau"
    assert not officers.others_in(0, office.pk).exists()
    by = SYSTEM if kind == "prefecture" else world.bureau
    assert actor_for(open_own(by, office)).organization_id == office.pk, "the second person does it"


def test_two_officers_closed_one_after_the_other_leave_an_office_that_was_used(world: w.World, security: Actor) -> None:
    other = w.member(w.person(AccountKind.OFFICER, "other", name="巴图"), world.county, MembershipRole.STAFF)
    actions.close_officer(actor=security, user_id=world.county_officer.account_id, reason=REASON, colleague_id=other.account_id)
    close(security, other)
    with pytest.raises(Refused) as refused:
        open_own(security, world.county)
    assert refusal(refused)[0] == ["was_used"]


def test_office_with_a_case_and_never_anybody_is_not_the_security_administrators_to_fill(world: w.World, security: Actor) -> None:
    empty = actions.open_office(
        kind=OrganizationKind.COUNTY, name="温泉县职称办", region_code="652723", superior_office_id=world.prefecture.pk
    )
    with clock.travel(w.IN_WINDOW):
        Organization.objects.filter(pk=world.unit.pk).update(receiving_office=empty)
        assert w.start(world, world.applicant).county_office_id == empty.pk
    with pytest.raises(Refused) as refused:
        open_own(security, empty)
    assert refusal(refused)[0] == ["was_used"]


def test_officer_who_is_the_last_with_cases_in_hand_is_closed_by_the_office_above(world: w.World, security: Actor) -> None:
    with clock.travel(w.IN_WINDOW):
        w.publicise_and_report(world, w.submitted(world))
    for way in (
        lambda: close(security, world.supervisor),
        lambda: actions.move_officer(
            actor=security,
            user_id=world.supervisor.account_id,
            to_office_id=actions.open_office(kind=OrganizationKind.SUPERVISING, name="水产局", region_code="652700").pk,
            reason=REASON,
            nobody_left=True,
        ),
    ):
        with pytest.raises(Refused) as refused:
            way()
        assert refusal(refused)[0] == ["left_empty"]
    assert User.objects.get(pk=world.supervisor.account_id).is_active
    close(world.bureau, world.supervisor)
    assert not User.objects.get(pk=world.supervisor.account_id).is_active


def test_what_the_security_administrator_does_is_told_to_the_office_above(world: w.World, security: Actor) -> None:
    auditor = w.person(AccountKind.AUDITOR, "auditor")
    above = User.objects.get(pk=world.bureau.account_id).email
    close(security, world.county_officer)
    assert "已经停用" in mails(above)[-1]["body"]
    fresh = actions.open_office(
        kind=OrganizationKind.COUNTY, name="温泉县职称办", region_code="652723", superior_office_id=world.prefecture.pk
    )
    open_own(security, fresh)
    assert "温泉县职称办" in mails(above)[-1]["body"]
    assert not mails(auditor.email)
    close(security, world.bureau)
    assert "已经停用" in mails(auditor.email)[-1]["body"], "nobody is above the bureau: those who run the system are told"


def test_page_of_the_security_administrator_says_who_opens_the_account(world: w.World, security: Actor) -> None:
    close(security, world.county_officer)
    browser = client_of(security)
    page = reverse("office_officer_new")
    assert "安全管理员只为从未有过工作人员" in browser.get(page).content.decode()
    sent = {
        "office_id": world.county.pk,
        "name": "赵新",
        "email": "own@b.example",
        "username": "xinren",
        "id_number": id_number(72),
    }
    answer = browser.post(page, sent)
    assert answer.status_code == 422
    assert "请由州人力资源和社会保障局的工作人员办理" in "".join(summary_of(answer))
    assert not User.objects.filter(username="xinren").exists()
