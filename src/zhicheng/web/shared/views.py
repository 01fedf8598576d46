"""Small addresses every page uses."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from zhicheng.foundation.clock import now
from zhicheng.foundation.errors import Problem
from zhicheng.web.shared import kept
from zhicheng.web.shared.forms import DateField, Form
from zhicheng.web.shared.http import OutOfReachError
from zhicheng.web.shared.kept_words import deed_of, words_of
from zhicheng.web.shared.paging import KeysetPage
from zhicheng.web.shared.status import KINDS


def still_here(request: HttpRequest) -> HttpResponse:
    """Answers 204 to a signed-in page that asks to stay signed in; the request itself moved the time-out on."""
    return HttpResponse(status=204)


@require_safe
def kept_form(request: HttpRequest) -> HttpResponse:
    """After signing in again: what had been typed, to be sent with one button or thrown away. Shown to its owner only."""
    record = kept.read(request)
    if record is None:
        return redirect("home_signed_in")
    if record.owner != request.user.pk:
        return render(request, "shared/kept_of_another.html", status=403)
    context = {"kept": record, "kept_at": datetime.fromisoformat(record.kept_at), "typed": words_of(record)}
    try:
        context["deed"] = deed_of(request, record.path)
        context["out_of_reach"] = kept.was_refused(request)
    except OutOfReachError:
        context["out_of_reach"] = True
    return render(request, "shared/kept.html", context)


@require_POST
def discard_kept_form(request: HttpRequest) -> HttpResponse:
    """Throw away what was kept, by the wish of whoever is signed in."""
    kept.forget(request)
    messages.success(request, _("没有提交的内容已经丢弃。"))
    return redirect("home_signed_in")


@require_POST
def switch_account_for_kept_form(request: HttpRequest) -> HttpResponse:
    """Somebody else signed in on this browser: sign out, which leaves the record for its owner, and ask to sign in again."""
    logout(request)
    return redirect_to_login(reverse("kept_form"))


class SampleForm(Form):
    """One field of every kind, for the living page."""

    name = forms.CharField(label=gettext_lazy("姓名"), max_length=50)
    born = DateField(label=gettext_lazy("出生日期"))
    nature = forms.ChoiceField(
        label=gettext_lazy("单位性质"), choices=[("", "请选择"), ("institution", "事业单位"), ("enterprise", "企业")]
    )
    sex = forms.ChoiceField(label=gettext_lazy("性别"), choices=[("1", "男"), ("2", "女")], widget=forms.RadioSelect)
    text = forms.CharField(
        label=gettext_lazy("备注"), required=False, widget=forms.Textarea, help_text=gettext_lazy("不超过 500 字。")
    )
    agree = forms.BooleanField(label=gettext_lazy("我已阅读并同意注册须知"))


def components(request: HttpRequest) -> HttpResponse:
    """Every component on one page (rehearsal only), so that nobody invents a second one."""
    kinds = [(kind, sorted(states)) for kind, states in KINDS.items()]
    moment = now()
    context: dict[str, Any] = {
        "kinds": kinds,
        "plain_form": SampleForm(),
        "wrong_form": SampleForm({"born": "2023-02-30"}, auto_id="wrong_%s"),
        "sample_problems": [Problem(_("请上传毕业证书。"), where="material:diploma")],
        "tasks": [
            {"label": _("填写基本信息"), "url": "#a", "status": "done"},
            {"label": _("填写学历"), "url": "#b", "status": "in_progress", "hint": _("还缺 1 项")},
            {"label": _("填写继续教育"), "url": "#c", "status": "not_started"},
            {"label": _("修改工作经历"), "url": "#d", "status": "needs_change"},
            {"label": _("核对并上报"), "url": "", "status": "blocked", "hint": _("请先完成以上各项。")},
        ],
        "rows": [
            {"label": _("姓名"), "value": "阿依努尔·买买提", "change_url": "#name"},
            {"label": _("曾用名"), "value": "", "change_url": "#former"},
            {"label": _("工作单位"), "value": "博乐市第一中学", "note": _("单位注册信息已由博乐市人社局核实。")},
        ],
        "entries": [
            {"phase": "done", "title": _("上报"), "when": moment, "who": _("申报人")},
            {"phase": "now", "title": _("待单位审核"), "when": moment, "text": _("您现在不需要做任何事。")},
            {"phase": "next", "title": _("单位公示"), "text": _("不少于 5 个工作日。")},
        ],
        "page": KeysetPage(items=[], after="x", before="y"),
        "step_labels": [_("阅读须知"), _("填写信息"), _("确认邮箱")],
    }
    return render(request, "system/components.html", context)
