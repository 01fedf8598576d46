"""What is known of an application for its reminders, and in which words they are sent."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from zhicheng.accounts.queries import reader_of
from zhicheng.applications import queries
from zhicheng.applications.casefile import CaseFile
from zhicheng.applications.desks import HOLDER, Desk
from zhicheng.applications.lifecycle import BY_NAME, HIGHER, objections_to
from zhicheng.applications.reminding import AFTER_DAYS, Audience, Kind, Reminder, ReminderFacts
from zhicheng.applications.states import OPEN_FOR_APPLICANT, State
from zhicheng.foundation import clock
from zhicheng.messages.reading import Reader
from zhicheng.organizations.actors import Role, actor_for
from zhicheng.organizations.models import Organization
from zhicheng.organizations.readers import readers_of
from zhicheng.publicity.queries import period_of
from zhicheng.review.queries import last_dossier
from zhicheng.standards.calendar import NotPublished

A_DAY = timedelta(days=1)
_WITH_HOURS = timedelta(hours=48)  # below it, hours are told instead of days


def facts_of_reminders(case: CaseFile) -> ReminderFacts:
    """What the rule looks at, now."""
    application = case.application
    state, since = State(application.state), application.entered_state_at
    is_first = application.current_submission_id is None
    base = ReminderFacts(application.pk, state, since, is_first)
    if state in OPEN_FOR_APPLICANT:
        end = case.window.apply_until if is_first else case.window.correct_until
        workdays = {} if is_first else _workdays(case, _day(since))
        return replace(base, end=end, can_act=_can_send(case, is_first), workdays=workdays)
    desk = HOLDER.get(state)
    if desk is None:
        return base
    if desk in HIGHER:
        missing = last_dossier(case, getattr(application, desk.column_id)) is None
        return replace(base, paper_missing=missing, workdays=_workdays(case, _day(since)) if missing else {})
    return _at_the_unit(case, replace(base, end=case.passing_deadline(Role.UNIT)))


def _at_the_unit(case: CaseFile, base: ReminderFacts) -> ReminderFacts:
    """While a publicity runs nobody but the clock is waited for; afterwards it is counted from its last day."""
    period = period_of(case) if base.state is State.IN_PUBLICITY else None
    if period is None:
        return replace(base, workdays=_workdays(case, _day(base.since)))
    if period.ends_on >= clock.today():
        return replace(base, publicity_ends=period.ends_on)
    return replace(base, workdays=_workdays(case, period.ends_on))


def _can_send(case: CaseFile, is_first: bool) -> bool:
    """Whether the applicant could send it: nothing of the person's own stands against it, and no other one of the year was sent."""
    application = case.application
    if not application.applicant.is_active or not (case.window.may_submit_first if is_first else case.window.may_correct):
        return False
    if objections_to(case, BY_NAME["submit"], actor_for(application.applicant)):
        return False
    sent = queries.own_sent_application(
        application.applicant_id, year=application.year, region_code=application.campaign.region_code
    )
    return sent is None or sent.pk == application.pk


def _day(moment: datetime) -> date:
    return moment.astimezone(clock.BEIJING).date()


def _workdays(case: CaseFile, start: date) -> dict[int, date]:
    found = {}
    for days in AFTER_DAYS:
        try:
            found[days] = case.calendar.nth_workday(start, days, "excl")
        except NotPublished:
            break
    return found


# --- who is told, and in which words ----------------------------------------------------------------------------------


def told_to(case: CaseFile, audience: Audience) -> Reader:
    """Whose inbox a reminder comes into."""
    application = case.application
    return reader_of(application.applicant) if audience is Audience.APPLICANT else readers_of(application.employer)


def page_for(case: CaseFile, audience: Audience) -> str:
    """The page where it is done."""
    name = "my_application" if audience is Audience.APPLICANT else "desk_case"
    return reverse(name, args=[case.application.pk])


def words_for(case: CaseFile, facts: ReminderFacts, reminder: Reminder) -> Callable[[], tuple[str, str]]:
    """Subject and text of a reminder, in the language that is in force when it is called."""
    at = clock.now()

    def words() -> tuple[str, str]:
        named = {
            "name": case.application.applicant_name,
            "number": case.application.number,
            "unit": case.application.employer.name,
            "since": clock.written(facts.since),
            "end": clock.written(reminder.until) if reminder.until is not None else "",
            "left": _left(reminder.until - at) if reminder.until is not None else "",
        }
        subject, text = _WORDS[reminder.kind, reminder.audience](case, facts, named)
        whom = named["name"] if reminder.audience is Audience.APPLICANT else named["unit"]
        return subject, "\n".join([_("{name}：").format(name=whom), "", text])

    return words


def _left(span: timedelta) -> str:
    if span >= _WITH_HOURS:
        return ngettext("{n}天", "{n}天", span // A_DAY).format(n=span // A_DAY)
    hours = max(1, span // timedelta(hours=1))
    return ngettext("{n}小时", "{n}小时", hours).format(n=hours)


Named = dict[str, str]
Said = tuple[str, str]


def _draft(case: CaseFile, facts: ReminderFacts, named: Named) -> Said:
    return (
        _("申请书还没有上报，还有{left}截止（{number}）").format(**named),
        _(
            "您的申请书 {number} 还没有上报。上报在{end}（北京时间）截止，还有{left}。\n请填写、核对后上报；不再申报的，可以作废，就不再提醒。"
        ).format(**named),
    )


def _return(case: CaseFile, facts: ReminderFacts, named: Named) -> Said:
    text = _("您的申请书 {number} 自{since}起等待您修改、核对，还没有重新上报。").format(**named)
    if not named["end"]:
        return _("申请书还没有重新上报（{number}）").format(**named), text
    text += "\n" + _("重新上报在{end}（北京时间）截止，还有{left}。").format(**named)
    if facts.state is State.RETURNED:
        text += _("到期没有上报的，视为放弃。")
    return _("申请书还没有重新上报，还有{left}截止（{number}）").format(**named), text


def _return_to_unit(case: CaseFile, facts: ReminderFacts, named: Named) -> Said:
    return (
        _("{name}的申请书退回后还没有重新上报，还有{left}截止（{number}）").format(**named),
        _(
            "本单位申报人{name}的申请书 {number} 退回后还没有重新上报。重新上报在{end}（北京时间）截止，还有{left}。请提醒本人；重新上报后由本单位再次审核。"
        ).format(**named),
    )


def _unit(case: CaseFile, facts: ReminderFacts, named: Named) -> Said:
    what = {
        State.UNIT_REVIEW: _("审核"),
        State.UNIT_PASSED: _("开始公示"),
    }.get(facts.state, _("公示期满后上报"))
    text = _("本单位申报人{name}的申请书 {number} 自{since}起等待本单位{what}。").format(what=what, **named)
    if named["end"]:
        text += "\n" + _("单位须在{end}（北京时间）前完成审核、公示并上报，还有{left}。").format(**named)
    return _("{name}的申请书等待本单位{what}（{number}）").format(what=what, **named), text


def _unit_to_applicant(case: CaseFile, facts: ReminderFacts, named: Named) -> Said:
    text = _("您的申请书 {number} 自{since}起在{unit}等待办理。可以向单位了解情况。").format(**named)
    return _("申请书仍在等待单位办理（{number}）").format(**named), text + _reached(case.application.employer)


def _paper(case: CaseFile, facts: ReminderFacts, named: Named) -> Said:
    office = _holder(case)
    text = _(
        "本单位申报人{name}的申请书 {number} 已经报到{office}，纸质材料还没有登记收到。请把规定份数的评审表和全部纸质材料送到。"
    )
    subject = _("纸质材料还没有送到{office}（{name}，{number}）").format(office=office.name, **named)
    return subject, text.format(office=office.name, **named) + _reached(office)


def _paper_to_applicant(case: CaseFile, facts: ReminderFacts, named: Named) -> Said:
    office = _holder(case)
    text = _("您的申请书 {number} 已经报到{office}，纸质材料还没有登记收到，暂时不能审核。纸质材料由单位报送，请向单位了解情况。")
    subject = _("纸质材料还没有送到{office}（{number}）").format(office=office.name, **named)
    return subject, text.format(office=office.name, **named) + _reached(case.application.employer)


def _publicity(case: CaseFile, facts: ReminderFacts, named: Named) -> Said:
    text = _("{name}的公示到{last}（含当日）期满。期满后请生成公示结果，签字盖章上传，然后按程序上报。")
    return _("{name}的公示即将期满（{number}）").format(**named), text.format(last=facts.publicity_ends, **named)


def _publicity_to_applicant(case: CaseFile, facts: ReminderFacts, named: Named) -> Said:
    text = _("您的申请书 {number} 在{unit}的公示到{last}（含当日）期满，期满无异议的由单位上报。")
    return _("公示即将期满（{number}）").format(**named), text.format(last=facts.publicity_ends, **named)


def _holder(case: CaseFile) -> Organization:
    desk: Desk = HOLDER[State(case.application.state)]
    holder: Organization = getattr(case.application, desk.column)
    return holder


def _reached(office: Organization) -> str:
    """Where somebody can be reached: a line, or nothing."""
    where = [part for part in (office.address, office.contact_phone) if part]
    return "\n" + _("{office}：{where}").format(office=office.name, where=_("，").join(where)) if where else ""


_WORDS: dict[tuple[Kind, Audience], Callable[[CaseFile, ReminderFacts, Named], Said]] = {
    (Kind.DRAFT, Audience.APPLICANT): _draft,
    (Kind.RETURN, Audience.APPLICANT): _return,
    (Kind.RETURN, Audience.UNIT): _return_to_unit,
    (Kind.UNIT, Audience.UNIT): _unit,
    (Kind.UNIT, Audience.APPLICANT): _unit_to_applicant,
    (Kind.PAPER, Audience.UNIT): _paper,
    (Kind.PAPER, Audience.APPLICANT): _paper_to_applicant,
    (Kind.PUBLICITY, Audience.UNIT): _publicity,
    (Kind.PUBLICITY, Audience.APPLICANT): _publicity_to_applicant,
}
