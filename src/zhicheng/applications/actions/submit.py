"""再次核对 and 上报 (S-24, S-26…S-30, S-64, S-78)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from zhicheng.accounts.actions import accept_texts
from zhicheng.accounts.rules import AcceptedText
from zhicheng.applications import lifecycle
from zhicheng.applications.actions.draft import keep_row, lock_open
from zhicheng.applications.actions.start import route_problems, route_through
from zhicheng.applications.authorships import findings_to_answer, keep_submission
from zhicheng.applications.casefile import CaseFile
from zhicheng.applications.check_page import check_record, page_read
from zhicheng.applications.check_record import CHECK_KEPT_AS
from zhicheng.applications.counting import lock_person_year
from zhicheng.applications.desks import DESKS
from zhicheng.applications.models import Application, Submission
from zhicheng.applications.queries import own_sent_application
from zhicheng.applications.receipts import order_receipt
from zhicheng.applications.rules import Gate, gate_problems, number_missing_problem, sent_already_problem, unit_hindrances
from zhicheng.applications.snapshot import build_snapshot
from zhicheng.campaigns.notice import Notice
from zhicheng.campaigns.rules import WindowPhase
from zhicheng.foundation import clock
from zhicheng.foundation.canonical import canonical_json, digest
from zhicheng.foundation.errors import Problem, Refused
from zhicheng.foundation.transactions import one_transaction
from zhicheng.organizations.actors import Actor
from zhicheng.organizations.models import Organization


@one_transaction
def confirm_check(*, actor: Actor, application_id: int, read: str = "") -> Application:
    """The applicant has looked through the preview and says it is right (S-26: 再次认真核对).

    Kept until the next edit, with what was said there (S-64). ``read``: the hash of the page that was confirmed
    (``check_page.page_read``); empty where nobody read one. Raises :class:`Refused` with everything that is still missing, or
    ``changed`` where the form, its files or what is said of them are no longer what was read.
    """
    case = lock_open(application_id, actor)
    record = _confirmed(case, actor, read)
    kept = case.draft_rows.get(CHECK_KEPT_AS)
    keep_row(case, CHECK_KEPT_AS, record, kept.version if kept is not None else 0)
    case.application.save(update_fields=["checked_at"])
    return case.application


def _confirmed(case: CaseFile, actor: Actor, read: str) -> dict[str, Any]:
    """What is said at this confirmation, which the case file tells from now on; nothing is written. Raises as :func:`confirm_check`."""
    if case.missing:
        raise Refused(case.missing)
    found, employer = findings_to_answer(case), actor.organization_id or case.application.employer_id
    if read and read != page_read(case, found, employer):
        text = _("打开“再次核对”以后，申请书又有改动（可能在另一个窗口），或者提示有变化。请看过现在的内容再确认。")
        raise Refused.one(text, where="check", code="changed")
    case.application.checked_at = now = clock.now()
    case.check_record = check_record(case, found, employer, now)
    return case.check_record


def submit_application(
    *,
    actor: Actor,
    application_id: int,
    form_token: str,
    commitment_version: str,
    liability_version: str,
    language: str = "",
    read: str | None = None,
) -> Submission:
    """上报: freeze the form as submission n, send it to the unit's desk.

    ``form_token`` names the page it was sent from: sent twice (a double click, a retried request) it gives the first
    submission again; ``language`` is the one that page was in (empty: the one in force); ``read``: the page of 再次核对 that is confirmed
    with it, as :func:`confirm_check` has it, or neither comes about (``None``: it was confirmed before). The time that counts against the window is the time of arrival here, not the time the lock was won.
    Raises :class:`Refused` with every reason at once (``window``, ``not_checked``, ``text_not_accepted``, ``barred``,
    ``closed_for_year``, ``unit_not_verified`` and all that is missing); nothing is lost then.
    """
    read_in = language or get_language() or ""
    return _submit(actor, application_id, form_token, (commitment_version, liability_version), clock.now(), read_in, read)


@one_transaction
def _submit(
    actor: Actor,
    application_id: int,
    form_token: str,
    accepted_versions: tuple[str, str],
    arrived_at: datetime,
    read_in: str,
    read: str | None,
) -> Submission:
    try:
        case = lock_open(application_id, actor, beside=[f"employer__{_OFFICES}"])
    except Refused:
        # A double click: its twin was here first, perhaps while this one waited for the lock.
        sent = Submission.objects.filter(
            form_token=form_token, submitted_by_id=actor.user_id, application_id=application_id
        ).first()
        if sent is not None:
            return sent
        raise
    if Submission.objects.filter(form_token=form_token).exists():
        # Sent once already, and returned or withdrawn since: an old page says nothing about today's form.
        raise Refused.one(_("这个页面已经上报过一次，之后申请书又退回或撤回。请重新打开上报页面再上报。"), code="stale")
    if read is not None:
        _confirmed(case, actor, read)
    lock_person_year(case)
    application, texts = case.application, case.notice.texts
    _take_route(application, case.notice, actor)
    problems = _reasons_against(case, arrived_at, *accepted_versions)
    if problems:
        raise Refused(problems)
    submission = _freeze(case, actor, form_token, arrived_at, read_in)
    application.current_submission = submission
    if case.history_is_told:
        application.arrivals = (
            case.year.arrivals
        )  # another application of the year may have been counted since this one was begun
    application.applicant_name = application.applicant.name  # corrected, perhaps, while a desk had the submission before
    lifecycle.make_move(case, "submit", actor=actor)
    told = (("commitment", texts.commitment), ("liability", texts.liability))
    accept_texts(
        user_id=submission.submitted_by_id,
        texts=[
            AcceptedText(key=f"{name}:{case.notice.slug}", version=text.version, sha256=digest(text.zh)) for name, text in told
        ],
    )
    order_receipt(submission)
    return submission


_OFFICES = "receiving_office__superior_office"  # of an employer: where it hands in, and whom that is below


def _take_route(application: Application, notice: Notice, actor: Actor) -> None:
    """The route is the employer's of today: a person who changed employer, a unit that changed its county."""
    if actor.organization_id is not None and actor.organization_id != application.employer_id:
        application.employer = Organization.objects.select_related(_OFFICES).get(pk=actor.organization_id)
    employer = application.employer
    office = employer.receiving_office
    above = office.superior_office if office is not None else None
    if office is None or above is None:
        raise Refused.one(_("您的单位没有材料接收部门，请联系单位管理员。"), where="employer", code="unit_not_verified")
    route = route_through(notice, employer, application.series)
    known = {each.pk: each for each in (employer, office, above)}
    if others := [pk for pk in route.values() if pk is not None and pk not in known]:
        known |= Organization.objects.in_bulk(others)
    for desk in DESKS:
        pk = route[desk.column_id]
        setattr(application, desk.column, known[pk] if pk is not None else None)


def _reasons_against(case: CaseFile, arrived_at: datetime, commitment_version: str, liability_version: str) -> list[Problem]:
    application, texts = case.application, case.notice.texts
    first = case.submission is None
    problems = window_problems(case, arrived_at, first=first)
    problems += route_problems(application.employer, case.notice, application.series)
    if not application.applicant.id_number:
        problems.append(number_missing_problem())
    told = case.history_is_told  # of a mere claim to a number the unit's desk asks it
    problems += gate_problems(
        Gate(
            year=application.year,
            ban=case.ban if told else None,
            closed_for_year=told and case.year.closed_at is not None,
            unit_problems=unit_hindrances(application.employer, application.year),
        )
    )
    problems += _sent_already(application)
    # A warning about a file that was found after the check holds nothing up: the desks see it, as one that is found after 上报.
    problems += [p for p in case.missing if application.checked_at is None or p.code != "not_looked_at"]
    if application.checked_at is not None and _goes_elsewhere(case):
        text = _("核对以后工作单位变更为“{unit}”，申请书将报给新单位。请重新核对、确认后再上报。").format(
            unit=application.employer.name
        )
        problems.append(Problem(text, where="check", code="not_checked"))
    if application.checked_at is None:
        problems.append(Problem(_("请先完成“再次核对”，确认信息准确无误后再上报。"), where="check", code="not_checked"))
    if commitment_version != texts.commitment.version or liability_version != texts.liability.version:
        problems.append(Problem(_("请阅读并勾选个人承诺和责任说明。"), where="commitment", code="text_not_accepted"))
    return problems


def _goes_elsewhere(case: CaseFile) -> bool:
    """Whether it goes to another employer than the one that was told when it was checked. A check of before that was kept tells of none."""
    record = case.check_record
    return record is not None and record["employer"] != case.application.employer_id


def _sent_already(application: Application) -> list[Problem]:
    """Another application of this account was sent this year and is not over (S-19, G-09). Asked under the lock of the person's year."""
    sent = own_sent_application(application.applicant_id, year=application.year, region_code=application.campaign.region_code)
    if sent is None or sent.pk == application.pk:
        return []
    return [sent_already_problem(sent.number, application.year, link=str(sent.pk))]


def window_problems(case: CaseFile, at: datetime, *, first: bool) -> list[Problem]:
    """Why the moment ``at`` is outside the window for a first or a corrected submission; empty when it is inside (G-01, G-02)."""
    window = case.window_at(at)
    if window.may_submit_first if first else window.may_correct:
        return []
    now = at.astimezone(clock.BEIJING).strftime("%Y-%m-%d %H:%M:%S")
    if window.phase is WindowPhase.NOT_YET and window.apply_from:
        text = _("申报尚未开始：{start}（北京时间）起可以上报。").format(start=clock.written(window.apply_from))
    elif window.apply_until is None or window.correct_until is None:
        text = _("本批次不受理这个级别的申报。")
    elif first:
        text = _("申报已于{end}（北京时间）截止，服务器收到您上报的时间是{now}。您填写的内容已经保存，没有丢失。").format(
            end=clock.written(window.apply_until), now=now
        )
    else:
        text = _(
            "修改后再次上报已于{end}（北京时间）截止，服务器收到您上报的时间是{now}。您填写的内容已经保存，没有丢失。"
        ).format(end=clock.written(window.correct_until), now=now)
    return [Problem(text, where="window", code="window")]


def _freeze(case: CaseFile, actor: Actor, form_token: str, at: datetime, read_in: str) -> Submission:
    number = case.submission.number + 1 if case.submission is not None else 1  # the current one is the last
    snapshot = build_snapshot(
        application=case.application,
        notice=case.notice,
        contents=case.contents,
        materials=case.materials,
        number=number,
        submitted_at=at,
        language=read_in,
        checked=case.check_record,
    )
    content = snapshot.as_json()
    submission = Submission(
        application=case.application,
        number=number,
        content=canonical_json(content).decode(),
        sha256=digest(content),
        submitted_at=at,
        submitted_by_id=actor.account_id,
        form_token=form_token,
    )
    keep_submission(submission, snapshot.sections)
    return submission
