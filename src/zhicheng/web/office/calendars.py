"""工作日历: loading the holidays of a year, and what the region changes, from a file; for the bureau and the operator (S-39)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from zhicheng.campaigns.actions import publish_calendar, withdraw_calendar
from zhicheng.campaigns.calendars import CalendarFile
from zhicheng.campaigns.queries import calendars_loaded
from zhicheng.foundation.errors import Refused
from zhicheng.web.shared.forms import Form
from zhicheng.web.shared.http import actor_of, go, render_refused

TEMPLATE = "office/calendars.html"


class CalendarForm(Form):
    """The text of a calendar file: it is read, and what is wrong with it is said line by line beside it."""

    text = forms.CharField(
        label=gettext_lazy("日历文件的内容"),
        widget=forms.Textarea(attrs={"rows": 18, "class": "mono", "spellcheck": "false"}),
        max_length=200_000,
        strip=False,
        help_text=gettext_lazy("把文件的全部内容粘贴在这里。载入以后立即生效，正在进行的公示会重新计算期满日期。"),
    )


def show_calendars(request: HttpRequest) -> HttpResponse:
    """What is loaded, and loading more."""
    form = CalendarForm(request.POST or None)
    if request.method != "POST":
        return render(request, TEMPLATE, _context(form))
    if not form.is_valid():
        return render_refused(request, TEMPLATE, _context(form))
    try:
        version = publish_calendar(text=form.cleaned_data["text"], actor=actor_of(request))
    except Refused as refused:
        in_the_text = Refused([replace(problem, where="text") for problem in refused.problems])
        return render_refused(request, TEMPLATE, _context(form), in_the_text)
    messages.success(
        request, _("已载入“{name}”第 {n} 版，正在进行的公示会重新计算。").format(name=version.name, n=version.number)
    )
    return go(request, "office_calendars")


@require_POST
def withdraw(request: HttpRequest) -> HttpResponse:
    """撤下 a layer."""
    try:
        version = withdraw_calendar(name=request.POST.get("name", ""), actor=actor_of(request))
    except Refused as refused:
        return render_refused(request, TEMPLATE, _context(CalendarForm()), refused)
    messages.success(request, _("“{name}”已撤下，正在进行的公示会重新计算。").format(name=version.name))
    return go(request, "office_calendars")


def _context(form: CalendarForm) -> dict[str, Any]:
    layers = [{"version": v, "file": CalendarFile.model_validate(v.content)} for v in calendars_loaded()]
    return {"form": form, "layers": layers}
