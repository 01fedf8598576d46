"""What the random and the racing tests play on: a small world, a die, and a count of what was called and what came of it.

A *play* is one thing somebody might do now, well or badly: it looks at the database, throws the die, and calls actions through
:meth:`Stage.act`. It knows no other play and expects nothing, so that any order of plays, in any number of processes at once, is allowed.
What an action may answer is a result or ``Refused``; anything else is raised, and is a fault.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any, TypeVar

from django.db.models import QuerySet

from tests.faults.memory import Memory
from tests.support import every_action
from zhicheng.accounts.models import AccountKind, User
from zhicheng.applications.lifecycle import OVER
from zhicheng.applications.models import Application
from zhicheng.applications.states import State
from zhicheng.foundation import clock
from zhicheng.foundation.actions import move_clock
from zhicheng.foundation.errors import Refused
from zhicheng.organizations.actors import ANONYMOUS, Actor, actor_for
from zhicheng.organizations.models import Organization, OrganizationKind

YEAR = 2023
BEGIN = datetime(2023, 5, 8, 10, 30, tzinfo=clock.BEIJING)  # the window is open since half an hour
DONE = (*OVER, State.ACCEPTED, State.CLOSED_FOR_YEAR)  # nothing more happens to it by itself
DESK_OF = {
    State.UNIT_REVIEW: "employer_id",
    State.UNIT_PASSED: "employer_id",
    State.IN_PUBLICITY: "employer_id",
    State.SUPERVISING_REVIEW: "supervising_body_id",
    State.COUNTY_REVIEW: "county_office_id",
    State.PREFECTURE_REVIEW: "prefecture_office_id",
}

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Play:
    """One thing somebody might do: ``actions`` are all it may call, ``weight`` how often it is chosen beside the others."""

    name: str
    actions: tuple[str, ...]
    run: Callable[[Stage], None]
    weight: int = 1


PLAYS: dict[str, Play] = {}


def play(*actions: str, weight: int = 1) -> Callable[[Callable[[Stage], None]], Callable[[Stage], None]]:
    """Register the decorated function as a play that calls ``actions`` (``review.pass_application``)."""

    def register(function: Callable[[Stage], None]) -> Callable[[Stage], None]:
        if function.__name__ in PLAYS:
            raise RuntimeError(f"two plays are called {function.__name__}")
        PLAYS[function.__name__] = Play(function.__name__, actions, function, weight)
        return function

    return register


class Dice:
    """Chance that can be repeated."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def number(self, low: int, high: int) -> int:
        """One of ``low`` … ``high``."""
        return self._random.randint(low, high)

    def percent(self, chance: int) -> bool:
        """True in ``chance`` of a hundred throws."""
        return self._random.randrange(100) < chance

    def pick(self, rows: Sequence[T]) -> T:
        """One of them."""
        return self._random.choice(rows)

    def text(self) -> str:
        """A word nobody used before."""
        return f"{self._random.getrandbits(48):012x}"


@cache
def by_short_name() -> dict[str, str]:
    """Every action (and the other public functions of action modules) by ``room.verb``."""
    found: dict[str, str] = {}
    for name in [*sorted(every_action.public_functions() & set(every_action.NO_ACTION)), *every_action.actions()]:
        room, *_module, verb = name.split(".")
        found[f"{room}.{verb}"] = name
    return found


@cache
def action(name: str) -> Callable[..., Any]:
    """The action ``room.verb``."""
    return every_action.function(by_short_name()[name])


class Stage:
    """The world as one process plays on it."""

    def __init__(self, seed: int = 0, *, clock_ends: datetime | None = None) -> None:
        self.dice = Dice(seed)
        self.accepted: Counter[str] = Counter()
        self.refused: Counter[str] = Counter()
        self.codes: Counter[str] = Counter()
        self.steps = 0
        self.memory = Memory()
        self.clock_ends = clock_ends  # beyond it the clock begins anew
        self._playing: Play | None = None

    def perform(self, name: str, *, seed: int | None = None) -> None:
        """Do one play. Whatever it raises is a fault."""
        if seed is not None:
            self.dice = Dice(seed)
        self._playing = PLAYS[name]
        self.steps += 1
        self._playing.run(self)

    def act(self, name: str, /, *given: Any, **arguments: Any) -> Any:
        """Call an action; its result, or None when it refused."""
        assert self._playing is None or name in self._playing.actions, f"{self._playing.name} does not say that it calls {name}"
        try:
            result = action(name)(*given, **arguments)
        except Refused as refused:
            self.refused[name] += 1
            self.codes.update(f"{name} {problem.code}" for problem in refused.problems)
            return None
        self.accepted[name] += 1
        self.memory.keep(result)
        return result

    # --- who -----------------------------------------------------------------------------------------------------------------

    def account(self, *kinds: AccountKind) -> User | None:
        """Some account of these kinds: mostly one of the few that everybody else uses too."""
        return self.one_of(User.objects.filter(kind__in=kinds) if kinds else User.objects.all())

    def anybody(self) -> Actor:
        """Whoever: for what they may not do."""
        if self.dice.percent(5):
            return ANONYMOUS
        user = self.account()
        return actor_for(user) if user is not None and user.is_active else ANONYMOUS

    def at_desk(self, organization_id: int | None) -> Actor:
        """Somebody of this desk, or, one time in ten, anybody."""
        if organization_id is None or self.dice.percent(10):
            return self.anybody()
        here = User.objects.filter(
            memberships__organization_id=organization_id, memberships__until__isnull=True, memberships__role="staff"
        )
        user = self.one_of(here.filter(is_active=True))
        return actor_for(user) if user is not None else self.anybody()

    def at_office(self, kind: OrganizationKind) -> Actor:
        """Somebody of an office of this kind."""
        office = self.organization(kind)
        return self.at_desk(office.pk if office else None)

    def reviewer(self, application: Application) -> Actor:
        """Somebody at the desk where the application is."""
        column = DESK_OF.get(State(application.state), "prefecture_office_id")
        return self.at_desk(getattr(application, column))

    def owner(self, application: Application) -> Actor:
        """The applicant, or, one time in ten, anybody."""
        return self.anybody() if self.dice.percent(10) else actor_for(application.applicant)

    def organization(self, *kinds: OrganizationKind) -> Organization | None:
        """Some organization of these kinds."""
        return self.one_of(Organization.objects.filter(kind__in=kinds))

    # --- what ----------------------------------------------------------------------------------------------------------------

    def one_of(self, rows: QuerySet[Any]) -> Any:
        """One of the first two or the last four: the same few for everybody. None when there is none."""
        ids = list(rows.order_by("pk").values_list("pk", flat=True))
        few = ids if len(ids) <= 6 else ids[:2] + ids[-4:]
        return rows.filter(pk=self.dice.pick(few)).first() if few else None

    def application(self, *states: State) -> Application | None:
        """One of the two newest that are under way (in these states), or, one time in ten, any."""
        rows = Application.objects.select_related("applicant")
        if states:
            rows = rows.filter(state__in=states)
        if self.dice.percent(10):
            return self.one_of(rows)  # type: ignore[no-any-return]
        two = list(rows.exclude(state__in=DONE if self.dice.percent(85) else OVER).order_by("-pk")[:2])
        return self.dice.pick(two) if two else self.one_of(rows)

    def submission_of(self, application: Application) -> int:
        """The current submission; sometimes an earlier one, or none at all."""
        if self.dice.percent(90):
            return application.current_submission_id or 0
        earlier = list(application.submissions.values_list("pk", flat=True))
        return self.dice.pick([*earlier, 0])

    def reason(self) -> str:
        """A sentence; sometimes hardly one."""
        return self.dice.pick(["不", ""]) if self.dice.percent(10) else "经核实，情况属实，材料已当面核对无误。"

    # --- when ----------------------------------------------------------------------------------------------------------------

    def move_clock(self, to: datetime) -> None:
        """Set the clock of every process; at its end it begins anew, so that the window does not stay closed for ever."""
        if self.clock_ends is not None and to > self.clock_ends:
            to = BEGIN
        self.act("foundation.move_clock", to=to, actor="system")

    def later(self, by: timedelta) -> None:
        """Move the clock on."""
        self.move_clock(clock.now() + by)


def begin_clock() -> None:
    """The rehearsal's clock at the beginning of the window."""
    move_clock(to=BEGIN, actor="system")
