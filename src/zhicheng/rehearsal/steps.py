"""The road told once: its steps are values with names, and :func:`way_to` gives those that lead to a state.

A rehearsal's stories give each step its hour, the tests' world takes them at once, the walk takes the same ones over HTTP. A new desk
comes in by its row in ``applications.desks`` and the notice's chain; a new state gets its line here.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from zhicheng.applications import actions as applications
from zhicheng.applications.actions import bar_applications
from zhicheng.applications.casefile import CaseFile
from zhicheng.applications.desks import BY_ROLE, HOLDER, Desk
from zhicheng.applications.models import Application
from zhicheng.applications.states import State
from zhicheng.campaigns.models import CampaignVersion
from zhicheng.campaigns.notice import Notice
from zhicheng.campaigns.queries import notice_of, window_now
from zhicheng.campaigns.rules import SlotRequirement
from zhicheng.evidence.models import EvidenceFile
from zhicheng.foundation import clock
from zhicheng.integrity.actions import record_fraud
from zhicheng.organizations.actors import Actor, Role
from zhicheng.publicity import actions as publicity
from zhicheng.publicity.models import Objection, PublicityPeriod
from zhicheng.publicity.queries import period_of
from zhicheng.rehearsal import acts
from zhicheng.review.rules import ReturnReason


class Traveller(ABC):
    """An application on its way, who acts for it at each station, and what they bring along."""

    version: CampaignVersion
    applicant: Actor
    application: Application  # from BEGIN on

    @property
    def notice(self) -> Notice:
        """The notice that is applied under."""
        return notice_of(self.version)

    @property
    def road(self) -> tuple[Desk, ...]:
        """The desks of the notice's chain that this application crosses."""
        return tuple(BY_ROLE[Role(s.desk)] for s in self.notice.chain if not s.optional or self.has_desk(Role(s.desk)))

    @property
    def period(self) -> PublicityPeriod:
        """The publicity period that counts; ``LookupError`` where there is none."""
        found = period_of(CaseFile(self.application))
        if found is None:
            raise LookupError(f"application {self.application.pk} has no publicity period")
        return found

    @abstractmethod
    def has_desk(self, role: Role) -> bool:
        """Whether somebody acts there for this application: an optional desk may have nobody."""

    @abstractmethod
    def desk(self, role: Role) -> Actor:
        """Who acts at a desk."""

    @abstractmethod
    def choice(self) -> dict[str, str]:
        """What is applied for: series, title, and perhaps the specialty."""

    @abstractmethod
    def contents(self) -> dict[str, Any]:
        """Every section of the form, as typed."""

    @abstractmethod
    def bring(self, box: SlotRequirement, paper: str) -> EvidenceFile:
        """The applicant's file for one paper of one box."""

    @abstractmethod
    def bring_after_publicity(self, which: str) -> EvidenceFile:
        """The unit's file for one of the three boxes after the publicity."""

    @abstractmethod
    def correct(self) -> None:
        """What the applicant changes after a return, before it is sent again."""

    @abstractmethod
    def publicity_ends_on(self) -> date:
        """The last day of a publicity that begins today."""

    @abstractmethod
    def publicity_text(self) -> publicity.NoticeText:
        """What the unit writes on T1."""

    @abstractmethod
    def reasons(self, count: int) -> list[ReturnReason]:
        """Reasons to give it back."""

    def optional_papers(self) -> list[tuple[SlotRequirement, str]]:
        """What a whole form holds beyond what it must."""
        return []

    def opinion(self, role: Role) -> str:
        """What a desk writes when it passes."""
        return ""


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the road. ``name`` is what everybody who takes it calls it; ``after_publicity``: only when the period is over."""

    name: str
    take: Callable[[Any], object]  # of a Traveller; the steps of an account want more of it
    after_publicity: bool = False


def _begin(who: Traveller) -> None:
    acts.accept_prompt(who.applicant, who.version)
    who.application = acts.begin(who.applicant, who.version, **who.choice())


def filling(*, sections: int = acts.EVERYTHING, boxes: int = acts.EVERYTHING) -> Step:
    """The first sections, and files into the first boxes that must have one."""

    def take(who: Traveller) -> None:
        acts.fill(who.applicant, who.application, who.contents(), sections=sections)
        acts.bring_papers(who.applicant, who.application, who.bring, boxes=boxes)
        if (sections, boxes) == (acts.EVERYTHING, acts.EVERYTHING):
            for box, paper in who.optional_papers():
                acts.attach(who.applicant, who.application, box, paper, who.bring(box, paper))

    return Step("fill", take)


def _correct(who: Traveller) -> None:
    who.correct()
    acts.submit(who.applicant, who.application)


def _open_publicity(who: Traveller) -> None:
    acts.open_publicity(who.desk(Role.UNIT), who.application, ends_on=who.publicity_ends_on(), text=who.publicity_text())


def _make_result(who: Traveller) -> None:
    publicity.make_publicity_result(actor=who.desk(Role.UNIT), period_id=who.period.pk)


def _hand_in(who: Traveller) -> None:
    files = {which: who.bring_after_publicity(which) for which in acts.asked_after_publicity(who.period)}
    acts.hand_in(who.desk(Role.UNIT), who.period, files)


def receiving(role: Role, **found: Any) -> Step:
    """The desk writes down the paper dossier, in order unless ``found`` says otherwise."""
    return Step(f"receive:{role.value}", lambda who: acts.record_dossier(who.desk(role), who.application, **found))


def passing(role: Role) -> Step:
    """The desk passes it on; every desk but the first has the paper dossier before."""

    def take(who: Traveller) -> None:
        if BY_ROLE[role].reached:
            acts.record_dossier(who.desk(role), who.application)
        acts.pass_on(who.desk(role), who.application, opinion=who.opinion(role))

    return Step(f"pass:{role.value}", take)


def giving_back(role: Role, *, reasons: int = 2) -> Step:
    """The desk gives it back; at the counting desk, the last time closes the person's year (S-29)."""
    return Step(f"return:{role.value}", lambda who: acts.give_back(who.desk(role), who.application, who.reasons(reasons)))


def objecting(*, channel: str = "phone") -> Step:
    """An objection comes in twenty minutes before the unit writes it down."""

    def take(who: Traveller) -> None:
        publicity.register_objection(
            actor=who.desk(Role.UNIT),
            period_id=who.period.pk,
            channel=channel,
            content="反映申报人业绩材料中的一个项目并非本人主持。",
            received_at=clock.now() - timedelta(minutes=20),
            from_name="匿名",
        )

    return Step("object", take)


def deciding(*, upheld: bool) -> Step:
    """The unit decides the objection that waits."""
    finding = "经核实，该项目确非本人主持，异议成立。" if upheld else "经调阅项目任务书和验收资料核实，反映的情况不属实。"

    def take(who: Traveller) -> None:
        waiting = Objection.objects.filter(period=who.period, state="open").latest("id")
        publicity.decide_objection(actor=who.desk(Role.UNIT), objection_id=waiting.pk, upheld=upheld, finding=finding)

    return Step("uphold" if upheld else "dismiss", take)


def _reject(who: Traveller) -> None:
    reason = "经向发证机关核查，所交继续教育证书系伪造，申报人已书面承认。"
    acts.reject(who.desk(Role.PREFECTURE), who.application, reason=reason)


def _bar(who: Traveller) -> None:
    """A fraud of two years ago comes to light: it is recorded, and what is under way ends."""
    year = who.notice.year - 2
    record = record_fraud(
        actor=who.desk(Role.PREFECTURE),
        person_index=who.applicant.person_index,
        name=who.applicant.name,
        application_year=year,
        ban_years=who.notice.limits.ban_years,
        source=f"paper:{year}-017",
        reason=f"{year}年度评审中提交伪造的获奖证书，经查证属实。",
    )
    bar_applications(
        person_index=who.applicant.person_index,
        first_year=record.first_barred_year,
        last_year=record.last_barred_year,
        note="",
    )


def _let_it_lapse(who: Traveller) -> None:
    """The time for corrections ends, and nothing was sent (令40号 第十八条)."""
    window = window_now(who.version, who.application.level, clock.now())
    if window.correct_until is None:
        raise LookupError(f"corrections of {who.application.level} never end")
    with clock.travel(window.correct_until):
        applications.abandon_overdue()


BEGIN = Step("begin", _begin)
FILL = filling()
SUBMIT = Step("submit", lambda who: acts.submit(who.applicant, who.application))
CORRECT = Step("correct", _correct)
WITHDRAW = Step("withdraw", lambda who: applications.withdraw_application(actor=who.applicant, application_id=who.application.pk))
DISCARD = Step("discard", lambda who: applications.discard_application(actor=who.applicant, application_id=who.application.pk))
OPEN_PUBLICITY = Step("open_publicity", _open_publicity)
MAKE_RESULT = Step("make_result", _make_result, after_publicity=True)  # T2
HAND_IN = Step("hand_in", _hand_in, after_publicity=True)
REPORT = Step("report", lambda who: acts.report(who.desk(Role.UNIT), who.application), after_publicity=True)
STOP = Step(
    "stop",
    lambda who: publicity.stop_for_objection(
        actor=who.desk(Role.UNIT), application_id=who.application.pk, reason="主要业绩不属于本人，不能作为申报依据。"
    ),
)
REJECT = Step("reject", _reject)
BAR = Step("bar", _bar)
LET_IT_LAPSE = Step("let_it_lapse", _let_it_lapse)

_STARTED = (BEGIN, FILL)
_SENT = (*_STARTED, SUBMIT)
_PASSED = (*_SENT, passing(Role.UNIT))
_PUBLICISED = (*_PASSED, OPEN_PUBLICITY)
_ENDS: dict[State, tuple[Step, ...]] = {
    State.DRAFT: _STARTED,
    State.UNIT_REVIEW: _SENT,
    State.RETURNED: (*_SENT, giving_back(Role.UNIT)),
    State.ABANDONED: (*_SENT, giving_back(Role.UNIT), LET_IT_LAPSE),
    State.UNIT_PASSED: _PASSED,
    State.IN_PUBLICITY: _PUBLICISED,
    State.STOPPED: (*_PUBLICISED, objecting(), deciding(upheld=True), STOP),
    State.REJECTED_FRAUD: (*_SENT, REJECT),
    State.BARRED: (*_STARTED, BAR),
    State.DISCARDED: (*_STARTED, DISCARD),
}


def passed_between(road: Sequence[Desk], to: Desk | None) -> tuple[Step, ...]:
    """What the desks after the unit do until it lies at ``to`` (``None``: until the last has passed it)."""
    until = road.index(to) if to is not None else len(road)
    return tuple(passing(desk.role) for desk in road[1:until])


def from_publicity(road: Sequence[Desk], to: Desk | None) -> tuple[Step, ...]:
    """From the end of the publicity to the desk ``to``."""
    return (HAND_IN, REPORT, *passed_between(road, to))


def again(road: Sequence[Desk], to: Desk) -> tuple[Step, ...]:
    """From a return to the desk ``to`` once more: nothing publicised changes, so the earlier publicity still counts (G-08)."""
    return (CORRECT, passing(road[0].role), REPORT, *passed_between(road, to))


def way_to(state: State, road: Sequence[Desk], *, arrivals: int = 3) -> tuple[Step, ...]:
    """The steps from nothing to ``state`` across the desks of ``road``; ``arrivals`` at the last desk close the year (S-28).

    Raises ``LookupError`` for a desk that lies not on this road.
    """
    if state in _ENDS:
        return _ENDS[state]
    last = road[-1]
    if state is State.ACCEPTED:
        return (*_PUBLICISED, *from_publicity(road, None))
    if state is State.CLOSED_FOR_YEAR:
        once_more = (giving_back(last.role), *again(road, last))
        return (*way_to(last.arrives, road), *once_more * (arrivals - 1), giving_back(last.role))
    desk = HOLDER[state]
    if desk not in road:
        raise LookupError(f"{desk.role.value} is no desk of this road")
    return (*_PUBLICISED, *from_publicity(road, desk))
