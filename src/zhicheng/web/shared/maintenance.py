"""The page while the site is being worked on."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils import translation

from zhicheng.foundation import maintenance
from zhicheng.web.shared.http import is_script

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
            page: str = render_to_string(name, {"until": announced.until, "is_late": announced.is_late})
        kind = "text/plain" if is_script(request) else "text/html"
        headers = {"Retry-After": str(announced.retry_after), "Cache-Control": "no-store"}
        return HttpResponse(page, status=503, headers=headers, content_type=f"{kind}; charset=utf-8")
