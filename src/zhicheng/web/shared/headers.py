"""What every answer tells the browser about itself, also a file of the site's own: docs/security/headers.md says why.

Stands outside of WhiteNoise, so that nothing is answered without it. What a view has said of its own answer stays.
"""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

GetResponse = Callable[[HttpRequest], HttpResponse]

# Nothing of the site uses a device of the person's. Left out of the list is what its own pages may use: copying, full screen, keys.
OFF = (
    *("accelerometer", "autoplay", "camera", "display-capture", "encrypted-media", "geolocation", "gyroscope", "magnetometer"),
    *("microphone", "midi", "payment", "usb", "serial", "hid", "screen-wake-lock", "xr-spatial-tracking"),
)
PERMISSIONS = ", ".join(f"{name}=()" for name in OFF)
# What a search engine may keep: the pages that are the same for everybody and name nobody.
INDEXED = {"home", "help", "privacy", "notice", "register_unit_notice", "register_person"}
# After these the browser keeps nothing of what was seen. Cookies stay: the language, and the mark of a known device.
SIGNED_OUT = {"account_logout", "kept_form_switch"}


class HeadersMiddleware:
    """Fills in what the answer does not say itself."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        headers = response.headers
        headers.setdefault("Permissions-Policy", PERMISSIONS)
        headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        headers.setdefault("X-Permitted-Cross-Domain-Policies", "none")
        if request.path.startswith(f"/{settings.STATIC_URL.lstrip('/')}") and response.status_code in {200, 206, 304}:
            return response  # WhiteNoise says how long: for ever where the name carries the hash of its content
        match = request.resolver_match
        name = match.view_name if match is not None else ""
        asked_again = (
            name in INDEXED and "ETag" in headers
        )  # the page of a visitor, which the browser asks for by its mark (wire.py)
        if "no-store" not in headers.get("Cache-Control", "") and not asked_again:
            headers["Cache-Control"] = "no-store"
        if name not in INDEXED or response.status_code not in {200, 304}:
            headers.setdefault("X-Robots-Tag", "noindex, noarchive")
        if name in SIGNED_OUT and request.method == "POST" and response.status_code < 400:
            headers["Clear-Site-Data"] = '"cache", "storage"'
        return response
