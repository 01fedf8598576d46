"""A case for every action: a small world is brought to where the action succeeds, and a call of it is given back.

``CASES`` holds them by name: ``room.module.function``, with ``:`` and a word where one action has several. The world is made once at
``world.IN_WINDOW``; a case prepares what it needs there and returns a :class:`Call`, which holds plain values only, so that it can be
made again, in another process too. Calling it carries out the action and nothing else.

Many cases begin with the same: an application at the county, say. A case names it (``begins``), so that whoever goes through them all makes
it once and copies it for each.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tests.support import world as w
from tests.support.every_action import function
from zhicheng.foundation import clock

LATER = w.IN_WINDOW + w.UNTIL_REPORT


@dataclass(frozen=True)
class Call:
    """One call of an action, at a time. ``fresh`` are arguments made anew each time, by name (a file that is read once)."""

    action: str
    given: dict[str, Any]
    at: datetime
    fresh: dict[str, Callable[[], Any]]

    def __call__(self) -> Any:
        """Carry it out."""
        with clock.travel(self.at):
            return function(self.action)(**self.given, **{name: make() for name, make in self.fresh.items()})


Begins = Callable[[w.World], Any]
Prepare = Callable[..., dict[str, Any]]  # given the world, and what it begins with if it names that


@dataclass(frozen=True)
class Case:
    """How to come to a call of an action."""

    name: str
    prepare: Prepare
    at: datetime
    fresh: dict[str, Callable[[], Any]]
    begins: Begins | None = None

    @property
    def action(self) -> str:
        """The action it calls."""
        return self.name.partition(":")[0]

    def begun(self, world: w.World) -> Any:
        """Make in ``world`` what it begins with, and give it; nothing where it begins with the world alone."""
        with clock.travel(w.IN_WINDOW):
            return self.begins(world) if self.begins is not None else None

    def ready(self, world: w.World, begun: Any) -> Call:
        """Prepare ``world``, in which is what was :meth:`begun`, and give the call."""
        with clock.travel(w.IN_WINDOW):
            given = self.prepare(world, begun) if self.begins is not None else self.prepare(world)
        return Call(self.action, given, self.at, self.fresh)


CASES: dict[str, Case] = {}


def case(
    name: str,
    *,
    at: datetime = w.IN_WINDOW,
    fresh: dict[str, Callable[[], Any]] | None = None,
    begins: Begins | None = None,
) -> Callable[[Prepare], Prepare]:
    """Register the decorated function, which prepares a world and returns the arguments, as the case of ``name``."""

    def register(prepare: Prepare) -> Prepare:
        assert name not in CASES, name
        CASES[name] = Case(name, prepare, at, fresh or {}, begins)
        return prepare

    return register


for _part in ("accounts", "files", "library", "machine", "officers", "personal", "road", "units"):
    importlib.import_module(f"{__name__}.{_part}")
