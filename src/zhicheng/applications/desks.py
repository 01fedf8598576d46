"""The desks an application crosses, one row each: who works there, where the application names them, what they hold, what it is called.

Everything else that differs by desk is read from here: the desk moves of the lifecycle, the queues and their tabs, the columns of the
jurisdiction, the timeline, the mails. Which desks an application crosses, and in which order, is the notice's ``chain``
(:func:`road_of`); the rows stand in the order the country knows them (S-31, S-45, S-76).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext, gettext_lazy, pgettext, pgettext_lazy

from zhicheng.applications.states import State
from zhicheng.campaigns.rules import is_committee_arrival
from zhicheng.organizations.actors import Role
from zhicheng.organizations.departments import department_for

if TYPE_CHECKING:
    from zhicheng.applications.models import Application, StatusChange
    from zhicheng.campaigns.notice import Notice
    from zhicheng.organizations.models import Organization

_WAITING, _PASSED = gettext_lazy("待审核"), gettext_lazy("已报出")
_REVIEWS = gettext_lazy("{office}审核。")
S = State
Words = str | Promise


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
class DeskWords:
    """What is said of a desk.

    ``name`` is who it is in the docs; ``report``, ``passes``, ``takes_back``, ``returns`` and ``closes`` are its moves (to it, and of it);
    ``coming`` is each step at it that is still to come; ``waiting`` and ``passed`` are its tabs; ``missing`` and ``mend`` are what an
    applicant reads whose unit names none where the notice wants one. ``short`` is who it is within a sentence, ``arrival`` the coming to
    it that counts where it is the last desk, ``reviews`` what it does; ``accepts`` and ``accepted`` are what the last one's pass means.
    ``applicant`` and ``staff`` are what the state in which it waits for a desk above the unit is called for either.
    """

    name: str
    passes: Words
    takes_back: Words
    returns: Words
    coming: Mapping[State, Words]
    report: Words = ""
    closes: Words = ""
    waiting: Words = _WAITING
    passed: Words = _PASSED
    missing: Words = ""
    mend: Words = ""
    short: Words = ""
    arrival: Words = ""
    reviews: Words = _REVIEWS
    accepts: Words = ""
    accepted: Words = ""
    applicant: Words = ""
    staff: Words = ""


# What is said of whichever desk gives the last word: 终审 and 受理 are its words, and no other's (S-28, S-45).
_FINAL: dict[str, Any] = {
    "waiting": gettext_lazy("待终审"),
    "reviews": gettext_lazy("{office}终审。"),
    "accepts": gettext_lazy("申请书终审通过，予以受理，等待评审委员会评审。"),
    "accepted": gettext_lazy("终审已通过，等待评审委员会评审。"),
}


def _as_last(words: DeskWords) -> DeskWords:
    """What is said of a desk that mostly has another one after it where a notice gives it the last word."""

    def of(pattern: Any) -> Words:
        return format_lazy(pattern, desk=words.short)

    return replace(
        words,
        report=of(gettext_lazy("公示期满，报{desk}终审")),
        passes=of(gettext_lazy("{desk}终审通过，予以受理")),
        takes_back=of(gettext_lazy("{desk}撤回终审通过")),
        returns=of(gettext_lazy("{desk}终审退回")),
        closes=of(gettext_lazy("{desk}终审退回，本年度不再受理")),
        coming=dict.fromkeys(words.coming, of(gettext_lazy("{desk}终审"))),
        applicant=of(gettext_lazy("等待{desk}终审")),
        staff=of(gettext_lazy("待{desk}终审")),
        **_FINAL,
    )


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


_SUPERVISING = DeskWords(
    name="主管单位",
    short=pgettext_lazy("within a sentence", "主管单位"),
    arrival=gettext_lazy("到达主管单位"),
    report=gettext_lazy("公示期满，报主管单位"),
    passes=gettext_lazy("主管单位审核通过"),
    takes_back=gettext_lazy("主管单位撤回审核通过"),
    returns=gettext_lazy("主管单位退回"),
    closes=gettext_lazy("主管单位退回，本年度不再受理"),
    coming={S.SUPERVISING_REVIEW: gettext_lazy("主管单位审核")},
    missing=gettext_lazy("本批次须经主管单位审核，您的单位还没有填写主管单位，请联系单位管理员。"),
    mend=gettext_lazy("单位管理员填写主管单位并审核通过后，您就可以申报。"),
    applicant=gettext_lazy("等待主管单位审核"),
    staff=gettext_lazy("待主管单位审核"),
)
_INDUSTRY = DeskWords(
    name="行业主管部门",
    short=pgettext_lazy("within a sentence", "行业主管部门"),
    arrival=gettext_lazy("到达行业主管部门"),
    report=gettext_lazy("公示期满，报行业主管部门"),
    passes=gettext_lazy("行业主管部门审核通过"),
    takes_back=gettext_lazy("行业主管部门撤回审核通过"),
    returns=gettext_lazy("行业主管部门退回"),
    closes=gettext_lazy("行业主管部门退回，本年度不再受理"),
    coming={S.INDUSTRY_REVIEW: gettext_lazy("行业主管部门审核")},
    missing=gettext_lazy("本批次须经行业主管部门审核，本地区还没有这个系列的行业主管部门，请联系州人力资源和社会保障局。"),
    mend=gettext_lazy("州人力资源和社会保障局设立这个系列的行业主管部门后，您就可以申报。"),
    applicant=gettext_lazy("等待行业主管部门审核"),
    staff=gettext_lazy("待行业主管部门审核"),
)
_COUNTY = DeskWords(
    name="县（市）人社局职称办",
    short=pgettext_lazy("within a sentence", "县（市）"),
    arrival=gettext_lazy("到达县（市）"),
    report=gettext_lazy("公示期满，报县（市）"),
    passes=gettext_lazy("县（市）审核通过"),
    takes_back=gettext_lazy("县（市）撤回审核通过"),
    returns=gettext_lazy("县（市）退回"),
    closes=gettext_lazy("县（市）退回，本年度不再受理"),
    coming={S.COUNTY_REVIEW: gettext_lazy("县（市）人社局职称办审核")},
    applicant=gettext_lazy("等待县（市）人社局审核"),
    staff=gettext_lazy("待县（市）审核"),
)
_PREFECTURE = DeskWords(
    name="州人社局",
    short=pgettext_lazy("within a sentence", "州"),
    arrival=gettext_lazy("到达州终审"),
    report=gettext_lazy("公示期满，报州终审"),
    passes=gettext_lazy("终审通过，予以受理"),
    takes_back=gettext_lazy("撤回终审通过"),
    returns=gettext_lazy("终审退回"),
    closes=gettext_lazy("终审退回，本年度不再受理"),
    coming={S.PREFECTURE_REVIEW: gettext_lazy("州人力资源和社会保障局终审")},
    applicant=gettext_lazy("等待州人社局终审"),
    staff=gettext_lazy("待终审"),
    **_FINAL,
)
_PREFECTURE_BETWEEN = replace(
    _PREFECTURE,
    report=gettext_lazy("公示期满，报州人社局"),
    passes=gettext_lazy("州人社局审核通过"),
    takes_back=gettext_lazy("州人社局撤回审核通过"),
    returns=gettext_lazy("州人社局退回"),
    closes=gettext_lazy("州人社局退回，本年度不再受理"),
    coming={S.PREFECTURE_REVIEW: gettext_lazy("州人力资源和社会保障局审核")},
    applicant=gettext_lazy("等待州人社局审核"),
    staff=gettext_lazy("待州审核"),
    waiting=_WAITING,
    reviews=_REVIEWS,
    accepts="",
    accepted="",
)

DESKS: tuple[Desk, ...] = (
    Desk(
        role=Role.UNIT,
        column="employer",
        holds=(S.UNIT_REVIEW, S.UNIT_PASSED, S.IN_PUBLICITY),
        words=DeskWords(
            name="申报单位",
            short=pgettext_lazy("within a sentence", "单位"),
            passes=gettext_lazy("单位审核通过"),
            takes_back=gettext_lazy("单位撤回审核通过"),
            returns=gettext_lazy("单位退回"),
            coming={
                S.UNIT_REVIEW: gettext_lazy("单位审核"),
                S.UNIT_PASSED: gettext_lazy("打印评审表，准备公示"),
                S.IN_PUBLICITY: gettext_lazy("单位公示，不少于{n}个工作日"),
            },
        ),
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
        words=_SUPERVISING,
        otherwise=_as_last(_SUPERVISING),
        route=lambda employer, _series: employer.supervising_body_id,
        makes="supervising_opinion",
    ),
    Desk(
        role=Role.INDUSTRY,
        column="industry_body",
        reached="reached_industry",
        holds=(S.INDUSTRY_REVIEW,),
        words=_INDUSTRY,
        otherwise=_as_last(_INDUSTRY),
        route=lambda employer, series: department_for(series, employer.region_code),
        by_series=True,
    ),
    Desk(
        role=Role.COUNTY,
        column="county_office",
        reached="reached_county",
        holds=(S.COUNTY_REVIEW,),
        words=_COUNTY,
        otherwise=_as_last(_COUNTY),
        route=lambda employer, _series: employer.receiving_office_id,
        always=True,
        hears=True,
    ),
    Desk(
        role=Role.PREFECTURE,
        column="prefecture_office",
        reached="reached_prefecture",
        holds=(S.PREFECTURE_REVIEW,),
        words=_PREFECTURE,
        otherwise=_PREFECTURE_BETWEEN,
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


def counting_words(notice: Notice) -> dict[str, str]:
    """How the notice's count is told: which arrival counts (``arrival``), and by whom a return does not (``before``) (S-28)."""
    desks = [BY_ROLE[Role(step.desk)] for step in notice.chain]
    counting = next(desk for desk, step in zip(desks, notice.chain, strict=True) if step.counts_as_committee_arrival)
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
