"""Where a person stands: the page that can be opened, also when the browser shows the address of a button."""

from __future__ import annotations

from django.http import HttpRequest
from django.urls import NoReverseMatch, Resolver404, ResolverMatch, resolve, reverse

from zhicheng.web.sent_only import SENT_ONLY


def page_behind(address: str) -> str:
    """``address``, a path of ours, when it can be opened; else the path of the page whose button sends to it."""
    try:
        match = resolve(address.partition("?")[0])
    except Resolver404:
        return address
    return address if match.view_name not in SENT_ONLY else page_with(SENT_ONLY[match.view_name], match)


def page_address(request: HttpRequest) -> str:
    """What the browser may be sent to so that this page, or the one its form stands on, is opened again."""
    match = request.resolver_match
    if match is None or match.view_name not in SENT_ONLY:
        return request.get_full_path()
    return page_with(SENT_ONLY[match.view_name], match)


def page_with(page: str, match: ResolverMatch) -> str:
    """The address of the page of this name, which takes the first of the arguments of ``match``; the start page when it takes others."""
    given = list(match.kwargs.values())
    for taken in range(len(given), -1, -1):
        try:
            return reverse(page, args=given[:taken])
        except NoReverseMatch:
            continue
    return reverse("home")
