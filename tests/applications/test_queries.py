"""Who sees what, and how many queries it takes (house, decision 5)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.support import world as w
from tests.support.postgres import plan_as_at_work
from zhicheng.applications import queries
from zhicheng.applications.actions import withdraw_application
from zhicheng.applications.casefile import CaseFile
from zhicheng.applications.desks import TABS
from zhicheng.applications.models import Application
from zhicheng.foundation import clock
from zhicheng.organizations.actors import ANONYMOUS, Actor, Role
from zhicheng.publicity.queries import period_of, running_periods
from zhicheng.review.queries import all_dossiers, standing_decisions

pytestmark = pytest.mark.django_db
LATER = w.IN_WINDOW + w.UNTIL_REPORT


def seen(world: w.World) -> set[str]:
    actors = {
        "applicant": world.applicant, "stranger": world.new_applicant(), "unit": world.unit_admin, "other unit": world.other_admin,
        "supervising": world.supervisor, "county": world.county_officer, "other county": world.other_officer,
        "prefecture": world.bureau, "anonymous": ANONYMOUS, "operator": Actor(role=Role.OPERATOR, user_id=1),
    }  # fmt: skip
    pk = Application.objects.get().pk
    for actor in actors.values():
        assert (queries.get_application(actor, pk) is not None) == queries.visible_to(actor).exists()
    return {who for who, actor in actors.items() if queries.visible_to(actor).exists()}


def test_each_desk_sees_it_from_its_arrival_on(world):
    application = w.start(world)
    assert seen(world) == {"applicant"}
    w.fill(world.applicant, application)
    w.submit(world.applicant, application)
    assert seen(world) == {"applicant", "unit"}
    w.to_bureau(world, application)
    assert seen(world) == {"applicant", "unit", "county", "prefecture"}
    with clock.travel(LATER):
        w.give_back(world.bureau, application)
    assert seen(world) == {"applicant", "unit", "county", "prefecture"}


def test_withdrawn_form_stays_visible_to_the_unit_and_waits_for_nobody(world):
    application = w.submitted(world)
    assert list(queries.queue(world.unit_admin)) == [application]
    withdraw_application(actor=world.applicant, application_id=application.pk)
    assert seen(world) == {"applicant", "unit"}
    assert not queries.queue(world.unit_admin).exists()


def test_queue_is_longest_here_first(world):
    first = w.submitted(world)
    with clock.travel(w.IN_WINDOW + timedelta(hours=1)):
        second = w.submitted(world, world.new_applicant())
    assert list(queries.queue(world.unit_admin)) == [first, second]
    w.give_back(world.unit_admin, first)
    with clock.travel(w.IN_WINDOW + timedelta(hours=2)):
        w.submit(world.applicant, first)
        assert list(queries.queue(world.unit_admin)) == [second, first]
    assert list(queries.queue(world.unit_admin, tab=TABS[Role.UNIT]["returned"])) == []
    assert not queries.queue(world.applicant).exists()


def test_desk_is_served_only_files_of_frozen_submissions(world):
    application = w.submitted(world)
    frozen = queries.materials_of(application).first().file
    loose = w.evidence(world.applicant.user_id, "never submitted")
    case = CaseFile(application)
    sent = case.sent_file(frozen.pk)
    assert sent is not None and sent.file_id == frozen.pk and case.sent_file(str(frozen.pk)) == sent
    assert case.sent_file(loose.pk) is None and case.sent_file("٣") is None
    other = w.submitted(world, world.new_applicant())
    assert CaseFile(other).sent_file(frozen.pk) is None
    assert CaseFile(w.start(world, world.new_applicant())).sent_file(frozen.pk) is None, "nothing was sent"


def count(call: Callable[[], Any]) -> int:
    with CaptureQueriesContext(
        connection,
    ) as captured:
        call()
    return len(captured)


def test_number_of_queries_does_not_grow_with_the_rows(world):
    def measure() -> dict[str, int]:
        unit = world.unit_admin
        application = queries.get_application(unit, Application.objects.earliest("id").pk)
        assert application is not None
        return {
            "queue": count(lambda: [(a.employer.name, a.current_submission.number) for a in queries.queue(unit)]),
            "application": count(lambda: queries.get_application(unit, application.pk)),
            "draft": count(lambda: queries.draft_of(application)),
            "materials": count(lambda: [m.file.name for m in queries.materials_of(application)]),
            "history": count(lambda: [(c.by, c.by_organization, c.submission) for c in queries.history_of(application)]),
            "arrivals": count(lambda: list(queries.arrivals_of(application))),
            "missing": count(lambda: CaseFile(application).missing),
            "decisions": count(lambda: [(d.desk.name, d.decided_by.name) for d in standing_decisions(CaseFile(application))]),
            "dossiers": count(lambda: [(d.desk.name, d.recorded_by.name) for d in all_dossiers(application)]),
            "period": count(lambda: period_of(CaseFile(application))),
            "public": count(lambda: [p.unit.name for p in running_periods(clock.today())]),
        }

    first = w.submitted(world)
    w.unit_pass(world, first)
    w.open_publicity(world, first)
    few = measure()
    for _ in range(8):
        application = w.submitted(world, world.new_applicant())
        w.unit_pass(world, application)
        w.open_publicity(world, application)
    w.give_back(world.unit_admin, first)
    w.submit(world.applicant, first)
    assert measure() == few
    assert max(few.values()) <= 3, few


@pytest.mark.postgres
@pytest.mark.parametrize(("role", "tab"), [(role, tab) for role, tabs in TABS.items() for tab in tabs])
def test_every_tab_is_read_in_the_order_of_an_index(role, tab):
    """With sorting priced out, only a tab that no index serves in order would still be sorted."""
    world = w.make_world(with_supervising=True)
    actor = {
        Role.UNIT: world.unit_admin,
        Role.SUPERVISING: world.supervisor,
        Role.COUNTY: world.county_officer,
        Role.PREFECTURE: world.bureau,
        # No application of this notice is theirs: the plan is the same.
        Role.INDUSTRY: Actor(role=Role.INDUSTRY, organization_id=world.supervising.pk),
    }[role]
    rows = queries.queue(actor, tab=TABS[role][tab]).order_by("-entered_state_at", "-id")[:31]
    with connection.cursor() as cursor:
        plan_as_at_work(cursor)
        for way in ("sort", "seqscan", "bitmapscan", "hashjoin", "mergejoin"):
            cursor.execute(f"SET LOCAL enable_{way} = off")
        plan = rows.explain()
    assert "Sort" not in plan, plan
    assert f" tab_{role.value}_{tab} " in plan or f" queue_{role.value} " in plan, plan
