"""When something does not work: a page in plain words, an id that is also in the log, never a trace."""

from __future__ import annotations

import logging
import sys
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.contrib.sessions.exceptions import SessionInterrupted
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhicheng.accounts.models import AT_WORK, SYSTEM_KINDS, AccountKind
from zhicheng.foundation import securitylog
from zhicheng.foundation.actions import record_refusal
from zhicheng.foundation.ids import new_error_id
from zhicheng.foundation.logs import describe_error
from zhicheng.foundation.sending import Outcome
from zhicheng.organizations.actors import Role
from zhicheng.organizations.models import OrganizationKind
from zhicheng.web.access import ACCESS
from zhicheng.web.shared.braked import MINUTE, braked
from zhicheng.web.shared.http import (
    OutOfReachError,
    back_path,
    came_from_us,
    is_script,
    network_of_visitor,
    page_name,
    safe_path,
    who,
)
from zhicheng.web.shared.kept import keep
from zhicheng.web.shared.kept_words import deed_of, words_of
from zhicheng.web.shared.once import record_of, typed_again
from zhicheng.web.shared.outages import Outage, outage_of
from zhicheng.web.shared.owner import read_owner
from zhicheng.web.shared.truth import outcome_of, place_to_look, sending_of

logger = logging.getLogger(__name__)

_ACCOUNTS = {
    Role.APPLICANT: AccountKind.APPLICANT.label,
    Role.UNIT: AccountKind.UNIT.label,
    **{
        Role(kind.value): format_lazy(gettext_lazy("{office}的工作人员账号"), office=kind.label)
        for kind in OrganizationKind
        if kind is not OrganizationKind.UNIT
    },
    **{Role(kind.value): kind.label for kind in SYSTEM_KINDS},
}


def refused_page(request: HttpRequest, *, reason: str) -> HttpResponse:
    """403: signed in, but this is not for them. Recorded; the page carries the record's id."""
    error_id = _recorded(request, reason)
    return render(request, "403.html", {"error_id": error_id, "whose": _whose(request)}, status=403)


def _whose(request: HttpRequest) -> str:
    """Whose page it is: the kinds of account that open it, for who has the wrong one, or has to ring somebody at night. Who runs the
    system is told to those at work alone: an applicant has nothing to do there."""
    roles = ACCESS.get(page_name(request), frozenset())
    if getattr(request.user, "kind", "") not in AT_WORK:
        roles = roles - {Role(kind.value) for kind in SYSTEM_KINDS}
    return _("、").join(str(words) for role, words in _ACCOUNTS.items() if role in roles)


def _recorded(request: HttpRequest, reason: str) -> str:
    actor = who(request)
    network = network_of_visitor(request) if actor == "anonymous" else ""
    return record_refusal(path=safe_path(request), actor=actor, reason=reason, page=page_name(request), network=network)


def handler403(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return refused_page(request, reason=str(exception or "permission denied"))


def handler404(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """No such page, or not theirs: the same words for both, so that nobody learns which."""
    error_id = ""
    if isinstance(exception, OutOfReachError):
        error_id = _recorded(request, str(exception))
    return render(request, "404.html", {"error_id": error_id}, status=404)


def only_sent(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """405 in words for a person who opened the address of a button: after an answer in its place, reloading does that."""
    if is_script(request) or request.method not in {"GET", "HEAD"}:
        return response
    page = render(request, "405.html", status=405)
    page["Allow"] = response.get("Allow", "POST")
    return page


def handler400(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """What came cannot be used, or its session ended while it was worked on: then the work itself may be done."""
    error_id = new_error_id()
    outcome = outcome_of(request, exception)
    why = describe_error(exception) if exception else "no reason"
    logger.warning("bad request [%s] %s %s (%s): %s", error_id, request.method, page_name(request), outcome.value, why)
    if is_script(request):
        return _sentence(outcome, error_id, status=400)
    context = {"error_id": error_id, "signed_out": isinstance(exception, SessionInterrupted), **_in_words(request, outcome)}
    context["said"] = []  # the page's frame says it
    return render(request, "400.html", context, status=400)


def handler429(request: HttpRequest) -> HttpResponse:
    """Too many tries within a minute (recovery, password, mailbox), by the network of a visitor or by the account."""
    return braked(request, seconds=MINUTE)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403: the form's token does not fit, usually because of a sign-in in another tab. Nothing was carried out.

    What was typed can be sent on with one press by the account that had opened the form, and by no other: the name of the account is
    signed into the form, so that nobody can make such a page for somebody else. Where another one has signed in, or nobody, it is kept
    for its owner (``kept.py``), and only what cannot be kept is shown to whoever pressed the button.
    """
    securitylog.note(event="request.forged", result="refused", page=page_name(request))
    owner = read_owner(request.POST.get("_owner", ""))
    user = request.user.pk if request.user.is_authenticated else None
    standing = "" if owner is None or owner == user else "nobody" if user is None else "other"
    if is_script(request):
        return HttpResponse(_words_for_script(standing), status=403, content_type="text/plain; charset=utf-8")
    ours = owner is not None and came_from_us(request)
    if ours and standing and keep(request):
        return redirect("kept_form") if user else redirect_to_login(reverse("kept_form"))
    again, deed = typed_again(request) if ours and owner == user else None, []
    try:
        deed = deed_of(request, request.path) if ours and owner == user else []
    except OutOfReachError:
        again = None
    context = {
        "typed": words_of(record_of(request)) if owner is not None else [],
        "again": again,
        "deed": deed,
        "files": bool(request.FILES),
        "standing": standing,
        "back": back if (back := back_path(request)) != reverse("home") else "",
    }
    return render(request, "403_csrf.html", context, status=403)


def _words_for_script(standing: str) -> str:
    """What the page that asked by itself is to say: the plain form is answered as said here."""
    if standing == "other":
        return _(
            "浏览器里现在登录的是另一个账号，所以没有办理，填写的内容还在页面上。请点页面上的按钮提交一次：内容会为原来的账号保留，"
            "换回那个账号登录后可以接着提交。"
        )
    if standing == "nobody":
        return _("现在没有登录，所以没有办理，填写的内容还在页面上。请点页面上的按钮提交一次，登录后可以接着提交。")
    return _("浏览器里的登录换过，这一步没有办理，填写的内容还在页面上。请点页面上的按钮提交一次，核对后可以接着办理。")


def handler500(request: HttpRequest) -> HttpResponse:
    """Our mistake. The page touches neither database nor session: either may be what is broken."""
    error_id = new_error_id()
    outcome = outcome_of(request, sys.exc_info()[1])
    outage = outage_of(sys.exc_info()[1])
    logger.error("error [%s] %s %s (%s)", error_id, request.method, page_name(request), outcome.value, exc_info=sys.exc_info())
    status, headers = (outage.status, {"Retry-After": str(outage.retry_after)}) if outage else (500, {})
    if is_script(request):
        return _sentence(outcome, error_id, status=status, outage=outage, headers=headers)
    try:
        words = {"error_id": error_id, "outage": outage, **_in_words(request, outcome), **_again(request)}
        page: str = render_to_string("500.html", words)
    except Exception:  # the words must reach the person even when a template or a static file is what is broken
        logger.exception("error [%s]: the page for it could not be made", error_id)
        page = f"<!DOCTYPE html><html lang='zh-CN'><meta charset='utf-8'><title>500</title><p>{error_id}</p></html>"
    return HttpResponse(page, status=status, headers=headers)


def _in_words(request: HttpRequest, outcome: Outcome) -> dict[str, Any]:
    """What the page for a mishap says of the work itself, and where it can be seen."""
    if outcome is Outcome.NOT_DONE:
        return {"outcome": outcome.value, "look": "", "said": []}
    try:
        look = place_to_look(request)
    except Exception:  # whatever is broken, the words must reach the person
        logger.exception("no place to look at after %s", page_name(request))
        look = "/"
    sending = sending_of(request)
    return {"outcome": outcome.value, "look": look, "said": sending.said if sending is not None else []}


def _again(request: HttpRequest) -> dict[str, Any]:
    """What was typed, for the page to send once more with the same token: the browser's way back may have lost it (``no-store``)."""
    if request.method != "POST":
        return {"sent": False, "again": None}
    try:
        return {"sent": True, "again": typed_again(request)}
    except Exception:  # what came may be what is broken
        return {"sent": True, "again": None}


def _sentence(
    outcome: Outcome, error_id: str, *, status: int, outage: Outage | None = None, headers: dict[str, str] | None = None
) -> HttpResponse:
    """The same for a script, which shows it where the person is (``zhicheng.js``)."""
    words = {
        Outcome.NOT_DONE: _("服务器出了问题，刚才的操作没有完成。错误编号：%(id)s"),
        Outcome.DONE: _("刚才的操作已经办成，只是结果没能显示出来。请刷新页面查看，不要再办一次。错误编号：%(id)s"),
        Outcome.UNSURE: _("不能确定刚才的操作是否已经办成。请先刷新页面查看，没有办成的再办一次。错误编号：%(id)s"),
    }[outcome]
    if outage and outcome is Outcome.NOT_DONE:
        words = f"{outage.title}。{outage.advice} " + _("错误编号：%(id)s")
    return HttpResponse(words % {"id": error_id}, status=status, headers=headers, content_type="text/plain; charset=utf-8")
