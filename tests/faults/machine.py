"""A state machine over all actions, with a moving clock: hypothesis chooses the plays, their order and their dice.

Each run of some fifty steps begins in the same world (``beginning``), inside a transaction that is undone afterwards. After each step the
cheap questions of ``memory`` are asked; at the end of a run everything that ``zhicheng verify`` and ``zhicheng ledger verify --replay`` ask.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

import hypothesis
from django.core.cache import cache
from django.db import transaction
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test

from tests.faults import plays  # noqa: F401 - registers them
from tests.faults.stage import PLAYS, Stage
from tests.support.verified import everything_holds
from zhicheng.foundation import clock, ledger, replay

STEPS_OF_A_RUN = 50
WEIGHTED = sorted((name for name, play in PLAYS.items() for _ in range(play.weight)), key=lambda name: (name != "go_on", name))


def holds() -> None:
    """Everything the two commands for operators ask of the database."""
    everything_holds()
    found = ledger.verify()
    assert found.ok, ledger.in_words(found)
    different = [f"{told.name} {one}" for told in replay.replay() for one in told.differences]
    assert not different, "\n".join(different)


@dataclass
class Tally:
    """What was done in all runs together."""

    steps: int = 0
    runs: int = 0
    accepted: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    codes: Counter[str] = field(default_factory=Counter)
    began: float = field(default_factory=time.monotonic)

    def add(self, stage: Stage) -> None:
        """A run has ended."""
        self.runs += 1
        self.steps += stage.steps
        self.accepted += stage.accepted
        self.refused += stage.refused
        self.codes += stage.codes

    def table(self) -> Iterable[str]:
        """One line for each action: how often it was accepted, how often refused."""
        names = sorted({*self.accepted, *self.refused})
        width = max(map(len, names), default=0)
        yield f"{'action':<{width}}  accepted   refused"
        for name in names:
            yield f"{name:<{width}} {self.accepted[name]:>9} {self.refused[name]:>9}"


def _machine(tally: Tally) -> type[RuleBasedStateMachine]:
    class Everybody(RuleBasedStateMachine):
        """Any play may come next, a heavier one more often; its dice are a number, so that a step can be repeated."""

        def __init__(self) -> None:
            super().__init__()
            self.undone = transaction.atomic()
            self.undone.__enter__()
            clock.forget_cached_offset()
            cache.clear()
            self.stage = Stage()
            self.failed = False

        @rule(play=st.sampled_from(WEIGHTED), seed=st.integers(0, 2**32 - 1))
        def step(self, play: str, seed: int) -> None:
            try:
                self.stage.perform(play, seed=seed)
                self.stage.memory.look()
            except BaseException:
                self.failed = True
                raise

        def teardown(self) -> None:
            try:
                if not self.failed:
                    tally.add(self.stage)
                    self.stage.memory.look_at_everything()
                    holds()
            finally:
                transaction.set_rollback(True)
                self.undone.__exit__(None, None, None)
                clock.forget_cached_offset()

    return Everybody


def play_at_random(*, steps: int, seed: int, tally: Tally, shrink: bool = False) -> None:
    """At least ``steps`` steps of the machine, the same for the same seed, added to ``tally``; in the world that is there. Raises what
    is found."""
    wanted, part = tally.steps + steps, 0
    while tally.steps < wanted:  # a run may be shorter than it is allowed to be
        run_state_machine_as_test(  # type: ignore[no-untyped-call]
            hypothesis.seed(seed * 1000 + part)(_machine(tally)),
            settings=hypothesis.settings(
                max_examples=max(1, (wanted - tally.steps) // STEPS_OF_A_RUN),
                stateful_step_count=STEPS_OF_A_RUN,
                deadline=None,
                database=None,
                phases=[hypothesis.Phase.generate, *([hypothesis.Phase.shrink] if shrink else [])],
                suppress_health_check=list(hypothesis.HealthCheck),
            ),
        )
        part += 1
