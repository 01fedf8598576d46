"""新增申请书: from the prompt page and the choice to an empty form (S-19…S-21)."""

from __future__ import annotations

from django.db import IntegrityError
from django.utils.translation import gettext as _

from zhicheng.accounts.models import NoticeAcceptance, User
from zhicheng.applications import lifecycle, queries
from zhicheng.applications.abandoning import coming_back
from zhicheng.applications.desks import BY_ROLE, DESKS
from zhicheng.applications.models import Application, NumberCounter, PersonYear
from zhicheng.applications.rules import barred_problem, closed_problem, sent_already_problem
from zhicheng.applications.states import State
from zhicheng.applications.years import YearCount, in_year_of, year_count
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
from zhicheng.standards.regions import prefecture_digits

MOST_DRAFTS = 5


def start_application(*, actor: Actor, campaign_version_id: int, series: str, specialty: str, title: str) -> Application:
    """我要申报: begin an application of this person in this campaign, pinned to this notice version. Drafts may be several, each for another
    title; one alone is sent in a year (S-19, G-09).

    Raises :class:`Refused` with every reason: not an applicant, prompt page not accepted (``prompt_not_read``), not opened
    by the notice, window not open (``window``, its level in ``link``), barred (``barred``), closed for the year (``closed_for_year``), one for the same
    title exists or was given up and comes back (``exists``, ``comes_back``, with its id in ``link``), one was sent this year (``sent_already``, likewise), too many drafts
    (``too_many_drafts``), no employer (``no_employer``).
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
    problems += _drafts_in_the_way(actor, version, choice)
    if not window_state(notice, choice.title.level, arrived_at).may_submit_first:
        problems.append(Problem(_("现在不在申报时间内，不能新增申请书。"), code="window", link=choice.title.level.value))
    problems += route_problems(employer, notice, series)
    if problems or employer is None:
        raise Refused(problems)
    try:
        return _create(actor, version, notice, choice, employer)
    except IntegrityError:
        # Two tabs, one choice: the constraint let the first one through; or an earlier one was given back just now (解除异议).
        problems = _standing(actor, version, notice) + _drafts_in_the_way(actor, version, choice)
        if not problems:
            raise
        raise Refused(problems) from None


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
    sent = queries.own_sent_application(actor.account_id, year=notice.year, region_code=notice.region_code)
    if _year(actor, version).closed_at is not None:
        problems.append(closed_problem(notice.year))
    elif sent is not None:
        problems.append(sent_already_problem(sent.number, notice.year, link=str(sent.pk)))
    return problems


def _year(actor: Actor, version: CampaignVersion) -> YearCount:
    together = in_year_of(version.campaign, queries.person_years(actor.history_index))
    return year_count(together, version.campaign_id)


def _drafts_in_the_way(actor: Actor, version: CampaignVersion, choice: Choice) -> list[Problem]:
    """One draft for each title is enough, and so many at once are more than anybody compares."""
    drafts = queries.own_drafts(actor.account_id, version.campaign_id)
    chosen = (choice.series.code, choice.specialty.code, choice.title.code)
    for draft in drafts:
        if (draft.series, draft.specialty, draft.title) == chosen:
            text = _("您已有一份申报同一资格的申请书（{number}），请在“我的申请书”中继续填写。").format(number=draft.number)
            return [Problem(text, code="exists", link=str(draft.pk))]
    names = dict(zip(("series", "specialty", "title"), chosen, strict=True))
    if back := coming_back(actor.account_id, clock.now(), campaign_id=version.campaign_id, **names):
        text = _(
            "您申报同一资格的申请书（{number}）曾视为放弃，现在修改期限已经延长，几分钟内自动恢复，请修改后上报那一份。"
        ).format(number=back.number)
        return [Problem(text, code="comes_back", link=str(back.pk))]
    if len(drafts) >= MOST_DRAFTS:
        text = _("您在本批次已有{count}份没有上报的申请书，请先将不用的作废，再新增。").format(count=len(drafts))
        return [Problem(text, code="too_many_drafts")]
    return []


def route_problems(employer: Organization | None, notice: Notice, series: str = "") -> list[Problem]:
    """Why this employer has no road through this campaign's desks, for applications in ``series``; empty when it has.

    Before a series is chosen, what differs by series is not asked.
    """
    if employer is None or employer.receiving_office is None:
        return [Problem(_("您还没有工作单位，请先在“我的信息”中选择所在单位。"), where="employer", code="no_employer")]
    problems = []
    if prefecture_digits(employer.region_code) != prefecture_digits(notice.region_code):
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
    person = User.objects.select_for_update(no_key=True).only("name", "id_number_index").get(pk=actor.account_id)
    if person.id_number_index != actor.person_index:
        # Corrected between the request's arrival and this line: the year and the bans to look at are other ones.
        raise Refused.one(_("您的身份证号刚刚更正。请刷新页面后再试。"), code="stale")
    person_year, _created = PersonYear.objects.select_for_update(no_key=True).get_or_create(
        campaign_id=version.campaign_id,
        person_index=actor.person_index,
        defaults={
            "arrivals_allowed": notice.limits.committee_submissions,
            "counted_in": notice.limits.committee_submissions_scope,
        },
    )
    application = Application(
        number=_next_number(notice),
        applicant_id=actor.account_id,
        person_index=actor.person_index,
        applicant_name=person.name,
        campaign=version.campaign,
        campaign_version=version,
        year=notice.year,
        prefecture=prefecture_digits(version.campaign.region_code),
        series=choice.series.code,
        specialty=choice.specialty.code,
        title=choice.title.code,
        level=choice.title.level,
        grade=choice.title.grade,
        state=State.DRAFT,
        entered_state_at=now,
        **route_through(notice, employer, choice.series.code),
        created_at=now,
        updated_at=now,
    )
    if actor.holds_number:  # a new application resets nothing (S-28); who only claims the number is not told what hangs on it
        application.arrivals = queries.year_of(application).arrivals
    application.save(force_insert=True)
    lifecycle.record_start(application, actor=actor, year=person_year)
    return application


def route_through(notice: Notice, employer: Organization, series: str) -> dict[str, int | None]:
    """Which organization acts at each desk for this employer's applications in a series, by column; none at a desk the chain does not name."""
    named = {Role(step.desk) for step in notice.chain}
    return {desk.column_id: desk.route(employer, series) if desk.always or desk.role in named else None for desk in DESKS}


def _next_number(notice: Notice) -> str:
    """``2023652700-00012``: campaign year, region, running number. Locks the counter's row."""
    prefix = f"{notice.year}{notice.region_code}-"
    counter, _new = NumberCounter.objects.select_for_update(no_key=True).get_or_create(prefix=prefix)
    counter.last += 1
    counter.save(update_fields=["last"])
    return f"{prefix}{counter.last:05d}"
