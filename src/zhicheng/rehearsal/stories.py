"""What happens to each invented application, as a story in Beijing time: the steps of the road, each with its hour.

The window opens on 8 May 2023, the rehearsal begins on Monday 22 May.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from zhicheng.applications.desks import BY_ROLE, Desk
from zhicheng.organizations.actors import Role
from zhicheng.rehearsal.cards import APPLYING_ADMINISTRATOR, FIRST_UNIT
from zhicheng.rehearsal.case import CORRECT_NUMBER, LOSE_MAILBOX, REGISTER, SHOW_CARD, Case
from zhicheng.rehearsal.cast import EMPLOYERS, Cast, Registration, administrators_number, moment
from zhicheng.rehearsal.people import NAMES, identity, person
from zhicheng.rehearsal.steps import (
    BAR,
    BEGIN,
    CORRECT,
    DISCARD,
    FILL,
    HAND_IN,
    MAKE_RESULT,
    OPEN_PUBLICITY,
    REJECT,
    REPORT,
    STOP,
    SUBMIT,
    WITHDRAW,
    Step,
    deciding,
    filling,
    giving_back,
    objecting,
    passing,
    receiving,
)


@dataclass(frozen=True, slots=True)
class Story:
    """What happens to the people of one story, in the order of its hours. ``first``: before the first page is shown."""

    people: tuple[Case, ...]
    told: Callable[..., Iterator[Act]]
    first: bool = False

    @property
    def usernames(self) -> list[str]:
        """Whose accounts it opens: it was told when they are there."""
        return [case.person.username for case in self.people]

    def acts(self) -> list[Act]:
        """Its acts, not carried out yet."""
        return list(self.told(*self.people))


@dataclass(frozen=True, slots=True)
class Act:
    """One step of somebody's at its hour."""

    at: datetime
    who: Case | Registration
    step: Step


Acts = Iterator[Act]
Told = Callable[[Case], Acts]


def _act(case: Case, day: int, hour: int, step: Step) -> Act:
    """At an hour of a day in May, a little different for everybody."""
    return Act(moment(5, day, hour, case.person.serial % 50), case, step)


def _registered(case: Case) -> Acts:
    serial = case.person.serial
    yield Act(moment(4, 24 + serial % 7, 9 + serial % 9, serial % 60), case, REGISTER)


def _drafting(case: Case, *, day: int = 8, fill: Step | None = FILL) -> Acts:
    yield from _registered(case)
    yield _act(case, day, 10, BEGIN)
    if fill is not None:
        yield _act(case, day, 11, fill)


def _sent(case: Case, *, day: int = 8) -> Acts:
    """上报 in the afternoon of ``day``."""
    yield from _drafting(case, day=day)
    yield _act(case, day, 15, SUBMIT)


def _passed_by_unit(case: Case, *, day: int = 8) -> Acts:
    yield from _sent(case, day=day)
    yield _act(case, day, 16, passing(Role.UNIT))


def _publicised(case: Case, *, day: int = 8, days: int = 4) -> Acts:
    """公示 from ``day`` for ``days`` more days."""
    case.publicity_days = days
    yield from _passed_by_unit(case, day=day)
    yield _act(case, day, 17, OPEN_PUBLICITY)


def _reported(case: Case) -> Acts:
    """Publicised in the first week, reported upward on Monday the 15th."""
    yield from _publicised(case)
    for step in (MAKE_RESULT, HAND_IN, REPORT):
        yield _act(case, 15, 9, step)


def _passed_on(case: Case, day: int, to: Desk) -> Acts:
    """Passed within ``day`` by every desk before ``to``, two hours for each, the last of them at three."""
    between = case.road[1 : case.road.index(to)]
    for left, desk in zip(range(len(between) - 1, -1, -1), between, strict=True):
        yield _act(case, day, 15 - 2 * left, passing(desk.role))


def _up_to(case: Case, role: Role, *, times: int = 1) -> Acts:
    """At a desk for the ``times``-th time: every time before, it was returned from there."""
    to = BY_ROLE[role]
    yield from _reported(case)
    yield from _passed_on(case, 15, to)
    for round_ in range(1, times):
        day = 14 + 2 * round_  # 16, 18
        yield _act(case, day, 10, giving_back(role))
        yield _act(case, day, 16, CORRECT)
        yield _act(case, day + 1, 9, passing(Role.UNIT))
        yield _act(case, day + 1, 10, REPORT)
        yield from _passed_on(case, day + 1, to)


# --- the stories by name ----------------------------------------------------------------------------------------------


def draft_empty(case: Case) -> Acts:
    yield from _drafting(case, day=12, fill=None)


def draft_half(case: Case) -> Acts:
    serial = case.person.serial
    yield from _drafting(case, day=15, fill=filling(sections=3 + serial % 6, boxes=serial % 7))


def draft_complete(case: Case) -> Acts:
    yield from _drafting(case, day=18)


def withdrawn(case: Case) -> Acts:
    yield from _sent(case, day=17)
    yield _act(case, 18, 9, WITHDRAW)


def discarded(case: Case) -> Acts:
    yield from _drafting(case, day=10, fill=filling(sections=4, boxes=2))
    yield _act(case, 11, 9, DISCARD)


def unit_review(case: Case) -> Acts:
    yield from _sent(case, day=16 + case.person.serial % 4)


def unit_review_again(case: Case) -> Acts:
    yield from returned_by_unit(case)
    yield _act(case, 19, 14, CORRECT)


def returned_by_unit(case: Case) -> Acts:
    yield from _sent(case, day=17)
    yield _act(case, 18, 10, giving_back(Role.UNIT, reasons=3))


def unit_passed(case: Case) -> Acts:
    yield from _passed_by_unit(case, day=19)


def in_publicity(case: Case) -> Acts:
    yield from _publicised(case, day=17 + case.person.serial % 3, days=7)


def publicity_over(case: Case) -> Acts:
    yield from _publicised(case, day=11, days=6)


def objection_open(case: Case) -> Acts:
    yield from _publicised(case, day=12, days=11)
    yield _act(case, 18, 10, objecting(channel="written"))


def objection_dismissed(case: Case) -> Acts:
    yield from _publicised(case, day=12, days=11)
    yield _act(case, 17, 10, objecting())
    yield _act(case, 19, 10, deciding(upheld=False))


def stopped(case: Case) -> Acts:
    yield from _publicised(case, day=9, days=7)
    yield _act(case, 11, 10, objecting(channel="visit"))
    yield _act(case, 15, 10, deciding(upheld=True))
    yield _act(case, 15, 11, STOP)


def supervising_review(case: Case) -> Acts:
    yield from _up_to(case, Role.SUPERVISING)


def county_review(case: Case) -> Acts:
    yield from _up_to(case, Role.COUNTY)


def prefecture_first(case: Case) -> Acts:
    yield from _up_to(case, Role.PREFECTURE)


def returned_by(role: Role, *, day: int, hour: int, reasons: int = 2) -> Told:
    """Given back by a desk above the unit."""

    def told(case: Case) -> Acts:
        yield from _up_to(case, role)
        yield _act(case, day, hour, giving_back(role, reasons=reasons))

    return told


def county_with_dossier(case: Case) -> Acts:
    yield from _up_to(case, Role.COUNTY)
    yield _act(case, 19, 11, receiving(Role.COUNTY))


def county_with_bad_dossier(case: Case) -> Acts:
    yield from _up_to(case, Role.COUNTY)
    remark = "单位意见为打印，未手写；只收到一份。"
    yield _act(case, 19, 11, receiving(Role.COUNTY, copies=1, handwritten_opinion=False, remark=remark))


def prefecture_second(case: Case) -> Acts:
    yield from _up_to(case, Role.PREFECTURE, times=2)


def prefecture_third(case: Case) -> Acts:
    yield from _up_to(case, Role.PREFECTURE, times=3)


def accepted(case: Case) -> Acts:
    yield from _up_to(case, Role.PREFECTURE)
    yield _act(case, 18, 11, passing(Role.PREFECTURE))


def closed_for_year(case: Case) -> Acts:
    yield from _up_to(case, Role.PREFECTURE, times=3)
    yield _act(case, 22, 9, giving_back(Role.PREFECTURE, reasons=1))


def rejected_fraud(case: Case) -> Acts:
    yield from _up_to(case, Role.PREFECTURE)
    yield _act(case, 19, 16, REJECT)


def barred(case: Case) -> Acts:
    """A fraud of 2021 that comes to light while this year's form is being filled in."""
    yield from _drafting(case, day=9, fill=filling(sections=6, boxes=3))
    yield _act(case, 16, 10, BAR)


def lost_mailbox(case: Case) -> Acts:
    """Nothing applied for yet, and the mailbox is lost."""
    yield from _registered(case)
    yield _act(case, 19, 16, LOSE_MAILBOX)


def mistyped_number(case: Case) -> Acts:
    """Registered with an identity number that is somebody else's or nobody's."""
    yield from _registered(case)
    yield _act(case, 19, 17, CORRECT_NUMBER)


def squatted(squatter: Case, owner: Case) -> Acts:
    """A form begun with somebody else's number; then its owner registers, and shows the card to the own unit."""
    yield from _drafting(squatter, day=10, fill=filling(sections=4, boxes=2))
    yield _act(owner, 18, 10, REGISTER)
    yield _act(owner, 19, 10, SHOW_CARD)


def registered_unit(unit: Registration) -> Acts:
    """A unit registers, and the next day its county decides, if it does."""
    number, year = unit.number, unit.employer.year
    yield Act(moment(4, 10 + number, 10, 9 * number, year=year), unit, Step("register_unit", Registration.register))
    if unit.employer.fate != "wait":
        yield Act(moment(4, 11 + number, 16, 5 * number, year=year), unit, Step("decide_unit", Registration.decide))


# Which story how often in which unit. Only the first unit has a supervising body.
_W, _G, _X = "shuili", "gouqi", "xumu"
PLAN: tuple[tuple[Told, tuple[str, ...]], ...] = (
    (draft_empty, (_W, _G, "kouan")),
    (draft_half, (_W, _G, _X, "hengxin")),
    (draft_complete, (_W, _G, "hengxin")),
    (withdrawn, (_X,)),
    (unit_review, (_W, _W, _G, _G, _X)),
    (unit_review_again, (_W,)),
    (returned_by_unit, (_W, _G, _X)),
    (returned_by(Role.SUPERVISING, day=17, hour=10, reasons=1), (_W,)),
    (returned_by(Role.COUNTY, day=17, hour=10), (_G, _X)),
    (returned_by(Role.PREFECTURE, day=18, hour=16, reasons=3), (_W, _G)),
    (unit_passed, (_W, _W, _G, _X)),
    (in_publicity, (_W, _W, _G, _X)),
    (publicity_over, (_W, _G)),
    (objection_open, (_W, _X)),
    (objection_dismissed, (_G,)),
    (supervising_review, (_W, _W, _W)),
    (county_review, (_W, _G, _X)),
    (county_with_dossier, (_W, _G)),
    (county_with_bad_dossier, (_W,)),
    (prefecture_first, (_W, _G, _X)),
    (prefecture_second, (_W, _G)),
    (prefecture_third, (_W,)),
    (accepted, (_W, _W, _G, _X)),
    (closed_for_year, (_W, _G)),
    (stopped, (_G,)),
    (rejected_fraud, (_X,)),
    (barred, (_W,)),
    (discarded, (_W,)),
)
# What is told before the first page is shown: something in every state, on the first page of each role, and what the guide leads to.
FIRST: tuple[tuple[Told, str], ...] = (
    (draft_half, _G),
    (draft_complete, _W),
    (unit_review, _W),
    (returned_by_unit, _W),
    (unit_passed, _W),
    (in_publicity, _W),
    (in_publicity, _G),
    (supervising_review, _W),
    (county_review, _W),
    (prefecture_first, _W),
    (accepted, _W),
    (closed_for_year, _W),
    (stopped, _G),
    (rejected_fraud, _X),
    (barred, _W),
    (discarded, _W),
)


def unit_stories(cast: Cast) -> list[list[Act]]:
    """The registration of each unit."""
    return [list(registered_unit(Registration(cast, number))) for number in range(len(EMPLOYERS))]


def stories(cast: Cast) -> list[Story]:
    """Every story: of the applications in the order of the plan, then of accounts (a unit asks the county for something, or somebody's
    number is another's)."""
    plan = [(told, unit) for told, units in PLAN for unit in units]
    first = {plan.index(one) for one in FIRST}
    told = [Story((Case(cast, person(n + 1), unit),), tell, first=n in first) for n, (tell, unit) in enumerate(plan)]
    return [*told, *_account_stories(cast)]


def _account_stories(cast: Cast) -> list[Story]:
    # 王芳: the administrator of the first unit applies as well (S-08).
    own = Case(cast, APPLYING_ADMINISTRATOR, _W, id_number=administrators_number(0, FIRST_UNIT), card_seen=False)
    lost, mistyped, typist, owner = (person(len(NAMES) + n) for n in (6, 7, 8, 9))
    wrong = identity(mistyped.serial + 100, mistyped.sex, birth=f"{mistyped.birth_year}0101")
    squatter = Case(cast, typist, _W, id_number=owner.id_number, card_seen=False)
    return [
        Story((own,), unit_review),
        Story((Case(cast, lost, _W),), lost_mailbox),
        Story((Case(cast, mistyped, _W, id_number=wrong, card_seen=False),), mistyped_number),
        Story((squatter, Case(cast, owner, _G, card_seen=False)), squatted),
    ]
