"""What the busiest pages and forms may ask of the database.

Counted is every SELECT, INSERT, UPDATE and DELETE of one request: those of the session, the sign-in and the note of what was sent
(``foundation.sending``) among them, and a number that is fetched for a new row. Left out are SAVEPOINT, RELEASE, ROLLBACK and BEGIN, which frame
a transaction and read nothing (``tests/support/asked.py``). Once a minute a request also moves the end of its session on; that one UPDATE comes on top
(:func:`test_end_of_a_session_is_one_statement_more`).

A page that needs more than its budget reads something that nobody handed down, or a row at a time.
"""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.db.models import F
from django.test import Client
from django.urls import reverse

from tests.support import world as w
from tests.support.asked import Asked, asking
from tests.support.forms import token_for
from tests.support.told_once import told_once
from tests.web import registering as reg
from tests.web.pages import PAGES, Town, make_town
from tests.web.posts import Press, sent_in
from zhicheng.accounts.models import AccountKind, User
from zhicheng.applications.actions import discard_application
from zhicheng.applications.models import Application, FirstAuthorship
from zhicheng.applications.queries import materials_of
from zhicheng.foundation import clock
from zhicheng.organizations.actors import Role
from zhicheng.organizations.models import MembershipRole
from zhicheng.rehearsal import acts

pytestmark = pytest.mark.django_db
# Page → the most statements, for each role that opens it.
OF_PAGES = {
    "desk_queue": 8,
    "desk_case": 14,
    "application_tasks": 9,
    "application_slot": 9,
    "my_application": 12,
    "my_titles": 10,
    "unit_publicity": 11,
}
# Form → the most statements.
OF_FORMS = {
    "application_section": 10,
    "application_autosave": 8,
    "application_check": 25,  # with the record of what was shown, and 上报
    "application_submit": 25,
    "unit_report": 25,
    "desk_pass": 23,
    "desk_return": 19,
    "desk_take_back": 26,  # with whose number it is: what the pass settled of that goes with it
}
A_PASS = A_SUBMISSION = 25
A_LIST = 8
A_CASE_OF_A_HUNDRED_PAPERS = 25
LATER = w.IN_WINDOW + w.UNTIL_REPORT


def assert_within(most: int, asked: Asked, who: str = "") -> None:
    assert 1 < asked.count <= most, f"{who} {asked.count}\n" + "\n".join(sql for sql, _values in asked.statements)


def assert_sent_within(most: int, press: Press) -> None:
    token = token_for(press.client)
    with asking() as asked:
        answer = press.send(token)
    assert answer.status_code < 400, answer.content.decode()
    assert_within(most, asked)


def looked_at(client: Client, address: str) -> Asked:
    """The second look: the notice stays parsed in the process."""
    client.get(address)
    with asking() as asked:
        assert client.get(address).status_code == 200
    return asked


@told_once
def town() -> Town:
    return make_town()


@pytest.mark.parametrize("name", OF_PAGES)
def test_page_stays_within_its_budget(town: Town, name: str) -> None:
    for look in PAGES[name](town):
        look.open()  # the notice stays parsed in the process
        with asking() as asked:
            look.open()
        assert_within(OF_PAGES[name], asked, look.who)


@pytest.mark.parametrize("name", OF_FORMS)
def test_form_stays_within_its_budget(ready: tuple[Press, str], name: str) -> None:
    assert_sent_within(OF_FORMS[name], ready[0])


@pytest.mark.parametrize("role", [Role.SUPERVISING, Role.COUNTY, Role.PREFECTURE])
def test_pass_of_each_higher_desk_stays_within_its_budget(town: Town, role: Role) -> None:
    """The one that counts an arrival, the one that prints an opinion, and the last."""
    application, actor = town.at[role], town.desks()[role]
    with clock.travel(LATER + timedelta(hours=1)):
        w.record_dossier(actor, application)
    data = {"submission": application.current_submission_id, "opinion": "同意。"}
    press = Press(reg.client_of(actor), reverse("desk_pass", args=[application.pk]), data, at=LATER + timedelta(hours=2))
    assert_sent_within(A_PASS, press)


def test_pass_that_settles_whose_number_it_is_stays_within_its_budget(world: w.World) -> None:
    """Of somebody whose card nobody has seen: looked for are who else holds the number and whether it was left behind."""
    claimed = w.person(AccountKind.APPLICANT, "claims", serial=77, held=False)
    application = w.submitted(world, w.member(claimed, world.unit, MembershipRole.EMPLOYEE))
    data = {"submission": application.current_submission_id, "opinion": ""}
    press = Press(reg.client_of(world.unit_admin), reverse("desk_pass", args=[application.pk]), data)
    assert_sent_within(A_PASS, press)
    assert User.objects.get(pk=claimed.pk).number_held_at is not None


def test_submission_that_claims_works_stays_within_its_budget(world: w.World) -> None:
    application = w.start(world)
    w.fill(world.applicant, application, w.sections() | {"awards": awards(9)})
    assert_sent_within(A_SUBMISSION, sent_in(world, application))
    assert FirstAuthorship.objects.count() == 9


def test_submission_after_a_return_stays_within_its_budget(world: w.World) -> None:
    application = w.submitted(world)
    w.give_back(world.unit_admin, application)
    acts.settle(world.applicant, application)
    assert_sent_within(A_SUBMISSION, sent_in(world, application))


def awards(count: int) -> list[dict[str, str]]:
    """Rows of the form, each of a work of its own."""
    kept = {"issuer": "博州人民政府", "level": "prefecture", "rank": "第一", "awarded_on": "2022-01-20"}
    return [kept | {"name": f"科技进步奖第{number}项"} for number in range(count)]


@told_once
def case_of_a_hundred_papers(world: w.World) -> Application:
    """At the county, with a paper beside every award and more beside those."""
    application = w.start(world)
    w.fill(world.applicant, application, w.sections() | {"awards": awards(50)})
    beside = [(box, paper.key) for box in acts.boxes_of(application) if box.row_id for paper in box.papers]
    for number, (box, paper) in enumerate(beside):
        if materials_of(application).count() < 100:
            acts.attach(world.applicant, application, box, paper, w.evidence(world.applicant.account_id, f"more {number}"))
    assert materials_of(application).count() == 100
    w.submit(world.applicant, application)
    w.publicise_and_report(world, application)
    return application


def test_case_of_a_hundred_papers_stays_within_its_budget(world: w.World, case_of_a_hundred_papers: Application) -> None:
    address = reverse("desk_case", args=[case_of_a_hundred_papers.pk])
    for actor in (world.unit_admin, world.county_officer):
        with clock.travel(LATER):
            asked = looked_at(reg.client_of(actor), address)
        assert_within(A_CASE_OF_A_HUNDRED_PAPERS, asked, actor.role)


def test_list_asks_the_same_for_one_row_and_for_thirty(world: w.World, thirty: list[Application]) -> None:
    """The units': the other desks' is the same code, and ``benchmarks/queries.py`` fills every list of the site."""
    own = w.start(world)
    applicant, desk, mine = reg.client_of(world.applicant), reverse("desk_queue"), reverse("my_applications")
    few = [looked_at(reg.client_of(world.other_admin), desk).count, looked_at(applicant, mine).count]
    for _turn in range(29):
        discard_application(actor=world.applicant, application_id=own.pk)
        own = w.start(world)
    many = [looked_at(reg.client_of(world.unit_admin), desk), looked_at(applicant, mine)]
    assert [asked.count for asked in many] == few and len(thirty) > 29
    for asked in many:
        assert_within(A_LIST, asked)


def test_end_of_a_session_is_one_statement_more(town: Town) -> None:
    """Once a minute; the pages that are asked in between write nothing."""
    for look in PAGES["application_tasks"](town):
        look.open()
        with asking() as soon:
            look.open()
        Session.objects.update(expire_date=F("expire_date") - timedelta(minutes=2))
        with asking() as later:
            look.open()
        assert later.count == soon.count + 1
        assert not [sql for sql, _values in soon.statements if not sql.startswith("SELECT")]


def test_draft_is_opened_once_on_the_page_of_a_slot(town: Town) -> None:
    """Thirteen sections and the identity number of the account, each unsealed once."""
    for look in PAGES["application_slot"](town):
        with asking() as asked:
            look.open()
        assert asked.opened <= 15


def test_snapshot_is_opened_once_on_the_page_of_a_case(town: Town) -> None:
    for look in PAGES["desk_case"](town):
        with asking() as asked:
            look.open()
        assert asked.opened <= 2
