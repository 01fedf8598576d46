"""我的资料库: what a person keeps all year outside of any application, by kind; taken over from an application, and thrown away."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from zhicheng.applications.actions import keep_in_library
from zhicheng.foundation.errors import Refused
from zhicheng.library.actions import Kept, empty_library, keep_on
from zhicheng.library.queries import items_of, items_with_files, library_of
from zhicheng.library.rules import goes_at
from zhicheng.web.applicant.base import actor_of
from zhicheng.web.applicant.bringing import own_applications
from zhicheng.web.applicant.library.shown import kinds_shown
from zhicheng.web.shared.http import OutOfReachError, go, whole_number


@require_safe
def show(request: HttpRequest) -> HttpResponse:
    """Everything that is kept, by kind. The same queries for one item and for a hundred."""
    return render(request, "applicant/library/library.html", _context(request))


def _context(request: HttpRequest) -> dict[str, Any]:
    actor, years = actor_of(request), settings.LIBRARY_KEPT_YEARS
    library = library_of(actor)
    return {
        "kinds": kinds_shown(items_with_files(actor)),
        "sources": own_applications(request),
        "years": years,
        "goes_at": goes_at(library.used_at, library.told_at, years=years) if library is not None and library.told_at else None,
    }


@require_POST
def take_over(request: HttpRequest) -> HttpResponse:
    """Keep what one of the person's applications holds, with one press."""
    number = whole_number(request.POST.get("application", ""))
    if number is None:
        messages.warning(request, _("请先选择一份申请书。"))
        return go(request, "library")
    try:
        kept = keep_in_library(actor=actor_of(request), application_id=number)
    except Refused as refused:
        if refused.has("not_found"):
            raise OutOfReachError(f"application {number}") from None
        return render(request, "applicant/library/library.html", _context(request) | {"problems": refused.problems}, status=422)
    say_kept(request, kept)
    return go(request, "library")


def say_kept(request: HttpRequest, kept: Kept) -> None:
    """What became of what was to be kept, on the page that follows."""
    if kept.new or kept.changed:
        messages.success(
            request,
            _("已存入资料库：新增 {new} 项，更新 {changed} 项，另有 {same} 项原来就有。").format(
                new=kept.new, changed=kept.changed, same=kept.same
            ),
        )
    elif kept.same:
        messages.info(request, _("这些内容资料库里都有了，没有变化。"))
    if kept.no_room:
        words = ngettext("有 {n} 项没有存入：同一类的内容太多。", "有 {n} 项没有存入：同一类的内容太多。", kept.no_room).format(
            n=kept.no_room
        )
        messages.warning(request, words)


@require_POST
def go_on_keeping(request: HttpRequest) -> HttpResponse:
    """继续保留: the person was told that it goes because nobody uses it, and wants to keep it."""
    keep_on(actor=actor_of(request))
    messages.success(request, _("资料库继续保留。"))
    return go(request, "library")


def empty(request: HttpRequest) -> HttpResponse:
    """全部删除, after a page that asks."""
    actor = actor_of(request)
    if request.method != "POST":
        return render(request, "applicant/library/empty.html", {"count": items_of(actor).count()})
    removed = empty_library(actor=actor)
    messages.success(request, _("资料库已清空，共删除 {n} 项。申请书里的内容没有变化。").format(n=removed))
    return go(request, "library")
