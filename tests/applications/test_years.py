"""One person's year: several drafts, one application sent, and a year that is closed in every campaign of it (S-19, S-28, S-29, G-09)."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from types import SimpleNamespace

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from hypothesis import given
from hypothesis import strategies as st

from tests.support import world as w
from tests.support.told_once import told_once
from tests.support.verified import everything_holds
from zhicheng.applications import actions as applications
from zhicheng.applications.actions.start import MOST_DRAFTS
from zhicheng.applications.models import Application, CommitteeArrival, PersonYear, StatusChange, Submission
from zhicheng.applications.queries import application_instead_of, arrivals_of, of_the_persons_year, year_of
from zhicheng.applications.states import State
from zhicheng.applications.years import in_year_of, year_count
from zhicheng.campaigns.actions import publish_campaign
from zhicheng.campaigns.data import BORTALA_2023
from zhicheng.campaigns.models import Campaign
from zhicheng.campaigns.queries import notice_of
from zhicheng.foundation import clock
from zhicheng.foundation.errors import Problem, Refused
from zhicheng.organizations.actors import SYSTEM, Actor
from zhicheng.organizations.models import Organization, OrganizationKind
from zhicheng.review.actions import annul_arrival

LATER = w.IN_WINDOW + w.UNTIL_REPORT
FIRST = BORTALA_2023.read_text("utf-8")
COUNTS = "  committee_submissions: 3 # S-28\n"


def batch(world: w.World, slug: str, *, limit: int = 3, scope: str = "campaign") -> w.World:
    """The same world in a further campaign of the same year and prefecture."""
    old = next(line for line in FIRST.splitlines() if line.startswith("slug:"))
    limits = f"  committee_submissions: {limit}\n  committee_submissions_scope: {scope}\n"
    text = FIRST.replace(old, f"slug: {slug}").replace(COUNTS, limits)
    return dataclasses.replace(world, version=publish_campaign(text=text, actor=SYSTEM))


@told_once(at=w.IN_WINDOW)
def world() -> w.World:
    return w.make_world()


def problems_of(call: Callable[[], object]) -> list[Problem]:
    with pytest.raises(Refused) as refused:
        call()
    return list(refused.value.problems)


def codes(call: Callable[[], object]) -> list[str]:
    return sorted(p.code for p in problems_of(call))


def give_up(world: w.World, application: Application) -> None:
    applications.discard_application(actor=world.applicant, application_id=application.pk)


@pytest.mark.django_db
def test_drafts_may_be_several_each_for_another_title(world):
    first = w.start(world)
    second = w.start(world, title="assistant_engineer")
    assert {first.state, second.state} == {State.DRAFT}
    (problem,) = problems_of(lambda: w.start(world))
    assert (problem.code, problem.link) == ("exists", str(first.pk)) and first.number in str(problem.text)
    everything_holds()


@pytest.mark.django_db
def test_drafts_have_an_end(world):
    for specialty in ("forestry_grassland", "highway", "ecology", "water", "surveying")[:MOST_DRAFTS]:
        w.start(world, specialty=specialty)
    assert codes(lambda: w.start(world, specialty="chemical")) == ["too_many_drafts"]
    give_up(world, Application.objects.latest("id"))
    assert w.start(world, specialty="chemical").state == State.DRAFT


@pytest.mark.django_db
def test_one_alone_is_sent_in_a_year(world):
    sent, other = w.start(world), w.start(world, specialty="highway")
    w.fill(world.applicant, sent)
    w.fill(world.applicant, other)
    w.submit(world.applicant, sent)
    (problem,) = problems_of(lambda: w.submit(world.applicant, other))
    assert (problem.code, problem.link) == ("sent_already", str(sent.pk)) and sent.number in str(problem.text)
    assert codes(lambda: w.start(world, specialty="chemical")) == ["sent_already"]
    applications.withdraw_application(actor=world.applicant, application_id=sent.pk)
    assert "sent_already" in codes(lambda: w.submit(world.applicant, other))  # taken back it is still the one that was sent
    give_up(world, sent)
    w.submit(world.applicant, other)
    other.refresh_from_db()
    assert other.state == State.UNIT_REVIEW
    everything_holds()


@pytest.mark.django_db
def test_database_keeps_a_second_one_from_being_sent(world):
    other = w.start(world, specialty="highway")
    sent = w.submitted(world)
    StatusChange(
        application=other, move="x", from_state="draft", to_state="draft", at=LATER, submission=sent.current_submission
    ).save()
    with pytest.raises(IntegrityError), transaction.atomic():
        Application.objects.filter(pk=other.pk).update(current_submission=sent.current_submission)


def under_another_bureau(world: w.World) -> Actor:
    """The applicant in a unit whose county reports to a second bureau of the same prefecture."""
    kinds, region = OrganizationKind, {"region_code": world.prefecture.region_code, "created_at": clock.now()}
    bureau = Organization.objects.create(kind=kinds.PREFECTURE, name="博州职称改革办公室", **region)
    county = Organization.objects.create(kind=kinds.COUNTY, name="温泉县人社局职称办", superior_office=bureau, **region)
    unit = w.make_unit("温泉县水利站", "12652723457600129X", "institution", county)
    return dataclasses.replace(world.applicant, organization_id=unit.pk)


@pytest.mark.django_db
@pytest.mark.usefixtures("unprotected")
def test_year_of_a_person_is_one_under_two_bureaus_of_a_prefecture(world):
    there = under_another_bureau(world)
    other = w.start(world, there, specialty="highway")
    w.fill(there, other)
    stopped = w.reach(world, State.STOPPED)
    assert other.prefecture_office_id != stopped.prefecture_office_id
    assert application_instead_of(stopped) is None
    w.submit(there, other)
    assert application_instead_of(stopped) == Application.objects.get(pk=other.pk)
    assert set(of_the_persons_year(stopped)) == {stopped, other}
    with pytest.raises(IntegrityError, match="year"), transaction.atomic():
        Application.objects.filter(pk=stopped.pk).update(state=State.UNIT_REVIEW)


@pytest.mark.django_db
def test_one_sent_in_another_campaign_of_the_year_counts_too(world):
    second = batch(world, "bortala-2023-2")
    sent, draft = w.submitted(world), None
    assert codes(lambda: w.start(second)) == ["sent_already"]
    give = applications.withdraw_application(actor=world.applicant, application_id=sent.pk)
    assert give.state == State.DRAFT
    give_up(world, sent)
    draft = w.submitted(second)
    assert codes(lambda: w.start(world)) == ["sent_already"] and draft.state == State.UNIT_REVIEW


def closed_in_first(world: w.World) -> Application:
    application = w.submitted(world)
    w.to_bureau(world, application)
    with clock.travel(LATER):
        w.arrive(world, application, 3)
        w.give_back(world.bureau, application)
    assert application.state == State.CLOSED_FOR_YEAR
    return application


@pytest.mark.django_db
def test_third_return_closes_the_year_in_the_second_batch_too(world):
    """R13: third return in the first batch of 2023; a second batch of 2023 opens."""
    second = batch(world, "bortala-2023-2")
    drafted = w.start(second)
    w.fill(world.applicant, drafted)
    closed = closed_in_first(world)
    assert codes(lambda: w.start(batch(world, "bortala-2023-3"))) == ["closed_for_year"]
    assert "closed_for_year" in codes(lambda: w.submit(world.applicant, drafted))
    with clock.travel(LATER):
        arrival = CommitteeArrival.objects.latest("id")
        annul_arrival(actor=world.bureau, arrival_id=arrival.pk, reason="经办人误退，材料实际齐全，撤销本次计次。")
    closed.refresh_from_db()
    assert closed.state == State.RETURNED and year_of(drafted).closed_at is None
    everything_holds()


@pytest.mark.django_db
def test_year_of_another_prefecture_or_year_is_not_closed(world):
    closed_in_first(world)
    rows = list(PersonYear.objects.select_related("campaign"))
    for campaign in (Campaign(pk=91, year=2024, region_code="652700"), Campaign(pk=92, year=2023, region_code="653000")):
        assert year_count(in_year_of(campaign, rows), campaign.pk).closed_at is None
    beside = Campaign(pk=93, year=2023, region_code="652701")
    assert year_count(in_year_of(beside, rows), beside.pk).closed_at == rows[0].closed_at


@pytest.mark.django_db
def test_count_is_of_the_campaign_by_default(world):
    application = w.submitted(world)
    w.to_bureau(world, application)
    with clock.travel(LATER):
        w.give_back(world.bureau, application)
        give_up(world, application)
    again = w.start(batch(world, "bortala-2023-2"))
    assert (again.arrivals, year_of(again).arrivals) == (0, 0)


def counted_over_the_year(world: w.World) -> tuple[w.World, Application]:
    """One arrival in the first campaign, given up; the second arrives in a campaign that counts the year, and is its last."""
    application = w.submitted(world)
    w.to_bureau(world, application)
    with clock.travel(LATER):
        w.give_back(world.bureau, application)
        give_up(world, application)
    second = batch(world, "bortala-2023-2", limit=2, scope="year")
    again = w.submitted(second)
    w.to_bureau(second, again)
    return second, again


@pytest.mark.django_db
def test_count_is_of_the_year_where_the_notice_says_so(world):
    second, again = counted_over_the_year(world)
    again.refresh_from_db()
    assert (again.arrivals, PersonYear.objects.get(campaign=again.campaign).arrivals) == (2, 1)
    assert [a.number for a in arrivals_of(again)] == [1, 2]
    with clock.travel(LATER):
        w.give_back(second.bureau, again)
    assert again.state == State.CLOSED_FOR_YEAR
    everything_holds()


@pytest.mark.django_db
def test_annulled_arrival_of_the_first_campaign_opens_the_year_that_it_helped_to_close(world):
    second, again = counted_over_the_year(world)
    with clock.travel(LATER):
        w.give_back(second.bureau, again)
        first = CommitteeArrival.objects.earliest("id")
        annul_arrival(actor=world.bureau, arrival_id=first.pk, reason="经办人误退，材料实际齐全，撤销本次计次。")
    again.refresh_from_db()
    assert (again.state, again.arrivals, year_of(again).closed_at) == (State.RETURNED, 1, None)
    assert CommitteeArrival.objects.latest("id").number == 1
    everything_holds()


@pytest.mark.django_db
def test_database_keeps_the_count_of_a_year_within_its_limit(world):
    _second, again = counted_over_the_year(world)
    first = PersonYear.objects.exclude(campaign=again.campaign).get()
    arrival = CommitteeArrival.objects.latest("id")
    newest = StatusChange.objects.filter(application=again).latest("id").submission
    assert newest is not None
    frozen = Submission(application=again, number=9, content="{}", sha256="0" * 64, submitted_at=LATER, form_token="x")
    frozen.submitted_by_id = again.applicant_id
    frozen.save(force_insert=True)
    StatusChange(application=again, move="x", from_state=again.state, to_state=again.state, at=LATER, submission=frozen).save()
    row = arrival.person_year
    arrival.pk, arrival._state.adding, arrival.submission, arrival.sequence, arrival.number = None, True, frozen, 2, 2
    arrival.save(force_insert=True)
    assert row.arrivals + 1 + first.arrivals > row.arrivals_allowed >= row.arrivals + 1
    with pytest.raises(DatabaseError, match="counted over a year stays within its limit"), transaction.atomic():
        PersonYear.objects.filter(pk=row.pk).update(arrivals=row.arrivals + 1)


counts = st.lists(st.tuples(st.integers(0, 5), st.sampled_from(["campaign", "year"])), min_size=1, max_size=4)


@given(counts)
def test_count_of_a_year_is_never_below_that_of_its_campaign(given_rows):
    rows = [
        SimpleNamespace(campaign_id=n, arrivals=arrivals, arrivals_allowed=5, counted_in=scope, closed_at=None)
        for n, (arrivals, scope) in enumerate(given_rows)
    ]
    for row in rows:
        count = year_count(rows, row.campaign_id)
        assert count.arrivals >= row.arrivals
        assert count.arrivals == (sum(r.arrivals for r in rows) if row.counted_in == "year" else row.arrivals)
        assert count.has_arrival_left == (count.arrivals < 5)


@pytest.mark.django_db
def test_scope_is_a_key_of_the_notice(world):
    assert notice_of(world.version).limits.committee_submissions_scope == "campaign"
    assert notice_of(batch(world, "other", scope="year").version).limits.committee_submissions_scope == "year"
