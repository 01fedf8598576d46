"""新增申请书: from the prompt page and the choice to an empty form (S-19…S-21)."""

from __future__ import annotations

from django.db import IntegrityError
from django.utils.translation import gettext as _

from zhicheng.accounts.models import NoticeAcceptance, User
from zhicheng.applications import lifecycle, queries
from zhicheng.applications.desks import BY_ROLE, DESKS
from zhicheng.applications.models import Application, NumberCounter, PersonYear
from zhicheng.applications.rules import barred_problem, closed_problem
from zhicheng.applications.states import State
from zhicheng.campaigns.models import CampaignVersion
from zhicheng.campaigns.notice import Notice
from zhicheng.campaigns.queries import notice_of
from zhicheng.campaigns.rules import Choice, choose, open_levels, window_state
from zhicheng.foundation import clock
from zhicheng.foundation.errors import Problem, Refused
from zhicheng.foundation.transactions import one_transaction
from zhicheng.integrity.queries import ban_for
from zhicheng.organizations.actors import Actor, Role
from zhicheng.organizations.models import Organization


def start_application(*, actor: Actor, campaign_version_id: int, series: str, specialty: str, title: str) -> Application:
    """我要申报: begin the one application of this person in this campaign, pinned to this notice version.

    Raises :class:`Refused` with every reason: not an applicant, prompt page not accepted (``prompt_not_read``), not opened
    by the notice, window not open (``window``), barred (``barred``), closed for the year (``closed_for_year``), one exists
    already (``exists``, with its id in ``link``), no employer (``no_employer``).
    """
    arrived_at = clock.now()
    version = CampaignVersion.objects.select_related("campaign").filter(pk=campaign_version_id, campaign__published=True).first()
    if actor.role is not Role.APPLICANT or version is None:
        raise Refused.one(_("没有找到这个申报批次。"), code="not_found")
    notice = notice_of(version)
    choice = choose(notice, series=series, specialty=specialty, title=title)
    employer = (
        Organization.objects.select_related("receiving_office").filter(pk=actor.organization_id).first()
        if actor.organization_id
        else None
    )
    problems = _standing(actor, version, notice)
    if not window_state(notice, choice.title.level, arrived_at).may_submit_first:
        problems.append(Problem(_("现在不在申报时间内，不能新增申请书。"), code="window"))
    problems += route_problems(employer, notice, series)
    if problems or employer is None:
        raise Refused(problems)
    try:
        return _create(actor, version, notice, choice, employer)
    except IntegrityError:
        # Two tabs, one person: the constraint let the first one through.
        existing = queries.own_live_application(actor.account_id, version.campaign_id)
        if existing is None:
            raise
        raise Refused([_exists(existing)]) from None


def objections_to_start(*, actor: Actor, version: CampaignVersion) -> list[Problem]:
    """Everything that stands against this person's starting now, whatever is chosen and but for the prompt page: told before
    anything is read or chosen. Reads only; codes as in :func:`start_application`.
    """
    notice = notice_of(version)
    at = clock.now()
    employer = (
        Organization.objects.select_related("receiving_office").filter(pk=actor.organization_id).first()
        if actor.organization_id
        else None
    )
    problems = [p for p in _standing(actor, version, notice) if p.code != "prompt_not_read"]
    if not any(window_state(notice, level, at).may_submit_first for level in open_levels(notice)):
        problems.append(Problem(_("现在不在申报时间内，不能新增申请书。"), code="window"))
    return problems + route_problems(employer, notice)


def _standing(actor: Actor, version: CampaignVersion, notice: Notice) -> list[Problem]:
    """What stands against the person, whatever is chosen."""
    problems = []
    accepted = NoticeAcceptance.objects.filter(
        user_id=actor.account_id, text_key=f"prompt:{notice.slug}", version=notice.texts.prompt.version
    ).exists()
    if not accepted:
        problems.append(Problem(_("请先阅读提示信息并确认，再进入申报界面。"), where="prompt", code="prompt_not_read"))
    if ban := ban_for(actor.history_index, notice.year):
        problems.append(barred_problem(notice.year, ban))
    year = queries.person_years(actor.history_index).get(version.campaign_id)
    if year is not None and year.closed_at is not None:
        problems.append(closed_problem(notice.year))
    elif existing := queries.own_live_application(actor.account_id, version.campaign_id):
        problems.append(_exists(existing))
    return problems


def _exists(existing: Application) -> Problem:
    text = _("您在本批次已有一份申请书（{number}），请在“我的申请书”中继续。要改报其他专业，请先将它作废。").format(
        number=existing.number
    )
    return Problem(text, code="exists", link=str(existing.pk))


def route_problems(employer: Organization | None, notice: Notice, series: str = "") -> list[Problem]:
    """Why this employer has no road through this campaign's desks, for applications in ``series``; empty when it has.

    Before a series is chosen, what differs by series is not asked.
    """
    if employer is None or employer.receiving_office is None:
        return [Problem(_("您还没有工作单位，请先在“我的信息”中选择所在单位。"), where="employer", code="no_employer")]
    problems = []
    if not employer.region_code.startswith(notice.region_code[:4]):
        problems.append(
            Problem(_("您的单位不在本批次的受理范围内，请到单位所在地的平台申报。"), where="employer", code="wrong_region")
        )
    for step in notice.chain:
        desk = BY_ROLE[Role(step.desk)]
        if step.optional or (desk.by_series and not series):
            continue
        if desk.route(employer, series) is None:
            problems.append(Problem(str(desk.words.missing), where="employer", code=f"no_{desk.role.value}"))
    return problems


@one_transaction
def _create(actor: Actor, version: CampaignVersion, notice: Notice, choice: Choice, employer: Organization) -> Application:
    now = clock.now()
    person = User.objects.select_for_update(no_key=True).get(pk=actor.account_id)
    if person.id_number_index != actor.person_index:
        # Corrected between the request's arrival and this line: the year and the bans to look at are other ones.
        raise Refused.one(_("您的身份证号刚刚更正。请刷新页面后再试。"), code="stale")
    person_year, _created = PersonYear.objects.select_for_update(no_key=True).get_or_create(
        campaign_id=version.campaign_id,
        person_index=actor.person_index,
        defaults={"arrivals_allowed": notice.limits.committee_submissions},
    )
    application = Application.objects.create(
        number=_next_number(notice),
        applicant_id=actor.account_id,
        person_index=actor.person_index,
        applicant_name=person.name,
        campaign_id=version.campaign_id,
        campaign_version=version,
        year=notice.year,
        series=choice.series.code,
        specialty=choice.specialty.code,
        title=choice.title.code,
        level=choice.title.level,
        grade=choice.title.grade,
        state=State.DRAFT,
        entered_state_at=now,
        **route_through(notice, employer, choice.series.code),
        # A new application resets nothing (S-28); who only claims the number is not told what hangs on it.
        arrivals=person_year.arrivals if actor.holds_number else 0,
        created_at=now,
        updated_at=now,
    )
    lifecycle.record_start(application, actor=actor, year=person_year)
    return application


def route_through(notice: Notice, employer: Organization, series: str) -> dict[str, int | None]:
    """Which organization acts at each desk for this employer's applications in a series, by column; none at a desk the chain does not name."""
    named = {Role(step.desk) for step in notice.chain}
    return {desk.column_id: desk.route(employer, series) if desk.always or desk.role in named else None for desk in DESKS}


def _next_number(notice: Notice) -> str:
    """``2023652700-00012``: campaign year, region, running number. Locks the counter's row."""
    prefix = f"{notice.year}{notice.region_code}-"
    NumberCounter.objects.get_or_create(prefix=prefix)
    counter = NumberCounter.objects.select_for_update(no_key=True).get(prefix=prefix)
    counter.last += 1
    counter.save(update_fields=["last"])
    return f"{prefix}{counter.last:05d}"
