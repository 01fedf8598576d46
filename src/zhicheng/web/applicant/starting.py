"""新增申请书: the prompt page, then series, specialty and title, then 我要申报 (S-20, S-21)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from zhicheng.accounts.actions import accept_texts
from zhicheng.accounts.queries import acceptance_of
from zhicheng.accounts.rules import AcceptedText
from zhicheng.applications.actions import objections_to_start, save_section, start_application
from zhicheng.applications.casefile import CaseFile
from zhicheng.applications.desks import DESKS
from zhicheng.applications.queries import get_application, own_drafts
from zhicheng.applications.sections import BY_KEY
from zhicheng.campaigns.answers import NO_TITLE, Answers
from zhicheng.campaigns.models import CampaignVersion
from zhicheng.campaigns.notice import Notice
from zhicheng.campaigns.queries import campaigns_open_now, current_version, notice_of, published_campaigns
from zhicheng.campaigns.rules import Choice, choose, conditions, openings
from zhicheng.foundation.canonical import digest
from zhicheng.foundation.errors import Problem, Refused
from zhicheng.organizations.actors import Actor
from zhicheng.organizations.models import Organization
from zhicheng.web.applicant.base import actor_of, case_or_404, chosen_words, information_url
from zhicheng.web.applicant.bringing import brought_along, own_applications
from zhicheng.web.applicant.choosing import chosen_in, questions_in, series_question, title_words
from zhicheng.web.applicant.tasks import next_task
from zhicheng.web.shared.carried import Carried, carried_by, let_go, sections_of
from zhicheng.web.shared.conditions import ShownConditions, conditions_for, shown_conditions
from zhicheng.web.shared.forms import Form
from zhicheng.web.shared.http import OutOfReachError, go, is_script, render_refused, whole_number
from zhicheng.web.shared.windows import times_of

STEPS = (
    gettext_lazy("阅读提示信息，选择任职资格"),
    gettext_lazy("我要申报"),
)
_ASKED = ("series", "specialty", "title")


class PromptForm(Form):
    """The prompt was read (S-20)."""

    accepted = forms.BooleanField(
        label=gettext_lazy("我已仔细阅读以上提示信息"),
        error_messages={"required": gettext_lazy("请仔细阅读提示信息，并勾选“我已仔细阅读以上提示信息”。")},
    )


@require_safe
def new_application(request: HttpRequest) -> HttpResponse:
    """新增申请书: straight to the one open round, or a choice among several."""
    campaigns = campaigns_open_now()
    if len(campaigns) == 1:
        return go(request, "application_prompt", campaigns[0].notice.slug)
    if not campaigns:
        published = published_campaigns()
        if published:
            return go(request, "application_prompt", published[0].notice.slug)
    return render(request, "applicant/new.html", {"campaigns": campaigns})


def _version_or_404(slug: str) -> CampaignVersion:
    version = current_version(slug)
    if version is None:
        raise Http404("no such campaign")
    return version


def prompt_accepted(actor: Actor, notice: Notice) -> Any:
    """When this person accepted the prompt in its present version; ``None`` when not."""
    return acceptance_of(user_id=actor.account_id, text_key=f"prompt:{notice.slug}", version=notice.texts.prompt.version)


def cannot_start(request: HttpRequest, notice: Notice, problems: list[Problem]) -> HttpResponse:
    """A page of its own: why not, and what can be done, for each reason (GOV.UK: not a red field error)."""
    reasons = [{"problem": p, **_next_step(p, notice)} for p in problems]
    return render(request, "applicant/cannot_start.html", {"notice": notice, "reasons": reasons}, status=422)


# What a unit without an organization at a desk is refused with (applications.actions.start).
_WITHOUT = {f"no_{desk.role.value}": desk for desk in DESKS if desk.words.missing}


def _next_step(problem: Problem, notice: Notice) -> dict[str, str]:
    """What the person can do about one reason: words, and a link with its own words."""
    match problem.code:
        case "exists" | "comes_back":
            url = reverse("my_application", args=[problem.link]) if problem.link else reverse("my_applications")
            return {"step": _("同一资格有一份就够了。"), "url": url, "link": _("打开这份申请书")}
        case "sent_already":
            url = reverse("my_application", args=[problem.link])
            return {"step": _("一个年度只能上报一份申请书。"), "url": url, "link": _("打开这份申请书")}
        case "too_many_drafts":
            return {"step": "", "url": reverse("my_applications"), "link": _("我的申请书")}
        case "no_employer":
            words = _("单位还没有注册的，可以把邀请码交给单位，请单位先注册。")
            invite = {"also_url": reverse("person_invitation"), "also_link": _("邀请单位注册")}
            return {"step": words, "url": information_url(), "link": _("我的信息"), **invite}
        case "wrong_region":
            return {"step": _("换了单位的，请先变更工作单位。"), "url": information_url(), "link": _("我的信息")}
        case code if code in _WITHOUT:
            return {"step": str(_WITHOUT[code].words.mend), "url": "", "link": ""}
        case "window":
            return {"step": times_of(notice, problem.link), "url": reverse("my_titles"), "link": _("查看各批次的受理时间")}
        case "barred" | "closed_for_year":
            return {"step": _("原来的申请书和审核记录仍可查看。"), "url": reverse("my_applications"), "link": _("我的申请书")}
    return {"step": "", "url": reverse("application_choose", args=[notice.slug]), "link": _("重新选择")}


def prompt(request: HttpRequest, slug: str) -> HttpResponse:
    """提示信息: must be read and accepted, in its present version, before the form opens (S-20)."""
    actor = actor_of(request)
    version = _version_or_404(slug)
    notice = notice_of(version)
    if problems := objections_to_start(actor=actor, version=version):
        return cannot_start(request, notice, problems)
    accepted = prompt_accepted(actor, notice)
    form = PromptForm(request.POST if request.method == "POST" else None)
    context = {"notice": notice, "form": form, "accepted": accepted, "steps": STEPS, "paragraphs": notice.texts.prompt.paragraphs}
    context |= _choices(request, notice, request.POST)
    if request.method != "POST":
        return render(request, "applicant/prompt.html", context | {"drafts": _drafts(actor, version)})
    if accepted is None and not form.is_valid():
        return render_refused(request, "applicant/prompt.html", context)
    if accepted is None:
        text = notice.texts.prompt
        told = AcceptedText(key=f"prompt:{notice.slug}", version=text.version, sha256=digest(text.zh))
        accept_texts(user_id=actor.account_id, texts=[told])
    return go(request, f"{reverse('application_choose', args=[slug])}{_said(request.POST)}")


def _said(typed: Mapping[str, str]) -> str:
    """What was chosen below the prompt, as the query of the next page; it asks what is left, and says what does not fit."""
    said = {name: typed.get(name, "") for name in _ASKED if typed.get(name)}
    asked = {"asked": "title"} if "title" in said or "specialty" in said else {}
    return f"?{urlencode(said | asked)}" if said else ""


def _choices(request: HttpRequest, notice: Notice, said: Mapping[str, str]) -> dict[str, Any]:
    """The questions below the prompt: the series, and what is asked in it once it is chosen, here or at 我能报什么."""
    carried = carried_by(request)
    wanted = {name: said.get(name, "") or str(getattr(carried, name, "") or "") for name in _ASKED}
    chosen = chosen_in(notice, wanted).series
    return {
        "series_question": series_question(notice, asked=False, chosen=chosen.series.code if chosen is not None else ""),
        "questions": questions_in(chosen, wanted, asked=False) if chosen is not None else [],
        "closed": _closed(notice),
        "looked_at": carried is not None and chosen is not None and not said,
    }


def _closed(notice: Notice) -> list[tuple[str, str]]:
    """The series that cannot be chosen, and why."""
    return [(str(o.series), o.reason) for o in openings(notice) if not o.choosable]


def _drafts(actor: Actor, version: CampaignVersion) -> list[dict[str, Any]]:
    """The applications of this campaign that were begun and not sent, as the page names them."""
    return [
        {"pk": d.pk, "number": d.number, "words": chosen_words(CaseFile(d))}
        for d in own_drafts(actor.account_id, version.campaign_id)
    ]


def choose_title(request: HttpRequest, slug: str) -> HttpResponse:
    """系列, then 专业 and 任职资格 on one page; the last page holds 我要申报."""
    actor = actor_of(request)
    version = _version_or_404(slug)
    notice = notice_of(version)
    if request.method == "GET" and is_script(request):
        return render(request, "applicant/choose_questions.html", _choices(request, notice, request.GET))
    if prompt_accepted(actor, notice) is None:
        return go(request, "application_prompt", slug)
    if request.method == "POST":
        return _start(request, actor, version, notice)
    if problems := objections_to_start(actor=actor, version=version):
        return cannot_start(request, notice, problems)
    return _question(request, actor, notice)


def _start(request: HttpRequest, actor: Actor, version: CampaignVersion, notice: Notice) -> HttpResponse:
    chosen = {name: request.POST.get(name, "") for name in ("series", "specialty", "title")}
    brought = whole_number(request.POST.get("bring", ""))
    if brought is not None and get_application(actor, brought) is None:
        raise OutOfReachError(f"application {brought}")
    try:
        application = start_application(actor=actor, campaign_version_id=version.pk, **chosen)
    except Refused as refused:
        return cannot_start(request, notice, refused.problems)
    if brought:
        return brought_along(request, application.pk, brought)
    carried = carried_by(request)
    _fill(request, actor, application.pk, carried)
    answer = go(request, next_task(case_or_404(request, application.pk), ""))
    if carried is not None:
        let_go(answer)
    return answer


def _fill(request: HttpRequest, actor: Actor, application_id: int, carried: Carried | None) -> None:
    """Begin the form with what was answered at 我能报什么 and beside 我要申报; the person goes on from there."""
    sections = sections_of(carried.answers) if carried is not None else {}
    first = {"current_title": {"first_title": True}} if request.POST.get("first_title") else {}
    for key, typed in (sections | first).items():
        save_section(actor=actor, application_id=application_id, key=key, typed=typed, base_version=0)
    if sections:
        names = _("、").join(_("“{section}”").format(section=BY_KEY[key].label) for key in sections)
        messages.success(request, _("已把“我能报什么”里填写的内容填入{sections}，请核对补全。").format(sections=names))
    else:
        messages.success(request, _("申请书已经建立。请逐栏填写；填写的内容都会保留，可以随时离开，下次从“我的申请书”接着填。"))


def _question(request: HttpRequest, actor: Actor, notice: Notice) -> HttpResponse:
    """What the address has no good answer to; with all of it, the page of 我要申报."""
    said = {name: request.GET.get(name, "") for name in ("series", "specialty", "title")}
    chosen = chosen_in(notice, said)
    if chosen.series and chosen.specialty and chosen.title:
        return _last_page(request, actor, notice, chosen.series.series.code, chosen.specialty.specialty.code, chosen.title.code)
    carried, asked = carried_by(request), request.GET.get("asked", "")
    looked_at = {name: str(getattr(carried, name, "") or "") for name in said} if carried is not None else {}
    if chosen.series is None:
        questions = [series_question(notice, asked=asked == "series", chosen=looked_at.get("series", ""))]
        closed = _closed(notice)
    else:
        wanted = {name: value or looked_at.get(name, "") for name, value in said.items()}
        questions, closed = questions_in(chosen.series, wanted, asked=asked == "title"), []
    context = {
        "notice": notice,
        "steps": STEPS,
        "series": chosen.series,
        "questions": questions,
        "one_question": len(questions) == 1,
        "closed": closed,
        "problems": [problem for question in questions for problem in question.problems],
        "looked_at": any(q.chosen and q.chosen == looked_at.get(q.name) for q in questions) and not asked,
    }
    return render(request, "applicant/choose.html", context, status=422 if context["problems"] else 200)


def _last_page(request: HttpRequest, actor: Actor, notice: Notice, series: str, specialty: str, title: str) -> HttpResponse:
    try:
        choice = choose(notice, series=series, specialty=specialty, title=title)
    except Refused as refused:
        return cannot_start(request, notice, refused.problems)
    employer = Organization.objects.filter(pk=actor.organization_id).first() if actor.organization_id else None
    nature, carried = employer.nature if employer else "", carried_by(request)
    context = {
        "notice": notice,
        "steps": STEPS,
        "choice": choice,
        "level": title_words(choice.title),
        "employer": employer,
        "clauses": conditions_for(notice, choice.series.code, choice.title),
        "conditions": _told_before(notice, choice, carried.answers if carried is not None else Answers(), nature),
        "answered": carried is not None,
        "first_title": carried is not None and carried.answers.held == NO_TITLE,
        "sources": own_applications(request),
    }
    return render(request, "applicant/confirm_choice.html", context)


def _told_before(notice: Notice, choice: Choice, said: Answers, nature: str) -> ShownConditions:
    """What the rules can say before anything is filled in, by what was answered at 我能报什么 and where the person works."""
    facts = replace(
        said.facts(notice),
        series=choice.series.code,
        specialty=choice.specialty.code,
        title=choice.title.code,
        level=choice.title.level,
        grade=choice.title.grade,
        employer_nature=nature,
    )
    return shown_conditions(notice, conditions(notice, facts))
