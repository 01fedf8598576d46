"""The table of the lifecycle: every state × move × role, and that the page in docs/ says the same."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction

from tests.support import world as w
from tests.support.told_once import told_once
from zhicheng.applications import lifecycle
from zhicheng.applications.casefile import CaseFile
from zhicheng.applications.desks import HOLDER
from zhicheng.applications.diagram import ROLE_WORDS, lifecycle_page
from zhicheng.applications.lifecycle import BY_NAME, MOVES, moves_for, objections_to
from zhicheng.applications.models import Application, PersonYear, StatusChange
from zhicheng.applications.states import State
from zhicheng.applications.statewords import STATES
from zhicheng.foundation import clock
from zhicheng.foundation.errors import Refused
from zhicheng.foundation.models import LedgerEntry, OutboxMessage
from zhicheng.organizations.actors import ANONYMOUS, SYSTEM, Actor, Role

ROOT = Path(__file__).resolve().parent.parent.parent
ENDS = {State.STOPPED, State.REJECTED_FRAUD, State.BARRED, State.DISCARDED, State.CLOSED_FOR_YEAR}


# --- the table ----------------------------------------------------------------------------------------------------------


def test_every_state_has_words_and_can_be_reached() -> None:
    assert set(STATES) == set(State)
    reached, grown = {State.DRAFT}, True
    while grown:
        more = reached | {target for m in MOVES if reached & set(m.sources) for target in m.targets}
        grown, reached = more != reached, more
    assert reached == set(State)


def test_every_state_that_is_no_end_has_a_way_on_besides_a_ban() -> None:
    for state in set(State) - ENDS:
        assert [m for m in MOVES if state in m.sources and m.name not in {"bar", "reject_fraud"}], state


def test_names_of_moves_are_unique_and_each_leads_elsewhere() -> None:
    assert len(BY_NAME) == len(MOVES)
    for move in MOVES:
        assert move.sources and not set(move.targets) & set(move.sources)
        assert len(set(move.sources)) == len(move.sources)


def test_every_guard_of_the_table_is_registered_and_every_role_has_a_word() -> None:
    assert lifecycle.missing_guards() == set()
    assert {m.role for m in MOVES} <= set(ROLE_WORDS)


def test_every_step_upward_asks_for_ban_and_closed_year() -> None:
    upward = {*HOLDER, State.ACCEPTED}
    for move in MOVES:
        if set(move.targets) & upward:
            assert {"not_barred", "year_open"} <= set(move.guards), move.name
    assert all("dossier_in_order" in BY_NAME[f"{desk}_pass"].guards for desk in (d.role.value for d in lifecycle.HIGHER))
    assert all("unit_verified" in m.guards for m in MOVES if m.role is Role.UNIT and m.name != "stop")


def test_one_person_and_one_desk_never_have_two_names_for_the_same_move() -> None:
    """From one state, a role has at most one passing and one returning move that its guards do not tell apart."""
    for state in State:
        for role in Role:
            targets = [(m.targets, frozenset(m.guards)) for m in MOVES if m.role is role and state in m.sources]
            assert len(set(targets)) == len(targets), (state, role)


def test_page_in_docs_says_what_the_table_says() -> None:
    page = (ROOT / "docs" / "lifecycle.md").read_text("utf-8")
    assert page == lifecycle_page(), "zhicheng lifecycle docs/lifecycle.md"
    for move in MOVES:
        assert f"`{move.name}`" in page


# --- every state × move × role ----------------------------------------------------------------------------------------


# By the notice of 2023 (S-31, S-45, S-76): 单位, 主管单位 where there is one, 县（市）, 州.
WHERE_THE_CHAIN_LEADS = {
    "supervising_pass": State.COUNTY_REVIEW,
    "county_pass": State.PREFECTURE_REVIEW,
    "prefecture_pass": State.ACCEPTED,
}


@told_once
def road() -> tuple[w.World, Application]:
    world = w.make_world(with_supervising=True)
    return world, w.submitted(world)


def everybody(world: w.World) -> dict[str, Actor]:
    return {
        "applicant": world.applicant,
        "another applicant": world.new_applicant(),
        "unit": world.unit_admin,
        "another unit": world.other_admin,
        "supervising": world.supervisor,
        "county": world.county_officer,
        "another county": world.other_officer,
        "prefecture": world.bureau,
        "system": SYSTEM,
        "anonymous": ANONYMOUS,
        "operator": Actor(role=Role.OPERATOR, user_id=1, name="运维"),
    }


HAS_A_HAND = {"applicant", "unit", "supervising", "county", "prefecture", "system"}


def counts() -> tuple[int, int, int]:
    return StatusChange.objects.count(), LedgerEntry.objects.count(), OutboxMessage.objects.count()


@contextmanager
def undone() -> Iterator[None]:
    """Nothing of it is left."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@contextmanager
def written() -> Iterator[list[str]]:
    """The statements sent meanwhile that could change something: all but questions and what frames them."""
    found: list[str] = []

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if not sql.startswith(("SELECT", "SAVEPOINT", "RELEASE SAVEPOINT", "ROLLBACK TO SAVEPOINT")):
            found.append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        yield found


@pytest.mark.django_db
@pytest.mark.usefixtures("unprotected")
def test_every_state_move_and_role_does_what_the_table_says(road) -> None:
    world, application = road
    actors = everybody(world)
    made: set[str] = set()
    before_all = counts()
    for state in State:
        Application.objects.filter(pk=application.pk).update(state=state)
        for who, actor in actors.items():
            made |= _walk(application.pk, state, who, actor)
    assert counts() == before_all
    # What this one situation (submitted, nothing publicised, no dossier) lets through; the others are held by their guards.
    assert made == {
        "submit", "withdraw", "discard", "unit_pass", "unit_return", "open_publicity", "supervising_return", "county_return",
        "prefecture_return", "lift", "reopen", "reject_fraud", "restore", "restore_closed", "restore_stopped", "restore_discarded",
        "restore_abandoned", "take_up",
    }  # fmt: skip


def _walk(pk: int, state: State, who: str, actor: Actor) -> set[str]:
    """Everything that ``actor`` tries in this state, one move after the other; after one that is made all is as before. What was made."""
    made: set[str] = set()
    moves = list(MOVES)
    while moves:
        with undone():
            try:
                case = lifecycle.lock(pk, actor)
            except Refused as refused:
                assert refused.has("not_found")
                assert not [move for move in moves if _is_placed(move, state, who, actor)], f"{state} × {who}"
                break
            # What is seen from outside before: nothing may differ after refusals.
            seen = Application.objects.filter(pk=pk).values().get(), counts()
            while moves:
                move = moves.pop(0)
                if _make(case, move, actor, placed=_is_placed(move, state, who, actor), label=f"{state} × {move.name} × {who}"):
                    made.add(move.name)
                    assert counts() == tuple(n + 1 for n in seen[1]), f"{state} × {move.name} × {who}"
                    break
            else:
                assert (Application.objects.filter(pk=pk).values().get(), counts()) == seen, f"{state} × {who}"
    return made


def _is_placed(move: lifecycle.Move, state: State, who: str, actor: Actor) -> bool:
    return who in HAS_A_HAND and actor.role is move.role and state in move.sources


def _make(case: CaseFile, move: lifecycle.Move, actor: Actor, *, placed: bool, label: str) -> bool:
    """Try it on the locked row, and look that it is made or refused as the table says; whether it was made."""
    state = case.application.state
    objections = [p for name in move.guards for p in lifecycle._guards[name](case, actor)] if placed else []
    expected = placed and not objections
    assert (move in moves_for(case.application, actor)) == placed, label
    with written() as changes:
        try:
            change = lifecycle.make_move(case, move.name, actor=actor, note="理由")
        except Refused as refused:
            assert not expected, label
            if placed:
                assert {p.code for p in refused.problems} == {p.code for p in objections}, label
            elif actor.role is move.role:
                assert refused.has("stale"), label
            else:
                assert refused.has("not_yours"), label
            assert not changes and case.application.state == state, label
            return False
    assert expected and changes, label
    wanted = move.target or WHERE_THE_CHAIN_LEADS[move.name]
    assert Application.objects.get(pk=case.application.pk).state == wanted, label
    assert (change.from_state, change.to_state, change.move) == (state, wanted, move.name)
    assert (change.by_id, change.by_role) == (actor.user_id, actor.role.value)
    return True


@pytest.mark.django_db
def test_moves_need_the_locked_row(road) -> None:
    world, application = road
    with pytest.raises(RuntimeError), transaction.atomic():
        lifecycle.make_move(CaseFile(application), "unit_pass", actor=world.unit_admin)


@pytest.mark.django_db
@pytest.mark.usefixtures("unprotected")
def test_the_row_is_read_again_under_the_lock(road) -> None:
    """What somebody else did in between is seen, whatever object the caller holds."""
    world, application = road
    Application.objects.filter(pk=application.pk).update(state=State.COUNTY_REVIEW)
    with transaction.atomic(), pytest.raises(Refused) as refused:
        lifecycle.make_move(lifecycle.lock(application.pk, world.unit_admin), "unit_pass", actor=world.unit_admin)
    assert refused.value.has("stale")
    assert "待县（市）审核" in str(refused.value.problems[0].text)


@pytest.mark.django_db
def test_unknown_application_and_a_strangers_read_the_same(road) -> None:
    world, application = road
    said = []
    for pk in (application.pk, 999_999):
        with transaction.atomic(), pytest.raises(Refused) as refused:
            lifecycle.lock(pk, world.other_admin)
        said.append([(p.code, str(p.text)) for p in refused.value.problems])
    assert said[0] == said[1]


# --- each guard -----------------------------------------------------------------------------------------------------------


def codes(application: Application, move: str, actor: Actor) -> set[str]:
    fresh = Application.objects.select_related("campaign_version", "employer", "current_submission").get(pk=application.pk)
    return {p.code for p in objections_to(CaseFile(fresh), BY_NAME[move], actor)}


@pytest.mark.django_db
@pytest.mark.usefixtures("unprotected")
def test_guards_speak_all_at_once(road) -> None:
    world, application = road
    Application.objects.filter(pk=application.pk).update(state=State.COUNTY_REVIEW)
    PersonYear.objects.filter(person_index=application.person_index).update(arrivals=3, closed_at=clock.now())
    assert codes(application, "county_pass", world.county_officer) == {"no_dossier", "no_arrival_left", "closed_for_year"}
    assert codes(application, "county_return", world.county_officer) == {"no_arrival_left"}
    assert codes(application, "county_close", world.county_officer) == set()


@pytest.mark.django_db
@pytest.mark.usefixtures("unprotected")
def test_close_is_refused_while_an_arrival_is_left(road) -> None:
    world, application = road
    Application.objects.filter(pk=application.pk).update(state=State.PREFECTURE_REVIEW)
    for arrivals, expected in ((2, {"arrival_left"}), (3, set())):
        PersonYear.objects.filter(person_index=application.person_index).update(arrivals=arrivals)
        assert codes(application, "prefecture_close", world.bureau) == expected


@pytest.mark.django_db
@pytest.mark.usefixtures("unprotected")
def test_fraud_is_not_recorded_for_a_form_nobody_has_seen(road) -> None:
    world, application = road
    Application.objects.filter(pk=application.pk).update(state=State.DRAFT)
    assert codes(application, "reject_fraud", world.bureau) == set()  # taken back by its owner
    Application.objects.filter(pk=application.pk).update(current_submission=None)
    assert codes(application, "reject_fraud", world.bureau) == {"never_submitted"}


@pytest.mark.django_db
def test_a_unit_that_is_not_verified_moves_nothing(road) -> None:
    world, application = road
    world.unit.verified_year = 2022
    world.unit.save()
    for move in ("unit_pass", "unit_return"):
        assert codes(application, move, world.unit_admin) == {"unit_needs_reverification"}, move


@pytest.mark.django_db
@pytest.mark.usefixtures("unprotected")
def test_the_chain_decides_where_the_unit_reports_to(road) -> None:
    world, application = road
    Application.objects.filter(pk=application.pk).update(state=State.UNIT_PASSED)
    assert "supervising_first" in codes(application, "report_to_county", world.unit_admin)
    assert "county_first" not in codes(application, "report_to_supervising", world.unit_admin)
    Application.objects.filter(pk=application.pk).update(supervising_body=None)
    assert "county_first" in codes(application, "report_to_supervising", world.unit_admin)
    assert "supervising_first" not in codes(application, "report_to_county", world.unit_admin)


@pytest.mark.django_db
@pytest.mark.usefixtures("unprotected")
def test_nobody_handles_their_own_form_with_another_account(road) -> None:
    """S-08: the same human with the unit's or an office's account is refused, at every desk."""
    world, application = road
    for actor, state, move in (
        (world.unit_admin, State.UNIT_REVIEW, "unit_pass"),
        (world.unit_admin, State.UNIT_REVIEW, "unit_return"),
        (world.supervisor, State.SUPERVISING_REVIEW, "supervising_return"),
        (world.county_officer, State.COUNTY_REVIEW, "county_return"),
        (world.bureau, State.PREFECTURE_REVIEW, "prefecture_return"),
        (world.bureau, State.PREFECTURE_REVIEW, "reject_fraud"),
    ):
        Application.objects.filter(pk=application.pk).update(state=state)
        same_human = dataclasses.replace(actor, person_index=application.person_index)
        assert "self_review" in codes(application, move, same_human), move
        assert "self_review" not in codes(application, move, actor), move
    without_number = dataclasses.replace(world.unit_admin, person_index="")
    Application.objects.filter(pk=application.pk).update(state=State.UNIT_REVIEW, person_index="")
    assert "self_review" not in codes(application, "unit_return", without_number), "two without a number are not one person"


@pytest.mark.django_db
def test_who_comes_second_reads_of_an_application_that_was_only_begun() -> None:
    with clock.travel(w.IN_WINDOW):
        world = w.make_world()
        application = w.start(world)
    with transaction.atomic(), pytest.raises(Refused) as refused:
        lifecycle.make_move(lifecycle.lock(application.pk, world.applicant), "withdraw", actor=world.applicant)
    assert refused.value.has("stale") and "新增申请书" in str(refused.value.problems[0].text)
