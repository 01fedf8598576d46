"""The rules of the lifecycle table that this room can answer itself. Loaded on start-up."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from zhicheng.accounts.claims import holder_besides, number_is_free_for, number_missing
from zhicheng.applications import queries
from zhicheng.applications.abandoning import is_to_be_corrected
from zhicheng.applications.casefile import CaseFile
from zhicheng.applications.desks import BY_ROLE, Desk, words_of
from zhicheng.applications.lifecycle import HIGHER, Guard, guard, label_of, next_desk
from zhicheng.applications.models import StatusChange
from zhicheng.applications.rules import barred_problem, closed_problem
from zhicheng.applications.states import State
from zhicheng.applications.statewords import state_words
from zhicheng.campaigns.queries import notice_of
from zhicheng.campaigns.rules import is_committee_arrival
from zhicheng.foundation import clock
from zhicheng.foundation.errors import Problem
from zhicheng.organizations.actors import Actor, Role
from zhicheng.organizations.rules import unit_may_work


def _nothing_to_tell(case: CaseFile, actor: Actor) -> bool:
    return actor.role is Role.APPLICANT and not case.history_is_told


@guard("number_not_anothers")
def number_not_anothers(case: CaseFile, actor: Actor) -> list[Problem]:
    """What the unit passes on is, from then on, the number's own application: no other account may hold the number (S-07, S-19)."""
    applicant = case.application.applicant
    return [] if applicant.number_held_at is not None else number_is_free_for(applicant)


@guard("number_kept")
def number_kept(case: CaseFile, actor: Actor) -> list[Problem]:
    """Nothing goes up of an account that held its number and lost it to who has the card, before a right one is given (S-18)."""
    applicant = case.application.applicant
    return [number_missing()] if applicant.number_held_at is not None and not applicant.id_number else []


@guard("record_not_anothers")
def record_not_anothers(case: CaseFile, actor: Actor) -> list[Problem]:
    """A record stands under the number: while another account holds it, what this one did would bar the other (S-81)."""
    applicant = case.application.applicant
    if applicant.number_held_at is not None or holder_besides(applicant) is None:
        return []
    text = _(
        "本账号登记的身份证号由另一个账号持有（已经核实，或者已有申请书经单位审核通过），现在登记会记到持有人名下。请先由单位或县（市）职称办按身份证原件核实是谁的号码、更正本账号的身份证号，再办理。"
    )
    return [Problem(text, code="number_held_by_another")]


@guard("not_barred")
def not_barred(case: CaseFile, actor: Actor) -> list[Problem]:
    """Asked at every step upward, not only at the start (S-80, S-81); of a mere claim to a number, from the unit's desk on."""
    if _nothing_to_tell(case, actor):
        return []
    told = actor.role is Role.APPLICANT
    return [barred_problem(case.application.year, case.ban, to_applicant=told)] if case.ban else []


@guard("barred")
def barred(case: CaseFile, actor: Actor) -> list[Problem]:
    """Only a person who really is barred is stopped by the system."""
    if case.ban:
        return []
    return [Problem(_("申报人没有处于不得申报年限。"), code="not_barred")]


@guard("was_submitted")
def was_submitted(case: CaseFile, actor: Actor) -> list[Problem]:
    """Something was handed in: a form nobody has seen proves nothing."""
    if case.application.current_submission_id is not None:
        return []
    return [Problem(_("这份申请书没有上报过，不能登记弄虚作假。"), code="never_submitted")]


@guard("year_open")
def year_open(case: CaseFile, actor: Actor) -> list[Problem]:
    """The person's year is not closed (S-29); of a mere claim to a number this is asked from the unit's desk on."""
    if _nothing_to_tell(case, actor):
        return []
    closed = case.year.closed_at is not None
    return [closed_problem(case.application.year, to_applicant=actor.role is Role.APPLICANT)] if closed else []


@guard("alone_this_year")
def alone_this_year(case: CaseFile, actor: Actor) -> list[Problem]:
    """What was over is taken up again only where the applicant has not gone on with another application meanwhile (S-19, G-09)."""
    other = queries.application_instead_of(case.application)
    if other is None:
        return []
    words = _("申报人已经另有申请书{number}（{state}），作废或办结以后才能恢复这一份。")
    state = state_words(State(other.state), notice_of(other.campaign_version)).staff
    return [Problem(words.format(number=other.number, state=state), code="another_application")]


@guard("in_time")
def in_time(case: CaseFile, actor: Actor) -> list[Problem]:
    """The notice's last moment for this desk is not over; a return is never asked (G-01, G-02). The end is exclusive."""
    end = case.passing_deadline(actor.role)
    if end is None or clock.now() < end:
        return []
    text = _(
        "本环节的审核和上报已于{end}（北京时间）截止，不能再审核通过或向上报送；仍可以将申请书退回申报人。延长期限须由州人社局发布通知的新版本。"
    ).format(end=clock.written(end))
    return [Problem(text, code="desk_deadline")]


@guard("to_be_corrected")
def to_be_corrected(case: CaseFile, actor: Actor) -> list[Problem]:
    """It was returned and not sent again, or its applicant has taken that back (令40号 第十八条, G-02)."""
    if is_to_be_corrected(State(case.application.state), case.history):
        return []
    return [Problem(_("这份申请书没有待修改的退回意见。"), code="not_returned")]


@guard("corrections_over")
def corrections_over(case: CaseFile, actor: Actor) -> list[Problem]:
    """The last moment for corrections is over, by the notice the application was started under and by the newest one (G-02)."""
    if case.window.is_over:
        return []
    return [Problem(_("修改后重新上报的期限还没有过。"), code="corrections_open")]


@guard("corrections_open")
def corrections_open(case: CaseFile, actor: Actor) -> list[Problem]:
    """What was returned can be sent again now."""
    if case.window.may_correct:
        return []
    return [Problem(_("修改后重新上报的期限已过。"), code="corrections_over")]


@guard("unit_verified")
def unit_verified(case: CaseFile, actor: Actor) -> list[Problem]:
    """The unit's particulars are verified for this campaign's year (S-14)."""
    return unit_may_work(case.application.employer, case.application.year)


@guard("unit_papers")
def unit_papers(case: CaseFile, actor: Actor) -> list[Problem]:
    """The unit's own papers that the notice asks for are there before the application leaves it (G-14)."""
    return case.unit_missing


@guard("arrival_left")
def arrival_left(case: CaseFile, actor: Actor) -> list[Problem]:
    """Where the next desk is the one whose arrivals count, the person has one left in this campaign (S-28, G-13)."""
    desk = next_desk(case.application, actor.role)
    if desk is None or not is_committee_arrival(case.notice, desk.role.value):
        return []
    year = case.year
    if year.has_arrival_left:
        return []
    return [
        Problem(
            _("申报人本年度提交评审委员会已达{limit}次，不能再次提交。").format(limit=year.arrivals_allowed),
            code="no_arrival_left",
        )
    ]


@guard("may_come_back")
def may_come_back(case: CaseFile, actor: Actor) -> list[Problem]:
    """A return opens the form again only while an arrival is left (S-29)."""
    year = case.year
    if year.has_arrival_left:
        return []
    return [
        Problem(
            _("申报人本年度提交评审委员会已达{limit}次，退回后本年度不再受理。").format(limit=year.arrivals_allowed),
            code="no_arrival_left",
        )
    ]


@guard("may_not_come_back")
def may_not_come_back(case: CaseFile, actor: Actor) -> list[Problem]:
    """Only the last allowed arrival that is returned closes the year (S-29)."""
    if not case.year.has_arrival_left:
        return []
    return [Problem(_("申报人本年度还可以再次提交，不能关闭。"), code="arrival_left")]


def _next_is(desk: Desk) -> Guard:
    """The notice's chain leads from the unit to this desk next (S-44, S-76)."""

    def next_is(case: CaseFile, actor: Actor) -> list[Problem]:
        ahead = next_desk(case.application, actor.role)
        if ahead is None or ahead is desk:
            return []
        coming = words_of(ahead, case.notice).coming[ahead.arrives]
        words = _("按通知规定的程序，公示期满后的下一环节是“{step}”。").format(step=coming)
        return [Problem(words, code=f"{ahead.role.value}_first")]

    return next_is


for _desk in HIGHER:
    guard(f"next_is_{_desk.role.value}")(_next_is(_desk))


@guard("own_pass_is_last")
def own_pass_is_last(case: CaseFile, actor: Actor) -> list[Problem]:
    """Nothing has happened since this desk passed it on: only the last decision can be taken back, and only by who made it."""
    last = case.history[-1].move
    if last == BY_ROLE[actor.role].passes:
        return []
    words = _("最后一次办理是“{move}”，不是本部门的审核通过，不能撤回。")
    return [Problem(words.format(move=label_of(last, case.notice)), code="not_the_last")]


@guard("take_back_in_time")
def take_back_in_time(case: CaseFile, actor: Actor) -> list[Problem]:
    """The notice may limit for how long a pass can be taken back (``policies.take_back_hours``); most do not. The end is exclusive."""
    end = take_back_until(case, case.history[-1])
    if end is None or clock.now() < end:
        return []
    return [Problem(_("撤回审核通过的期限已于{end}（北京时间）结束。").format(end=clock.written(end)), code="take_back_over")]


def take_back_until(case: CaseFile, passed: StatusChange) -> datetime | None:
    """Until when a pass can be taken back; ``None`` where the notice sets no end."""
    hours = case.notice.policies.take_back_hours
    return passed.at + timedelta(hours=hours) if hours is not None else None
