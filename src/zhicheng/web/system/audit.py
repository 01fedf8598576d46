"""The auditor's pages: is the ledger whole, what stands in it, who was turned away. No application is shown here."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from zhicheng.accounts.queries import ref_of_typed
from zhicheng.applications.queries import id_of_number
from zhicheng.foundation import queries
from zhicheng.foundation.verification import ask_for_verification, verification_waits
from zhicheng.web.shared.http import go, who
from zhicheng.web.shared.paging import page_of
from zhicheng.web.system.ledger_words import events_called
from zhicheng.web.system.ledger_words import in_words as in_words_of_ledger
from zhicheng.web.system.refusals import in_words


@require_safe
def show_audit(request: HttpRequest) -> HttpResponse:
    """审计: how the ledger's last verification ended, and where the rest is found."""
    verification = queries.last_verification()
    context = {"verification": verification, "verified": verification.data if verification else {}}
    context["asked"] = verification_waits()
    return render(request, "system/audit.html", context)


@require_safe
def show_ledger(request: HttpRequest) -> HttpResponse:
    """台账: what was done by whom, newest first; ``what``, ``subject`` and ``actor`` narrow the list.

    Accounts by login name, applications by number, and either as the ledger names them (``user:12``). What an entry holds besides is
    not shown: it can be about a case.
    """
    asked = {name: " ".join(request.GET.get(name, "").split())[:80] for name in ("what", "subject", "actor")}
    problems = []
    actor = ref_of_typed(asked["actor"]) if asked["actor"] else ""
    if asked["actor"] and not actor:
        problems.append(_("没有登录名是“{name}”的账号，请核对。").format(name=asked["actor"]))
    found = queries.ledger_entries(
        what=asked["what"], events=events_called(asked["what"]), subject=_subject(asked["subject"]), actor=actor
    )
    page = page_of(request, found.none() if problems else found, order=("-number",))
    context = {"page": page, "rows": in_words_of_ledger(page), "asked": asked, "problems": problems}
    return render(request, "system/ledger.html", context)


def _subject(typed: str) -> str:
    """What the ledger calls it: a login name or an application's number is looked up, everything else is its own name."""
    if not typed or ":" in typed:
        return typed
    number = id_of_number(typed)
    return f"application:{number}" if number is not None else ref_of_typed(typed) or typed


@require_safe
def show_refusals(request: HttpRequest) -> HttpResponse:
    """Who reached for something that is not theirs, newest first."""
    page = page_of(request, queries.refusals(), order=("-id",))
    return render(request, "system/refusals.html", {"page": page, "rows": in_words(page)})


@require_POST
def verify_ledger(request: HttpRequest) -> HttpResponse:
    """Ask the worker to read the whole ledger."""
    ask_for_verification(actor=who(request))
    messages.success(request, _("已开始核验台账，完成后结果显示在本页。"))
    return go(request, "system_audit")
