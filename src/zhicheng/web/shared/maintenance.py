"""The page while the site is being worked on."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils import translation

from zhicheng.foundation import clock, maintenance
from zhicheng.web.shared.http import is_script
from zhicheng.web.shared.once import typed_again

logger = logging.getLogger(__name__)

GOES_ON = {"/healthz", "/readyz", "/metrics"}


class MaintenanceMiddleware:
    """503 and a few words for everybody, before session and database are asked for anything."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path in GOES_ON or (announced := maintenance.current()) is None:
            return self.get_response(request)
        with translation.override(translation.get_language_from_request(request)):
            name = "maintenance.txt" if is_script(request) else "maintenance.html"
            at = clock.written(announced.until) if announced.until else ""
            words = {"at": at, "until": announced.until, "is_late": announced.is_late, **_typed(request)}
            page: str = render_to_string(name, words)
        kind = "text/plain" if is_script(request) else "text/html"
        headers = {"Retry-After": str(announced.retry_after), "Cache-Control": "no-store"}
        return HttpResponse(page, status=503, headers=headers, content_type=f"{kind}; charset=utf-8")


def _typed(request: HttpRequest) -> dict[str, Any]:
    """What was sent, for the page to send once more when the work is over, with the very tokens it came with: whether they are good is
    asked then."""
    if request.method != "POST" or is_script(request):
        return {"sent": False, "again": None}
    try:
        again = typed_again(request)
        if again is not None:
            again["pairs"][0] = ("csrfmiddlewaretoken", request.POST.get("csrfmiddlewaretoken", ""))
    except Exception as error:  # what came may be what is broken
        logger.warning("what was sent during maintenance could not be read: %s", type(error).__name__)
        again = None
    return {"sent": True, "again": again}
