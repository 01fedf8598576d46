"""A number for every request, and what the log says of its end: a file given out, a visitor who asked too often."""

from __future__ import annotations

import secrets
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from zhicheng.foundation import logs, securitylog

HEADER = "X-Request-ID"
_PAGES = ("text/html", "text/plain", "text/javascript", "text/css", "application/json")

GetResponse = Callable[[HttpRequest], HttpResponse]


class RequestContextMiddleware:
    """Every log line of a request carries its id, and so does the answer. An id that comes from outside is not looked at."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request_id = secrets.token_hex(8)
        logs.enter(request_id=request_id, address=request.META.get("REMOTE_ADDR") or "-")
        response = self.get_response(request)
        response[HEADER] = request_id
        _note_end(request, response)
        return response


def _note_end(request: HttpRequest, response: HttpResponse) -> None:
    match = getattr(request, "resolver_match", None)
    page = match.view_name if match else ""
    if response.status_code == 429:
        securitylog.note(event="request.limited", result="refused", page=page)
    elif match and request.method == "GET" and response.status_code in {200, 206} and _is_file(response):
        # A preview's address has a word "page" of its own: which sheet of the file it shows.
        facts = {"sheet" if name == "page" else name: value for name, value in match.kwargs.items()}
        securitylog.note(event="file.fetched", page=page, **facts)


def _is_file(response: HttpResponse) -> bool:
    kind = response.get("Content-Type", "").partition(";")[0].strip()
    return "Content-Disposition" in response or bool(kind and kind not in _PAGES)
