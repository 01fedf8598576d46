"""The unit's verbs of 公示: open, upload the three papers, register and decide objections, give the result, report upward."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.utils.translation import gettext as _

from zhicheng.applications import lifecycle
from zhicheng.applications.casefile import CaseFile
from zhicheng.applications.counting import count_arrival, lock_person_year
from zhicheng.applications.desks import HOLDER
from zhicheng.applications.models import Application, StatusChange, Submission
from zhicheng.applications.papers import void_all_papers
from zhicheng.applications.putting import misfit
from zhicheng.applications.states import State
from zhicheng.campaigns.notice import Limits
from zhicheng.campaigns.vocabulary import in_words
from zhicheng.documents.models import Paper
from zhicheng.evidence.models import EvidenceFile
from zhicheng.foundation import clock, ledger
from zhicheng.foundation.errors import Problem, Refused
from zhicheng.foundation.language import platform_language
from zhicheng.foundation.reasons import letters_in, reason_problems
from zhicheng.foundation.transactions import lock_rows, one_transaction
from zhicheng.organizations.actors import Actor, Role
from zhicheng.organizations.rules import is_self_review
from zhicheng.publicity import papers, queries, rules
from zhicheng.publicity.models import Objection, ObjectionState, PublicityPeriod
from zhicheng.publicity.recording import note_objection
from zhicheng.publicity.uploads import uploads_asked
from zhicheng.standards.errors import InvalidNumber
from zhicheng.standards.phone import check_phone
from zhicheng.standards.tables import OBJECTION_CHANNELS

PAPERS = queries.UPLOADS


@dataclass(frozen=True, slots=True)
class NoticeText:
    """What the unit writes itself on T1 (S-67, S-68, S-70)."""

    political_conduct: str
    results: str
    contribution: str
    office: str
    phone: str

    def problems(self, limits: Limits) -> list[Problem]:
        """Everything missing or too long; the achievements are those of the years the notice looks at (S-68)."""
        found = []
        results = _("近{years}年实践能力和业绩成果").format(years=in_words(limits.achievements_years))
        for key, label, limit in (
            ("political_conduct", _("思想政治条件"), 500),
            ("results", results, 1000),
            ("contribution", _("本人实际贡献"), 500),
            ("office", _("受理异议的办公室"), 60),
            ("phone", _("监督电话"), 30),
        ):
            value = getattr(self, key).strip()
            if not value:
                found.append(Problem(_("请填写“{label}”。").format(label=label), where=key, code="field"))
            elif len(value) > limit:
                text = _("“{label}”最多{limit}个字，现在是{count}个字。").format(label=label, limit=limit, count=len(value))
                found.append(Problem(text, where=key, code="field"))
        if self.phone.strip():
            try:
                check_phone(self.phone.strip())
            except InvalidNumber:
                text = _("监督电话请填写带区号的固定电话或手机号码，例如 0909-2312345。")
                found.append(Problem(text, where="phone", code="field"))
        return found


@one_transaction
def open_publicity(
    *, actor: Actor, application_id: int, submission_id: int, starts_on: date, ends_on: date, text: NoticeText
) -> PublicityPeriod:
    """Start the publicity period of a submission the unit passed, and make T1.

    Raises :class:`Refused` with everything at once: an end too early names the earliest legal date (``too_short``), text
    fields, ``stale`` when the submission is no longer the current one.
    """
    case = lifecycle.lock(application_id, actor)
    _same_submission(case, submission_id)
    notice = case.notice
    plan, problems = rules.plan_period(
        case.calendar,
        starts_on=starts_on,
        ends_on=ends_on,
        today=clock.today(),
        least=notice.limits.publicity_working_days,
        counting=notice.limits.publicity_counting,
    )
    problems += text.problems(notice.limits) + lifecycle.objections_to(case, lifecycle.BY_NAME["open_publicity"], actor)
    submission = case.submission
    if problems or plan is None or submission is None:
        raise Refused(problems)
    with platform_language():
        again, days = _("已重新公示"), _("公示：{start}至{end}").format(start=starts_on, end=ends_on)
    _cancel(queries.period_of(case), reason=again, actor=actor)
    period = _create(case, submission, plan, text, actor)
    _note_opened(period, actor)
    papers.issue_publicity_notice(period=period, notice=notice, actor=actor)
    lifecycle.make_move(case, "open_publicity", actor=actor, note=days)
    return period


def _create(case: CaseFile, submission: Submission, plan: rules.Plan, text: NoticeText, actor: Actor) -> PublicityPeriod:
    return PublicityPeriod.objects.create(
        application=case.application,
        submission=submission,
        unit_id=case.application.employer_id,
        facts=papers.public_facts(case.snapshot),
        facts_sha256=queries.shown_facts_sha256(case),
        starts_on=plan.starts_on,
        ends_on=plan.ends_on,
        working_days=plan.working_days,
        earliest_end=plan.earliest_end,
        calendar_version=plan.calendar_version,
        measured_with=plan.calendar_version,
        provisional=plan.provisional,
        political_conduct=text.political_conduct.strip(),
        results=text.results.strip(),
        contribution=text.contribution.strip(),
        office=text.office.strip(),
        phone=text.phone.strip(),
        opened_by_id=actor.account_id,
        opened_at=clock.now(),
    )


def _note_opened(period: PublicityPeriod, actor: Actor) -> None:
    """What is shown, as it will be on the page and on the paper."""
    ledger.record(
        event="publicity.opened",
        subject=f"publicity:{period.pk}",
        actor=actor.ref,
        data={
            "application": period.application_id,
            "submission": period.submission.sha256,
            "unit": period.unit_id,
            "facts": ledger.private(period.facts),
            "facts_sha256": period.facts_sha256,
            "words": ledger.private(papers.words_of(period)),
            "starts_on": period.starts_on.isoformat(),
            "ends_on": period.ends_on.isoformat(),
            "at": ledger.time_text(period.opened_at),
        },
    )


def _same_submission(case: CaseFile, submission_id: int) -> None:
    if case.application.current_submission_id != submission_id:
        raise Refused.one(_("您看到的是较早的一次上报，申报人已经重新上报。请刷新页面，按最新内容办理。"), code="stale")


def _cancel(period: PublicityPeriod | None, *, reason: str, actor: Actor) -> None:
    if period is None:
        return
    period.cancelled_at = clock.now()
    period.cancel_reason = reason
    period.save(update_fields=["cancelled_at", "cancel_reason"])
    ledger.record(
        event="publicity.cancelled", subject=f"publicity:{period.pk}", actor=actor.ref, data={"reason": ledger.private(reason)}
    )


def _lock_period(actor: Actor, period_id: int) -> PublicityPeriod:
    return _lock_case(actor, period_id)[1]


def _lock_case(actor: Actor, period_id: int) -> tuple[CaseFile, PublicityPeriod]:
    """Lock the application first, then its period: the order every action keeps."""
    found = (
        PublicityPeriod.objects.filter(pk=period_id, unit_id=actor.organization_id)
        .values_list("application_id", flat=True)
        .first()
    )
    if actor.role is not Role.UNIT or found is None:
        raise Refused.one(_("没有找到这次公示，或者它不归本单位办理。"), code="not_found")
    case = lifecycle.lock(found, actor)
    if is_self_review(actor, case.application.person_index):
        raise Refused.one(_("这是您本人的申请书，须由本单位另一位管理员办理。"), code="self_review")
    lock_rows(PublicityPeriod.objects.filter(pk=period_id))
    period = PublicityPeriod.objects.select_related("application__campaign_version", "submission").get(pk=period_id)
    if period.cancelled_at is not None:
        raise Refused.one(_("这次公示已经取消，请刷新页面。"), code="stale")
    return case, period


@one_transaction
def add_publicity_paper(*, actor: Actor, period_id: int, which: str, file_id: int) -> PublicityPeriod:
    """Upload the notice, the photo of the posting or the result (S-51). ``which``: ``notice_file``, ``photo_file``, ``result_file``.

    A new file takes the place of the old one, which stays stored. The result only once the period is over (S-72).
    """
    case, period = _lock_case(actor, period_id)
    asked = next((one for one in uploads_asked(case.notice) if one.which == which), None)
    if asked is None:
        raise Refused.one(_("没有这项材料。"), code="not_found")
    file = EvidenceFile.objects.filter(pk=file_id, uploaded_by_id=actor.user_id).first()
    if file is None:
        raise Refused.one(_("没有找到这个文件，请重新上传。"), where=which, code="not_found")
    if period.application.state not in {State.IN_PUBLICITY, State.UNIT_PASSED}:
        raise Refused.one(_("申请书已不在公示环节，不能再更换公示材料。"), where=which, code="stale")
    if wrong := misfit(file, asked.slot.formats, asked.label, where=which):
        raise Refused([wrong])
    _not_another_paper(period, which, file)
    if which == "result_file" and (problems := _not_ready_for_result(case, period)):
        raise Refused(problems)
    setattr(period, which, file)
    period.save(update_fields=[which])
    ledger.record(
        event="publicity.paper_added",
        subject=f"publicity:{period.pk}",
        actor=actor.ref,
        data={"which": which, "sha256": file.sha256, "file": file.pk},
    )
    return period


def _not_another_paper(period: PublicityPeriod, which: str, file: EvidenceFile) -> None:
    for name in PAPERS:
        other = getattr(period, name)
        if name != which and other is not None and other.sha256 == file.sha256:
            raise Refused.one(
                _("这个文件已经作为公示的另一项材料上传（{name}），没有收下。请选择正确的文件。").format(name=other.name),
                where=which,
                code="file_in_other_slot",
            )


def _not_ready_for_result(case: CaseFile, period: PublicityPeriod) -> list[Problem]:
    objections = queries.objections_counted(case)
    return rules.time_and_objections(ends_on=period.ends_on, today=clock.today(), objections=objections)


@one_transaction
def make_publicity_result(*, actor: Actor, period_id: int) -> Paper:
    """Make T2: refused before the period is fully over, and while an objection is open or was upheld (S-40, S-73)."""
    case, period = _lock_case(actor, period_id)
    if problems := _not_ready_for_result(case, period):
        raise Refused(problems)
    return papers.issue_publicity_result(period=period, actor=actor)


@one_transaction
def register_objection(
    *,
    actor: Actor,
    period_id: int,
    channel: str,
    content: str,
    received_at: datetime,
    from_name: str = "",
    from_contact: str = "",
) -> Objection:
    """Write down an objection that came by phone, on paper, in person or online; anonymous ones too (S-70).

    ``received_at`` is when it came (aware), which may be before it is registered, never after now nor before the period.
    """
    problems = []
    if OBJECTION_CHANNELS.get(channel) is None:
        problems.append(Problem(_("请选择反映方式。"), where="channel", code="field"))
    problems += rules.what_was_said(content)
    if received_at > clock.now():
        problems.append(Problem(_("收到时间不能晚于现在。"), where="received_at", code="field"))
    period = _lock_period(actor, period_id)
    if received_at.astimezone(clock.BEIJING).date() < period.starts_on:
        problems.append(Problem(_("收到时间早于公示开始的日期。"), where="received_at", code="field"))
    if period.application.state not in {State.IN_PUBLICITY, State.UNIT_PASSED}:
        problems.append(Problem(_not_here(period.application), code="stale"))
    if problems:
        raise Refused(problems)
    objection = Objection.objects.create(
        period=period,
        channel=channel,
        from_name=from_name.strip()[:50],
        from_contact=from_contact.strip()[:60],
        content=content.strip(),
        received_at=received_at,
        registered_by_id=actor.user_id,
        registered_at=clock.now(),
    )
    note_objection(objection, period, actor)
    _withdraw_result(period, actor)
    return objection


def _not_here(application: Application) -> str:
    """That the application has left the unit, and which desk an objection goes to now."""
    desk = HOLDER.get(State(application.state))
    if desk is None or not desk.reached:
        return _("申请书已不在公示环节，不能再登记异议。")
    office = getattr(application, desk.column)
    return _("申请书已经报出本单位，请将异议转给正在办理的{office}。").format(office=office.name)


def _withdraw_result(period: PublicityPeriod, actor: Actor) -> None:
    """A result made before a further objection says something that is no longer so: the paper and its scan fall away (S-73)."""
    papers.void_publicity_result(period=period, actor=actor)
    if period.result_file_id is not None:
        period.result_file = None
        period.save(update_fields=["result_file"])


@one_transaction
def decide_objection(*, actor: Actor, objection_id: int, upheld: bool, finding: str) -> Objection:
    """Close an objection with what was found. An upheld one stands against the application until it is stopped or returned."""
    found = Objection.objects.filter(pk=objection_id).values_list("period_id", flat=True).first()
    if found is None:
        raise Refused.one(_("没有找到这件异议。"), code="not_found")
    _lock_period(actor, found)
    objection = Objection.objects.select_for_update(no_key=True).get(pk=objection_id)
    if objection.state != ObjectionState.OPEN:
        raise Refused.one(_("这件异议已经处理，请刷新页面查看结果。"), code="stale")
    if letters_in(finding) < 5 or len(finding.strip()) > 2000:
        raise Refused.one(_("请写明核实情况和处理意见，5至2000个字。"), where="finding", code="field")
    objection.state = ObjectionState.UPHELD if upheld else ObjectionState.DISMISSED
    objection.finding = finding.strip()
    objection.decided_by_id = actor.user_id
    objection.decided_at = clock.now()
    objection.save(update_fields=["state", "finding", "decided_by", "decided_at"])
    ledger.record(
        event="publicity.objection_decided",
        subject=f"publicity:{objection.period_id}",
        actor=actor.ref,
        data={"objection": objection.pk, "state": str(objection.state), "finding": ledger.private(objection.finding)}
        | {"at": ledger.time_text(objection.decided_at)},
    )
    return objection


@one_transaction
def stop_for_objection(*, actor: Actor, application_id: int, reason: str) -> StatusChange:
    """An upheld objection ends the application; its finding, and why that ends it, are what everybody sees (S-40).

    Raises :class:`Refused` with every objection (``no_upheld_objection``, ``stale``, ``reason_missing``, …).
    """
    case = lifecycle.lock(application_id, actor)
    problems = lifecycle.objections_to(case, lifecycle.BY_NAME["stop"], actor)
    problems += reason_problems(reason, least=10, said=_("请写明终止的理由，不少于10个字。"))
    if problems:
        raise Refused(problems)
    upheld = [o for o in case.part(queries.objections_in_period) if o.stands]
    change = lifecycle.make_move(case, "stop", actor=actor, note=f"{upheld[-1].finding}\n{reason.strip()}")
    void_all_papers(application_id=application_id, reason="公示异议成立，已终止", actor=actor)
    return change


@one_transaction
def report_upward(*, actor: Actor, application_id: int, submission_id: int) -> StatusChange:
    """公示期满无异议后按程序上报: to the next desk of the notice's chain (S-40, S-44, S-76)."""
    case = lifecycle.lock(application_id, actor)
    _same_submission(case, submission_id)
    year = lock_person_year(case)
    change = lifecycle.make_move(case, lifecycle.report_of(case.application), actor=actor)
    count_arrival(case, year, actor=actor)
    return change
