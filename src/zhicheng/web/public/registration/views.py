"""注册须知, and where a registration ends: the page that says what happens next."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from zhicheng.accounts.rules import AcceptedText
from zhicheng.foundation import clock
from zhicheng.foundation.errors import Problem
from zhicheng.organizations.invitations import LONGEST
from zhicheng.web.public.registration.forms import AcceptForm
from zhicheng.web.public.registration.notices import (
    Audience,
    RegistrationNotice,
    acceptance,
    forget_acceptance,
    registration_notice,
    remember_acceptance,
)
from zhicheng.web.shared.braked import braked
from zhicheng.web.shared.http import go, render_refused
from zhicheng.web.shared.limits import too_many

_DONE = "registration_done"


def read_notice(request: HttpRequest) -> HttpResponse:
    """Step 1 of a unit's registration: the text, the tick, and the time of the tick."""
    notice = registration_notice("unit")
    if notice is None:
        return closed(request, "unit")
    form = AcceptForm(request.POST or None, initial={"shown": notice.sha256})
    context = {"form": form, "notice": notice, "step_names": step_names("unit")}
    if request.method != "POST":
        return render(request, "public/registration/notice.html", context | {"read_first": "first" in request.GET})
    if too_many(request, what="acceptance"):
        return braked(request)
    if not form.is_valid():
        return render_refused(request, "public/registration/notice.html", context)
    if form.cleaned_data["shown"] != notice.sha256:
        context["form"] = AcceptForm(initial={"shown": notice.sha256})
        changed = Problem(changed_words(), code="notice_changed")
        return render_refused(request, "public/registration/notice.html", context, [changed])
    remember_acceptance(request, "unit", notice)
    return go(request, f"{reverse('register_unit')}{invited(request)}")


def closed(request: HttpRequest, audience: Audience) -> HttpResponse:
    """Nobody can register before a notice is published."""
    return render(request, "public/registration/closed.html", {"audience": audience})


def changed_words() -> str:
    """What is said when the text was another one a moment ago, and the tick was meant for that one."""
    return _("注册须知刚刚更新，请重新阅读下面的内容后再勾选。")


def invited(request: HttpRequest) -> str:
    """The invitation that the link of a unit's employee brought (``organizations.invitations``), as the query of the next page."""
    code = request.GET.get("invitation", "")[:LONGEST]
    return f"?{urlencode({'invitation': code})}" if code else ""


def accepted_or_back(request: HttpRequest) -> tuple[RegistrationNotice, AcceptedText] | HttpResponse:
    """The notice and its acceptance; without them the way back to step 1, which says why (S-10: no deep link around it)."""
    notice = registration_notice("unit")
    accepted = acceptance(request, "unit", notice) if notice is not None else None
    if notice is None or accepted is None:
        # Said by the address: a message would leave a session behind for everybody who opens the link, without end.
        return redirect(f"{reverse('register_unit_notice')}?first=1{invited(request).replace('?', '&')}")
    return notice, accepted


def finish(request: HttpRequest, audience: Audience, **facts: Any) -> HttpResponse:
    """To the last page. It is the same whether an account was made or the mailbox's owner was warned (S-36)."""
    forget_acceptance(request, audience)
    request.session[_DONE] = {"audience": audience, "at": clock.now().isoformat(timespec="seconds"), **facts}
    return go(request, "register_done")


def done(request: HttpRequest) -> HttpResponse:
    """What happens next."""
    facts = request.session.get(_DONE)
    if not facts:
        return redirect("home")
    return render(request, "public/registration/done.html", {"facts": facts})


def step_names(audience: Audience) -> list[str]:
    """The steps of a registration, in the words of the notice."""
    if audience == "unit":
        return [_("阅读注册须知"), _("填写信息"), _("确认邮箱"), _("等待审核")]
    return [_("阅读须知，填写信息"), _("确认邮箱")]
