"""1,000 random steps over all actions, by everybody, in any order, while the clock moves: nothing is answered but a result or a refusal."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction
from django.test import override_settings

from tests.faults.beginning import begin
from tests.faults.machine import WEIGHTED, Tally, play_at_random
from tests.faults.plays.unplayed import UNPLAYED
from tests.faults.stage import PLAYS, Dice, Stage, by_short_name
from tests.support import every_action
from zhicheng.foundation import clock

STEPS = 1000
ROUNDS, TURNS_OF_A_ROUND = 8, 200  # a world where nothing more can happen is left for a new one
PLAYED = {name for play in PLAYS.values() for name in play.actions}


@pytest.fixture
def world(db: Any) -> Iterator[None]:
    with override_settings(REHEARSAL=True):
        begin()
        yield
    clock.forget_cached_offset()


def test_every_action_is_played_or_says_why() -> None:
    played = {by_short_name()[name] for name in PLAYED}
    wanted = set(every_action.actions())
    assert not wanted - played - set(UNPLAYED), "add a play (tests/faults/plays), or a reason (unplayed.py)"
    assert not set(UNPLAYED) - wanted and not set(UNPLAYED) & played


def test_actions_have_short_names_of_their_own() -> None:
    assert set(by_short_name().values()) >= set(every_action.actions())


def test_random_steps_leave_everything_as_it_must_be(world: None) -> None:
    tally = Tally()
    play_at_random(steps=STEPS, seed=8, tally=tally)
    assert tally.steps >= STEPS
    assert not _never_called(tally)


def _never_called(tally: Tally) -> set[str]:
    """What the steps did not come to, and does not come either when its own plays are taken by turns with any others."""
    missing = PLAYED - {*tally.accepted, *tally.refused}
    for number in range(ROUNDS):
        if missing:
            missing -= _called_in_a_round(missing, first=number * TURNS_OF_A_ROUND)
    return missing


def _called_in_a_round(missing: set[str], *, first: int) -> set[str]:
    """What of ``missing`` was called in a world of its own, which is undone afterwards; ``first``: the die of its first turn."""
    others = Dice(first)
    with transaction.atomic():
        clock.forget_cached_offset()
        stage = Stage()
        for turn in range(first, first + TURNS_OF_A_ROUND):
            left = missing - {*stage.accepted, *stage.refused}
            if not left:
                break
            for play in [play for play in PLAYS.values() if left & set(play.actions)]:
                stage.perform(play.name, seed=turn)
            stage.perform(others.pick(WEIGHTED), seed=turn)
        transaction.set_rollback(True)
    return {*stage.accepted, *stage.refused}
