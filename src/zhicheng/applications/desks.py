"""The desks an application crosses, one row each: who works there, where the application names them, what they hold, what it is called.

Everything else that differs by desk is read from here: the desk moves of the lifecycle, the queues and their tabs, the columns of the
jurisdiction, the timeline, the mails. Which desks an application crosses, and in which order, is the notice's ``chain``
(:func:`road_of`); the rows stand in the order the country knows them (S-31, S-45, S-76).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.utils.translation import gettext, pgettext

from zhicheng.applications.deskwords import (
    COUNTY,
    INDUSTRY,
    PREFECTURE,
    PREFECTURE_BETWEEN,
    SUPERVISING,
    UNIT,
    DeskWords,
    as_last,
)
from zhicheng.applications.states import State
from zhicheng.campaigns.rules import is_committee_arrival
from zhicheng.organizations.actors import Role
from zhicheng.organizations.departments import department_for

if TYPE_CHECKING:
    from zhicheng.applications.models import Application, StatusChange
    from zhicheng.campaigns.notice import Notice
    from zhicheng.organizations.models import Organization

S = State


@dataclass(frozen=True, slots=True)
class Tab:
    """Which of its applications a desk lists together: those in ``states`` (all, where none is named), and of them those it has passed
    on (``passed``), has not, or either (``None``). ``standing``: shown also while it is empty.
    """

    states: tuple[State, ...] = ()
    passed: bool | None = None
    standing: bool = True


Tabs = dict[str, Tab]
# Which organization an employer's applications in a series (its code) go to at a desk: its id, or ``None`` where there is none.
Route = Callable[["Organization", str], int | None]
# Where an application is over at a desk above the unit, or after the last.
_CLOSED = (S.CLOSED_FOR_YEAR, S.REJECTED_FRAUD, S.BARRED)


@dataclass(frozen=True, slots=True)
class Desk:
    """One desk of the product.

    ``column`` is the organization's column on the application, ``route`` finds it for an employer; ``reached`` is the flag that is set
    when an application comes to the desk, from when on it may look it up again (empty: the first desk, which sees all that was ever
    sent). ``holds`` are the states it works in, the one of arrival first. ``always`` says that every application names one, whether or
    not the notice's chain crosses it. ``by_series``: the route is another for another series.
    ``makes`` is the kind of paper its pass makes. ``hears``: a return from a later desk is told to it (S-45).
    ``words`` are said of it in the country's order, the last row giving the last word; ``otherwise`` where a notice has it the other way
    round: read :func:`words_of`.
    """

    role: Role
    column: str
    holds: tuple[State, ...]
    route: Route
    words: DeskWords
    reached: str = ""
    always: bool = False
    by_series: bool = False
    makes: str = ""
    hears: bool = False
    otherwise: DeskWords | None = None

    @property
    def column_id(self) -> str:
        """The column that holds the organization's id."""
        return f"{self.column}_id"

    @property
    def passed(self) -> str:
        """The flag that is set while an application is on its way above, passed on by this desk; empty at the first desk."""
        return f"passed_{self.role.value}" if self.reached else ""

    @property
    def arrives(self) -> State:
        """The state in which an application comes to this desk."""
        return self.holds[0]

    @property
    def passes(self) -> str:
        """The move that passes an application on."""
        return f"{self.role.value}_pass"

    @property
    def takes_back(self) -> str:
        """The move by which the desk takes its pass back."""
        return f"{self.role.value}_take_back"

    @property
    def returns(self) -> str:
        """The move that gives it back to the applicant."""
        return f"{self.role.value}_return"

    @property
    def closes(self) -> str:
        """The return that closes the person's year (S-29); empty at the first desk, which cannot."""
        return f"{self.role.value}_close" if self.reached else ""

    @property
    def report(self) -> str:
        """The unit's move that brings an application here after its publicity; empty for the unit itself."""
        return f"report_to_{self.role.value}" if self.reached else ""


DESKS: tuple[Desk, ...] = (
    Desk(
        role=Role.UNIT,
        column="employer",
        holds=(S.UNIT_REVIEW, S.UNIT_PASSED, S.IN_PUBLICITY),
        words=UNIT,
        route=lambda employer, _series: employer.pk,
        always=True,
        makes="review_form",
        hears=True,
    ),
    Desk(
        role=Role.SUPERVISING,
        column="supervising_body",
        reached="reached_supervising",
        holds=(S.SUPERVISING_REVIEW,),
        words=SUPERVISING,
        otherwise=as_last(SUPERVISING),
        route=lambda employer, _series: employer.supervising_body_id,
        makes="supervising_opinion",
    ),
    Desk(
        role=Role.INDUSTRY,
        column="industry_body",
        reached="reached_industry",
        holds=(S.INDUSTRY_REVIEW,),
        words=INDUSTRY,
        otherwise=as_last(INDUSTRY),
        route=lambda employer, series: department_for(series, employer.region_code),
        by_series=True,
    ),
    Desk(
        role=Role.COUNTY,
        column="county_office",
        reached="reached_county",
        holds=(S.COUNTY_REVIEW,),
        words=COUNTY,
        otherwise=as_last(COUNTY),
        route=lambda employer, _series: employer.receiving_office_id,
        always=True,
        hears=True,
    ),
    Desk(
        role=Role.PREFECTURE,
        column="prefecture_office",
        reached="reached_prefecture",
        holds=(S.PREFECTURE_REVIEW,),
        words=PREFECTURE,
        otherwise=PREFECTURE_BETWEEN,
        route=lambda employer, _series: employer.receiving_office.superior_office_id if employer.receiving_office else None,
        always=True,
    ),
)
BY_ROLE: dict[Role, Desk] = {desk.role: desk for desk in DESKS}
# The desk that holds an application in each state; with the applicant, and when all is done, none does.
_TAKES_BACK = frozenset(desk.takes_back for desk in DESKS)
HOLDER: dict[State, Desk] = {state: desk for desk in DESKS for state in desk.holds}


def tabs_of(desk: Desk) -> Tabs:
    """What the desk can look through, tab by tab. The first is what waits for it; everything it may see is in exactly one.

    "Passed on" is told by the desk's flag, for a list reads one index, and an index knows no notice, in which another desk may follow.
    The last is whatever it has had and no other tab shows: taken back, at another desk again, or over. Which tabs stand also while they
    are empty follows the country's order: the last of the rows mostly has no desk after it, the others have.
    """
    if not desk.reached:
        higher = tuple(state for row in DESKS if row.reached for state in row.holds)
        tabs = {
            "waiting": Tab((S.UNIT_REVIEW,)),
            "to_publish": Tab((S.UNIT_PASSED,)),
            "publicity": Tab((S.IN_PUBLICITY,)),
            "reported": Tab((*higher, S.ACCEPTED, *_CLOSED)),
            "returned": Tab((S.RETURNED,)),
            "over": Tab((S.STOPPED, S.DISCARDED, S.ABANDONED)),
        }
    else:
        is_last = desk is DESKS[-1]
        tabs = {
            "waiting": Tab(desk.holds),
            "passed": Tab(passed=True, standing=not is_last),
            "accepted": Tab((S.ACCEPTED,), passed=False, standing=is_last),
            "returned": Tab((S.RETURNED,)),
            **({"closed": Tab(_CLOSED, passed=False)} if is_last else {}),
        }
    shown = {state for tab in tabs.values() for state in tab.states}
    rest = tuple(state for state in State if state not in shown)
    return {**tabs, "other": Tab(rest, passed=False if desk.reached else None)}


TABS: dict[Role, Tabs] = {desk.role: tabs_of(desk) for desk in DESKS}
# What waits for each desk: its queue.
WAITING: dict[Role, tuple[State, ...]] = {desk.role: desk.holds for desk in DESKS}


def road_of(application: Application, notice: Notice) -> tuple[Desk, ...]:
    """The desks this application crosses, in the order of the notice's chain; an optional one only where its unit has such a body."""
    return tuple(
        desk
        for step in notice.chain
        for desk in (BY_ROLE[Role(step.desk)],)
        if not step.optional or getattr(application, desk.column_id) is not None
    )


def words_of(desk: Desk, notice: Notice) -> DeskWords:
    """What is said of a desk under this notice: 终审 and 受理 of the one whose arrivals count, of every other that it reviews (S-28)."""
    gives_last_word = is_committee_arrival(notice, desk.role.value)
    return desk.words if desk.otherwise is None or gives_last_word is (desk is DESKS[-1]) else desk.otherwise


def counting_desk(notice: Notice) -> Desk:
    """The desk whose arrivals count (S-28)."""
    return next(BY_ROLE[Role(step.desk)] for step in notice.chain if step.counts_as_committee_arrival)


def counting_words(notice: Notice) -> dict[str, str]:
    """How the notice's count is told: which arrival counts (``arrival``), and by whom a return does not (``before``) (S-28)."""
    desks, counting = [BY_ROLE[Role(step.desk)] for step in notice.chain], counting_desk(notice)
    *most, last = [str(desk.words.short) for desk in desks[: desks.index(counting)]]
    before = gettext("、").join(most) + (pgettext("before the last of a list", "和") if most else "") + last
    return {"arrival": str(counting.words.arrival), "before": before}


def desk_after(application: Application, role: Role, notice: Notice) -> Desk | None:
    """The desk that ``role``'s pass brings this application to; ``None`` after the last one of its road."""
    road = road_of(application, notice)
    at = next((n for n, desk in enumerate(road) if desk.role is role), None)
    return road[at + 1] if at is not None and at + 1 < len(road) else None


def here_since(history: Sequence[StatusChange]) -> datetime:
    """When the application came to where its history, oldest first, leaves it: a pass taken back has not made anybody wait anew."""
    came: list[datetime] = []
    for change in history:
        if change.move not in _TAKES_BACK:
            came.append(change.at)
        elif len(came) > 1:  # what is taken back is the pass just before
            came.pop()
    return came[-1]


def organization_at(application: Application, role: Role) -> int | None:
    """The id of the organization that acts for ``role`` on this application (the applicant and the system have none)."""
    desk = BY_ROLE.get(role)
    return getattr(application, desk.column_id) if desk is not None else None
