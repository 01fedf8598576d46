"""The page for who tried too often within an hour (``web/shared/limits.py``) or a minute (the library's brakes): what to do is to wait,
and nothing typed is lost."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from zhicheng.web.shared.http import is_script
from zhicheng.web.shared.kept import end_visit, is_secret
from zhicheng.web.shared.kept_words import words_of
from zhicheng.web.shared.limits import HOUR
from zhicheng.web.shared.once import record_of

MINUTE = 60


def braked(request: HttpRequest, *, account: bool = False, seconds: int = HOUR) -> HttpResponse:
    """429, in words, with the form to be sent again later from this very page. ``account``: it is what this account did, whatever
    network it comes from. ``seconds``: how long the brake holds.

    A visitor's session (the notice that was read) lasts until the brake is over; one that does not exist is not begun.
    """
    context: dict[str, Any] = {"an_hour": seconds == HOUR, "of_account": account, "sent": request.method == "POST"}
    if request.method == "POST" and request.POST:
        record = record_of(request)
        if record.body:  # a button alone is pressed again where it stands
            secret = [name for name in request.POST if is_secret(name)]
            context |= {"kept": record, "typed": words_of(record), "secret": secret}
        if not request.user.is_authenticated and not request.session.is_empty():
            end_visit(request)
    response = render(request, "429.html", context, status=429)
    response["Retry-After"] = str(seconds)
    return response


def braked_lookup(request: HttpRequest) -> HttpResponse:
    """429 for who looked up too much. The script that asks while one types gets a sentence for the box on the page, where nothing is
    changed: what was typed, found and chosen stays, and can be sent. Without a script it is the page for everybody else.
    """
    if not is_script(request):
        return braked(request)
    words = _(
        "一小时内从您所在的网络查找的次数太多，暂时查不了。您填写和选中的内容都在，可以照常提交；需要再查找的，请一小时后再试，或者换一个网络。"
    )
    return HttpResponse(words, status=429, content_type="text/plain; charset=utf-8", headers={"Retry-After": str(HOUR)})
