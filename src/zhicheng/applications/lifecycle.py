"""The one door: every state, every move, and the only function that assigns a state (house, decision 1).

The table is data. ``docs/lifecycle.md`` is generated from it and a test walks every state × move × role.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhicheng.applications.casefile import CaseFile
from zhicheng.applications.desks import BY_ROLE, DESKS, HOLDER, Desk, desk_after, here_since, organization_at, road_of, words_of
from zhicheng.applications.models import Application, PersonYear, StatusChange
from zhicheng.applications.queries import row_of
from zhicheng.applications.states import OPEN_FOR_APPLICANT, OVER, State
from zhicheng.applications.statewords import STATES, state_words
from zhicheng.campaigns.notice import Notice
from zhicheng.campaigns.queries import notice_of
from zhicheng.campaigns.rules import is_committee_arrival
from zhicheng.foundation import clock, ledger, outbox
from zhicheng.foundation.errors import Problem, Refused
from zhicheng.foundation.transactions import lock_rows
from zhicheng.organizations.actors import Actor, Role
from zhicheng.organizations.rules import is_self_review

S = State


@dataclass(frozen=True, slots=True)
class Move:
    """One row of the table: from where, to where, by whom, and which further rules (``guards``) must agree.

    ``target`` is ``None`` for what goes to the next desk of the notice's chain, or is accepted after the last (:func:`target_of`).
    """

    name: str
    sources: tuple[State, ...]
    target: State | None
    role: Role
    label: str | Promise
    guards: tuple[str, ...] = ()

    @property
    def targets(self) -> tuple[State, ...]:
        """Every state it can lead to, whatever the notice."""
        if self.target is not None:
            return (self.target,)
        return (*(desk.arrives for desk in HIGHER if desk.role is not self.role), S.ACCEPTED)


HIGHER = DESKS[1:]
_UNIT = DESKS[0]
_ON_ITS_WAY = tuple(state for desk in DESKS for state in desk.holds)
_GOES_UP = ("not_barred", "year_open")
_GOES_UP_IN_TIME = ("in_time", "number_kept", *_GOES_UP)


def _report_to(desk: Desk) -> Move:
    guards = ("unit_verified", "publicity_over", "unit_papers", f"next_is_{desk.role.value}", "arrival_left", *_GOES_UP_IN_TIME)
    return Move(desk.report, (S.UNIT_PASSED, S.IN_PUBLICITY), desk.arrives, Role.UNIT, desk.words.report, guards)


def _take_back(desk: Desk) -> Move:
    """A pass made by mistake comes back to its desk, as long as nobody has worked on with it; at the unit before its publicity."""
    higher = (*(other.arrives for other in HIGHER if other is not desk), S.ACCEPTED)
    sources, guards = (higher, ()) if desk.reached else ((S.UNIT_PASSED,), ("unit_verified",))
    guards = (*guards, "own_pass_is_last", "not_opened_since", "take_back_in_time", *_GOES_UP)
    return Move(desk.takes_back, sources, desk.arrives, desk.role, desk.words.takes_back, guards)


def _of(desk: Desk) -> tuple[Move, ...]:
    """What a desk above the unit can do with what it holds, and with what it has just passed on."""
    guards = ("dossier_in_order", "arrival_left", *_GOES_UP_IN_TIME)
    return (
        Move(desk.passes, desk.holds, None, desk.role, desk.words.passes, guards),
        _take_back(desk),
        Move(desk.returns, desk.holds, S.RETURNED, desk.role, desk.words.returns, ("may_come_back",)),
        Move(desk.closes, desk.holds, S.CLOSED_FOR_YEAR, desk.role, desk.words.closes, ("may_not_come_back",)),
    )


# fmt: off
MOVES: tuple[Move, ...] = (
    Move("submit", (S.DRAFT, S.RETURNED), S.UNIT_REVIEW, Role.APPLICANT, gettext_lazy("上报"), _GOES_UP),
    Move("withdraw", (S.UNIT_REVIEW,), S.DRAFT, Role.APPLICANT, gettext_lazy("撤回")),
    Move("discard", (S.DRAFT, S.RETURNED), S.DISCARDED, Role.APPLICANT, gettext_lazy("作废"), ("year_open",)),
    Move(_UNIT.passes, (S.UNIT_REVIEW,), S.UNIT_PASSED, Role.UNIT, _UNIT.words.passes,
         ("unit_verified", "number_not_anothers", *_GOES_UP_IN_TIME)),
    _take_back(_UNIT),
    Move(_UNIT.returns, _UNIT.holds, S.RETURNED, Role.UNIT, _UNIT.words.returns, ("unit_verified",)),
    Move("open_publicity", (S.UNIT_PASSED,), S.IN_PUBLICITY, Role.UNIT, gettext_lazy("开始公示"),
         ("unit_verified", "no_objection_in_the_way", *_GOES_UP_IN_TIME)),
    Move("stop", (S.UNIT_PASSED, S.IN_PUBLICITY), S.STOPPED, Role.UNIT, gettext_lazy("异议成立，终止申报"), ("objection_upheld",)),
    # An objection was upheld in error (S-40): the county gives the application back to the unit's desk.
    Move("lift", (S.STOPPED,), S.UNIT_REVIEW, Role.COUNTY, gettext_lazy("解除异议，恢复审核"),
         ("objection_lifted", "alone_this_year", *_GOES_UP)),
    *(_report_to(desk) for desk in HIGHER),
    *(move for desk in HIGHER for move in _of(desk)),
    Move("reopen", (S.CLOSED_FOR_YEAR,), S.RETURNED, Role.PREFECTURE, gettext_lazy("撤销计次，恢复受理"), ("may_come_back",)),
    # What was to be corrected was not sent again in time, or taken back: given up (令40号 第十八条, G-02), until the notice gives more time.
    Move("abandon", (S.RETURNED, S.DRAFT), S.ABANDONED, Role.SYSTEM, gettext_lazy("修改期限已过，视为放弃"),
         ("to_be_corrected", "corrections_over")),
    Move("take_up", (S.ABANDONED,), S.RETURNED, Role.SYSTEM, gettext_lazy("修改期限延长，恢复受理"), ("corrections_open", *_GOES_UP)),
    # Whatever was ever submitted can turn out to be a fraud, also when its owner has given it up since.
    Move("reject_fraud",
         (S.DRAFT, *_ON_ITS_WAY, S.RETURNED, S.ACCEPTED, S.CLOSED_FOR_YEAR, S.STOPPED, S.BARRED, S.DISCARDED, S.ABANDONED),
         S.REJECTED_FRAUD, Role.PREFECTURE, gettext_lazy("弄虚作假，不予受理"), ("was_submitted", "record_not_anothers")),
    Move("bar", (S.DRAFT, *_ON_ITS_WAY, S.RETURNED, S.ACCEPTED), S.BARRED, Role.SYSTEM, gettext_lazy("不得申报，终止"), ("barred",)),
    # A record was made in error and annulled: what it had ended is given back, or is over for the reason it was over before.
    Move("restore", (S.REJECTED_FRAUD, S.BARRED), S.DRAFT, Role.SYSTEM, gettext_lazy("诚信档案记录已撤销，恢复申报"),
         ("not_barred", "year_open")),
    Move("restore_closed", (S.REJECTED_FRAUD,), S.CLOSED_FOR_YEAR, Role.SYSTEM, gettext_lazy("诚信档案记录已撤销"), ("not_barred",)),
    Move("restore_stopped", (S.REJECTED_FRAUD,), S.STOPPED, Role.SYSTEM, gettext_lazy("诚信档案记录已撤销"), ("not_barred",)),
    Move("restore_discarded", (S.REJECTED_FRAUD,), S.DISCARDED, Role.SYSTEM, gettext_lazy("诚信档案记录已撤销"), ("not_barred",)),
    Move("restore_abandoned", (S.REJECTED_FRAUD,), S.ABANDONED, Role.SYSTEM, gettext_lazy("诚信档案记录已撤销"), ("not_barred",)),
    Move("restore_barred", (S.REJECTED_FRAUD,), S.BARRED, Role.SYSTEM, gettext_lazy("诚信档案记录已撤销，另有记录有效"), ("barred",)),
)
# fmt: on

BY_NAME: dict[str, Move] = {m.name: m for m in MOVES}
PASSES = frozenset(desk.passes for desk in DESKS)
TAKES_BACK: dict[str, str] = {desk.takes_back: desk.passes for desk in DESKS}  # by the move, what it takes back
# The moves of the desks above the unit, and to them: which desk's words they are called by, and which of them.
_DESK_MOVES: dict[str, tuple[Desk, str]] = {
    getattr(desk, part): (desk, part) for desk in HIGHER for part in ("report", "passes", "takes_back", "returns", "closes")
}
MOVED = "application.moved"  # the outbox's kind, from which everybody concerned is told of a move

# A guard looks at a case file and says what stands against the move; rooms below register theirs on start-up.
Guard = Callable[[CaseFile, Actor], list[Problem]]
_guards: dict[str, Guard] = {}


def guard(name: str) -> Callable[[Guard], Guard]:
    """Register the rule that the table calls ``name``. A system check refuses to start while one is missing."""

    def register(function: Guard) -> Guard:
        """Keep the decorated rule under its name."""
        _guards[name] = function
        return function

    return register


def missing_guards() -> set[str]:
    """Guards the table names that no room has registered."""
    return {name for move in MOVES for name in move.guards} - set(_guards)


def target_of(application: Application, move: Move) -> State:
    """Where the move leads this application: the next desk of its road through the notice's chain, after the last to acceptance."""
    if move.target is not None:
        return move.target
    desk = next_desk(application, move.role)
    return desk.arrives if desk is not None else S.ACCEPTED


def next_desk(application: Application, role: Role) -> Desk | None:
    """The desk that ``role`` passes this application on to; ``None`` after the last."""
    return desk_after(application, role, notice_of(application.campaign_version))


def report_of(application: Application) -> str:
    """The unit's move that reports this application upward after its publicity."""
    return road_of(application, notice_of(application.campaign_version))[
        1
    ].report  # every chain leads beyond the unit, which is first


def is_hers(application: Application, actor: Actor) -> bool:
    """Whether ``actor`` is the applicant, or acts for one of the desks on the application's route."""
    if actor.role is Role.APPLICANT:
        return actor.user_id == application.applicant_id
    return actor.organization_id is not None and organization_at(application, actor.role) == actor.organization_id


def objections_to(case: CaseFile, move: Move, actor: Actor) -> list[Problem]:
    """Everything that stands against ``actor`` making ``move`` now; empty when nothing does. Reads only, and each part once."""
    application = case.application
    if actor.role is not move.role or (actor.role is not Role.SYSTEM and not is_hers(application, actor)):
        return [Problem(_("这一步不由您办理。"), code="not_yours")]
    if application.state not in move.sources:
        text = _("这份申请书现在的状态是“{state}”，不能再办理“{move}”。{last}请刷新页面查看。")
        words, said = state_words(State(application.state), case.notice).staff, label_of(move.name, case.notice)
        return [Problem(text.format(state=words, move=said, last=who_moved(application, actor)), code="stale")]
    problems: list[Problem] = []
    if actor.role in BY_ROLE and is_self_review(actor, application.person_index):
        problems.append(Problem(_("这是您本人的申请书，须由本部门另一位经办人办理。"), code="self_review"))
    for name in move.guards:
        problems.extend(_guards[name](case, actor))
    return problems


def who_moved(application: Application, actor: Actor) -> str:
    """A sentence of who made the last move and when, for whoever comes second; an officer's name is told to other desks, not to
    the applicant."""
    last = application.history.select_related("by", "by_organization").order_by("-id")[0]
    if last.by_id is None:
        who = _("系统")
    elif last.by_id == actor.user_id:
        who = _("您本人")
    elif actor.role is Role.APPLICANT or last.by_role == Role.APPLICANT or last.by is None:
        who = last.by_organization.name if last.by_organization is not None else _("申报人")
    else:
        who = last.by.name
    return _("{at}，{who}办理了“{move}”。").format(
        at=clock.written(last.at), who=who, move=label_of(last.move, notice_of(application.campaign_version))
    )


def label_of(move: str, notice: Notice) -> str:
    """What a move of the history is called under this notice (``words_of``)."""
    if move == "start":
        return _("新增申请书")
    if move in _DESK_MOVES:
        desk, part = _DESK_MOVES[move]
        return str(getattr(words_of(desk, notice), part))
    return str(BY_NAME[move].label)


def moves_for(application: Application, actor: Actor) -> list[Move]:
    """The moves ``actor`` is placed to make from the present state, whatever the guards will say to them."""
    if actor.role is not Role.SYSTEM and not is_hers(application, actor):
        return []
    return [m for m in MOVES if m.role is actor.role and application.state in m.sources]


def why_closed(application: Application) -> str:
    """Why the applicant cannot change it now, and what there is to do about it; empty while it is open."""
    state = State(application.state)
    if state in OPEN_FOR_APPLICANT:
        return ""
    if state in BY_NAME["withdraw"].sources:
        return _("申请书已经上报，单位还没有审核。需要修改的，可以先撤回。")
    if state in OVER or state is State.CLOSED_FOR_YEAR:
        return _("申请书已经办结：{state}。内容和材料不能再修改。").format(state=STATES[state].applicant)
    if state is State.ACCEPTED:
        return _("申请书已经受理，内容和材料不能再修改。")
    return _("单位已经审核，申请书不能再撤回。需要修改的，由正在办理的部门退回后再改。")


def lock(application_id: int, actor: Actor, *, beside: Sequence[str] = ()) -> CaseFile:
    """Lock one application for this transaction and read it again: a new case file, whose row the door will change.

    ``beside``: what the action reads with it, as names for ``select_related``. Raises :class:`Refused` (``not_found``) when it does not
    exist or is not this actor's to see: nobody learns which.
    """
    lock_rows(Application.objects.filter(pk=application_id))
    application = next(iter(row_of(application_id, beside=tuple(beside))), None)
    if application is None or (actor.role is not Role.SYSTEM and not is_hers(application, actor)):
        raise Refused.one(_("没有找到这份申请书，或者它不归您办理。"), code="not_found")
    case = CaseFile(application)
    case.is_locked = True
    return case


def make_move(case: CaseFile, name: str, *, actor: Actor, note: str = "", reasons: Sequence[dict[str, Any]] = ()) -> StatusChange:
    """Make the move ``name``: check the table, the person and the guards, write the state, the history and the ledger, queue the mail.

    ``case`` comes from :func:`lock` in the same transaction; whatever else the move writes is written by the calling
    action in that transaction too. ``note`` and ``reasons`` are kept with the move and shown to everybody concerned.
    Raises :class:`Refused` with every objection. Mail and papers leave only after the commit (house, decision 6).
    """
    if not case.is_locked:
        raise RuntimeError("make_move() needs the case file from lock()")
    move, application = BY_NAME[name], case.application
    problems = objections_to(case, move, actor)
    if problems:
        raise Refused(problems)
    before, now = application.state, clock.now()
    application.state = target_of(application, move)
    application.updated_at = now
    application.entered_state_at = here_since(case.history[:-1]) if name in TAKES_BACK else now
    application.checked_at = None
    for reached in reached_with(State(application.state), notice_of(application.campaign_version)):
        setattr(application, reached, True)
    for passed, whether in passed_with(move.name, State(application.state)).items():
        setattr(application, passed, whether)
    # The history first: the database lets the row go only where its newest line leads (frozen.py).
    change = _write_history(application, move.name, before=before, actor=actor, note=note, reasons=reasons)
    application.save(update_fields=_WRITTEN)
    _make_known(change, actor=actor)
    case.keep_move()
    return change


def reached_with(state: State, notice: Notice) -> tuple[str, ...]:
    """The flags of the desks that see an application from this state on: its own desk's, and the bureau's once an arrival counts (S-28)."""
    desk = HOLDER.get(state)
    if desk is None or not desk.reached:
        return ()
    counts = is_committee_arrival(notice, desk.role.value)
    return (desk.reached, BY_ROLE[Role.PREFECTURE].reached) if counts else (desk.reached,)


def passed_with(move: str, target: State) -> dict[str, bool]:
    """The flags of "has passed it on" that a move sets: its desk's own where another desk follows, undone where it takes that back; back with
    the applicant, all are undone."""
    if target in OPEN_FOR_APPLICANT:
        return dict.fromkeys((desk.passed for desk in HIGHER), False)
    desk = next((desk for desk in HIGHER if move in (desk.passes, desk.takes_back)), None)
    if desk is None:
        return {}
    if move == desk.takes_back:
        return {desk.passed: False}
    return {desk.passed: True} if target in HOLDER else {}


# What a move writes on the row: its own columns, and those the calling action set under the lock.
_WRITTEN = (
    "state", "entered_state_at", "updated_at", "checked_at", "current_submission", "arrivals", "applicant_name",
    *(desk.column for desk in DESKS), *(desk.reached for desk in HIGHER),
    *(desk.passed for desk in HIGHER),
)  # fmt: skip


def record_start(application: Application, *, actor: Actor, year: PersonYear) -> StatusChange:
    """The first line of the history: the application exists (新增申请书), counted in this ``year`` of the person."""
    change = _write_history(application, "start", before="", actor=actor, note="", reasons=())
    _make_known(
        change, actor=actor, more={"person_year": year.pk, "allowed": year.arrivals_allowed, "campaign": year.campaign_id}
    )
    return change


def _write_history(
    application: Application, move: str, *, before: str, actor: Actor, note: str, reasons: Iterable[dict[str, Any]]
) -> StatusChange:
    return StatusChange.objects.create(
        application=application,
        move=move,
        from_state=before,
        to_state=application.state,
        at=application.updated_at,
        by_id=actor.user_id,
        by_role=actor.role.value,
        by_organization_id=actor.organization_id,
        submission=application.current_submission,
        note=note,
        reasons=list(reasons),
    )


def _make_known(change: StatusChange, *, actor: Actor, more: dict[str, Any] | None = None) -> None:
    """The move in the ledger, and the message from which everybody concerned is told."""
    ledger.record(
        event=f"application.{change.move}",
        subject=f"application:{change.application_id}",
        actor=actor.ref,
        data={
            "from": change.from_state,
            "to": str(change.to_state),
            "submission": change.submission.sha256 if change.submission else None,
            "note": ledger.private(change.note),
            "reasons": ledger.private(change.reasons),
            "change": change.pk,
            "at": ledger.time_text(change.at),
            "role": change.by_role,
            "organization": change.by_organization_id,
            **(more or {}),
        },
    )
    outbox.queue(
        kind=MOVED,
        payload={"change_id": change.pk},
        key=f"{MOVED}:{change.pk}",
        sequence=f"application:{change.application_id}",
        wait=timedelta(minutes=settings.PASS_MAIL_MINUTES) if change.move in PASSES else outbox.AT_ONCE,
    )
