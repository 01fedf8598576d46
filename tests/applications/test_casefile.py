"""An application as read: each part once, a new one with each lock, and what an action wrote is told without asking again."""

from __future__ import annotations

import pytest
from django.db import transaction

from tests.support import world as w
from tests.support.asked import asking
from tests.support.told_once import told_once
from zhicheng.applications import lifecycle
from zhicheng.applications.actions import save_section
from zhicheng.applications.casefile import CaseFile
from zhicheng.applications.models import Application, DraftSection
from zhicheng.applications.papers import all_papers
from zhicheng.applications.queries import get_application
from zhicheng.applications.states import State
from zhicheng.campaigns.actions import publish_campaign
from zhicheng.campaigns.data import BORTALA_2023
from zhicheng.campaigns.queries import notice_of
from zhicheng.organizations.actors import SYSTEM

pytestmark = pytest.mark.django_db
# Part → how many statements it takes where nothing was read yet.
PARTS = {
    "notice": 0, "newest": 0, "window": 0, "calendar": 1, "draft": 1, "materials": 1, "arriving": 1, "facts": 1, "requirements": 1, "missing": 4,
    "findings": 1, "conditions": 1, "year": 1, "told_year": 1, "ban": 1, "arrivals": 1, "history": 1, "last_return": 1,
    "return_points": 1, "points": 3, "snapshot": 0, "sent_findings": 0,
}  # fmt: skip


@told_once
def road():
    """An application that was returned once and is being mended."""
    world = w.make_world()
    application = w.submitted(world)
    w.give_back(world.unit_admin, application)
    return world, application


def case_of(road) -> CaseFile:
    world, application = road
    found = get_application(world.applicant, application.pk)
    assert found is not None
    return CaseFile(found)


@pytest.mark.parametrize("part", PARTS)
def test_part_is_read_when_it_is_asked_for_and_once(road, part):
    case = case_of(road)
    case_of(road).notice  # noqa: B018 - what is kept in the process
    with asking() as asked:
        first = getattr(case, part)
        again = getattr(case, part)
    assert asked.count == PARTS[part] and not asked.twice()
    assert again is first or again == first


def test_everything_of_one_case_is_asked_for_once(road):
    case = case_of(road)
    with asking() as asked:
        for part in [*PARTS, *reversed(PARTS)]:
            getattr(case, part)
    assert not asked.twice()
    assert asked.count == 9  # what is missing asks for the last return before the history was read


def test_last_return_is_found_in_a_history_that_was_read(road):
    case, other = case_of(road), case_of(road)
    case.history  # noqa: B018 - read
    with asking() as asked:
        found = case.last_return
    assert asked.count == 0
    assert found == other.last_return and found.reasons
    assert [p.text for p in case.return_points] == [found.reasons[0]["text"]]


def test_newest_notice_is_read_only_where_there_is_a_newer_one(road):
    assert case_of(road).newest is case_of(road).notice
    text = BORTALA_2023.read_text("utf-8").replace("committee_submissions: 3", "committee_submissions: 4")
    newer, case = notice_of(publish_campaign(text=text, actor=SYSTEM)), case_of(road)
    with asking() as asked:
        assert case.newest == newer != case.notice
    assert asked.count == 1


def test_lock_gives_a_new_case_file_of_the_row_as_it_is_now(road):
    world, application = road
    with transaction.atomic():
        case = lifecycle.lock(application.pk, world.applicant)
        assert case.is_locked and case.application is not application
        assert "draft" not in case.__dict__, "nothing is read yet"
    assert not case_of(road).is_locked


def test_saved_section_is_told_without_asking_again(road):
    world, application = road
    version = case_of(road).draft.versions["summary"]
    saved = save_section(
        actor=world.applicant, application_id=application.pk, key="summary", typed={"text": "短"}, base_version=version
    )
    with asking() as asked:
        told = saved.case.draft
    assert asked.count == 0
    assert told.contents == case_of(road).contents and told.versions["summary"] == version + 1
    assert {p.where for p in saved.case.missing} == {p.where for p in case_of(road).missing}


def test_kept_section_makes_what_follows_from_the_form_anew(road):
    case = case_of(road)
    before = case.facts, case.requirements, case.missing
    row = DraftSection(
        application=case.application, key="education", version=9, content="[]", saved_at=case.application.updated_at
    )
    case.keep_section(row)
    assert case.contents["education"] == [] and case.draft.versions["education"] == 9
    assert case.facts != before[0] and case.requirements != before[1] and case.missing != before[2]


def test_move_makes_what_tells_of_the_road_anew(road):
    world, application = road
    w.submit(world.applicant, application)
    with transaction.atomic():
        case = lifecycle.lock(application.pk, world.applicant)
        length, papers = len(case.history), case.part(all_papers)
        lifecycle.make_move(case, "withdraw", actor=world.applicant)
        assert len(case.history) == length + 1 and case.history[-1].to_state == State.DRAFT
        assert case.last_return is not None
        assert case.part(all_papers) is not papers


def test_part_of_a_room_below_is_read_once_for_each_thing_asked(road):
    case, asked_for = case_of(road), []

    def read(application: Application, what: str) -> str:
        asked_for.append(what)
        return f"{application.pk} {what}"

    assert [case.part(read, "a"), case.part(read, "a"), case.part(read, "b")] == [
        f"{case.application.pk} {what}" for what in ("a", "a", "b")
    ]
    assert asked_for == ["a", "b"]


def test_year_of_a_claimed_number_is_told_to_nobody(road):
    case = case_of(road)
    assert case.told_year == case.year
    case.application.applicant.number_held_at = None
    assert case.told_year is None and case.arrivals == []


def test_snapshot_is_refused_before_there_was_one(world):
    application = w.start(world)
    with pytest.raises(ValueError, match="nothing was submitted"):
        CaseFile(application).snapshot  # noqa: B018 - what is refused
