"""消息: what somebody was told, and what the people of their desk were told together."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from zhicheng.messages.actions import mark_read
from zhicheng.messages.queries import messages_of
from zhicheng.messages.reading import Reader, told
from zhicheng.organizations.actors import inboxes_of
from zhicheng.web.shared.addresses import reverse
from zhicheng.web.shared.http import actor_of, go
from zhicheng.web.shared.paging import page_of

DESK, MINE = "desk", "mine"
MOST_DIGITS = 19


@require_safe
def show(request: HttpRequest) -> HttpResponse:
    """The newest first; of somebody at a desk the desk's, and their own beside it."""
    whose, inboxes = _whose(request, request.GET.get("whose", ""))
    rows = messages_of(inboxes[whose]).select_related("read_by")
    page = page_of(request, rows, order=("-at", "-id"), size=20)
    context = {
        "page": page,
        "told": [(row, told(row)) for row in page],
        "whose": whose,
        "has_desk": len(inboxes) > 1,
        "unread": {name: messages_of(reader).filter(read_at__isnull=True).count() for name, reader in inboxes.items()},
    }
    return render(request, "shared/inbox.html", context)


@require_POST
def read(request: HttpRequest) -> HttpResponse:
    """标为已读: one, or all of a list."""
    whose, inboxes = _whose(request, request.POST.get("whose", ""))
    one = request.POST.get("message", "")
    if one and not (one.isascii() and one.isdecimal() and len(one) < MOST_DIGITS):
        raise Http404("no message has such a number")
    count = mark_read(reader=inboxes[whose], by_user_id=actor_of(request).account_id, message_id=int(one) if one else None)
    said = ngettext("{n}条消息已标为已读。", "{n}条消息已标为已读。", count).format(n=count)
    messages.success(request, said if count else _("没有未读的消息。"))
    return go(request, f"{reverse('inbox')}?whose={whose}")


def _whose(request: HttpRequest, asked: str) -> tuple[str, dict[str, Reader]]:
    mine, *desk = inboxes_of(actor_of(request))
    inboxes = {DESK: desk[0], MINE: mine} if desk else {MINE: mine}
    return (asked if asked in inboxes else next(iter(inboxes))), inboxes
