"""带入另一份申请书的内容: what was filled in and uploaded before goes into this application; what does not fit is listed."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from zhicheng.applications.actions import carry_application
from zhicheng.applications.carrying import came_along, moving
from zhicheng.applications.casefile import CaseFile
from zhicheng.applications.queries import VERSION_TEXTS, get_application, visible_to
from zhicheng.foundation.errors import Problem, Refused
from zhicheng.web.applicant.base import actor_of, case_or_404, chosen_words, head_of
from zhicheng.web.applicant.tasks import next_task
from zhicheng.web.shared.addresses import reverse
from zhicheng.web.shared.http import OutOfReachError, go, whole_number

TEMPLATE = "applicant/bring.html"
SHOWN = 10


def own_applications(request: HttpRequest, *, but: int = 0) -> list[dict[str, Any]]:
    """The person's own applications, the newest first, as a list to choose from; the one of the page (``but``) left out. One query."""
    rows = visible_to(actor_of(request)).exclude(pk=but).select_related("campaign", "campaign_version").defer(*VERSION_TEXTS)
    return [
        {"pk": row.pk, "number": row.number, "year": row.year, "words": chosen_words(CaseFile(row))}
        for row in rows.order_by("-created_at", "-id")[:SHOWN]
    ]


def bring(request: HttpRequest, application_id: int) -> HttpResponse:
    """Choose another application, take over what fits (POST), read what did not (``?from=``)."""
    case = case_or_404(request, application_id)
    if request.method == "POST":
        source = whole_number(request.POST.get("bring", ""))
        if source is None:
            return _page(request, case, problems=[Problem(_("请先选择一份申请书。"), where="bring")])
        try:
            return brought_along(request, application_id, source)
        except Refused as refused:
            return _page(request, case, problems=refused.problems)
    return _page(request, case)


def brought_along(request: HttpRequest, application_id: int, source: int) -> HttpResponse:
    """Take over what fits; on to the list of what did not, or straight to what is left to do. Raises ``Refused`` (``not_open``)."""
    try:
        carried = carry_application(actor=actor_of(request), application_id=application_id, from_id=source)
    except Refused as refused:
        if refused.has("not_found"):
            raise OutOfReachError(f"application {source}") from None
        raise
    if carried.sections or carried.files:
        words = ngettext(
            "已带入{n}个栏目、{files}个材料，请逐项核对。", "已带入{n}个栏目、{files}个材料，请逐项核对。", carried.sections
        ).format(n=carried.sections, files=carried.files)
        messages.success(request, words)
    else:
        messages.info(request, _("没有可以带入的内容：这份申请书里已经填写的保持不变。"))
    if carried.left:
        return go(request, reverse("application_bring", args=[application_id]) + f"?from={source}")
    return go(request, next_task(case_or_404(request, application_id), ""))


def _page(request: HttpRequest, case: CaseFile, *, problems: list[Problem] | None = None) -> HttpResponse:
    source = whole_number(request.GET.get("from", ""))
    context = {
        **head_of(case),
        "sources": own_applications(request, but=case.application.pk),
        "left": None,
        "problems": problems or [],
    }
    if source is not None:
        context |= _from(request, case, source)
    return render(request, TEMPLATE, context, status=422 if problems else 200)


def _from(request: HttpRequest, case: CaseFile, source: int) -> dict[str, Any]:
    """What stands here of the other application, what does not and why, and where to go on."""
    other = get_application(actor_of(request), source)
    if other is None or other.pk == case.application.pk:
        raise OutOfReachError(f"application {source}")
    there = CaseFile(other)
    return {"along": came_along(there, case), "left": moving(there, case).left, "next_url": next_task(case, "")}
