"""How a page goes over the wire: compressed where nobody can learn from its length, and not at all where the browser has it.

A length tells something of a page that holds a secret and repeats what somebody else chose (BREACH). What another site can put into a page of ours
is the query string of its address, and nothing else: what is sent without our token is refused, and no request but a visible one carries
the session (``SameSite=Lax``). A page of a browser with a session is therefore compressed when its address has no query, or one that
names a tab of a list; an answer to what was sent never is, nor what is asked for to be seen once (secrets of a second factor, whole
numbers). Beside that stands the library's padding of random length. docs/security/headers.md says it for the operator.
"""

from __future__ import annotations

import gzip
import hashlib
import re
import secrets
import zlib
from collections.abc import Callable
from typing import cast

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware
from django.utils.cache import get_conditional_response, patch_vary_headers

from zhicheng.applications.desks import TABS
from zhicheng.web.access import KEY_IN_ADDRESS
from zhicheng.web.shared.headers import INDEXED
from zhicheng.web.shared.once import FIELD

GetResponse = Callable[[HttpRequest], HttpResponseBase]

# Shown because somebody asked for them, once.
SEEN_ONCE = KEY_IN_ADDRESS | {
    "desk_identity",
    "mfa_activate_totp",
    "mfa_generate_recovery_codes",
    "mfa_replace_totp",
    "mfa_view_recovery_codes",
    "office_person",
}
_SHORT = 200  # bytes: not worth it, as in Django
_EFFORT = 4  # of 9; half the time of 6, for a page that is a fifteenth longer
_TAKES_GZIP = re.compile(r"\bgzip\b")
_TAB_NAMES = frozenset(key for tabs in TABS.values() for key in tabs)
_ONCE = f'name="{FIELD}"'.encode()
_TOKEN = re.compile(rb'(name="csrfmiddlewaretoken" value="|"X-CSRFToken": ")[^"]+')


class WireMiddleware(GZipMiddleware):
    """Stands inside of WhiteNoise, whose files are compressed already, and outside of everything that makes a page."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """The answer as it is sent. Files keep their length: they are compressed in themselves, and asked for in parts."""
        if response.streaming or not response.get("Content-Type", "").startswith("text/html"):
            return response
        page = cast("HttpResponse", response)
        if _is_public(request, page):
            page.headers["ETag"] = _mark_of(request, page)
            page.headers["Cache-Control"] = "private, no-cache"
            found = get_conditional_response(request, etag=page.headers["ETag"], response=page)
            if found is not page:
                return cast("HttpResponse", found)
        return self._packed(request, page) if may_be_compressed(request) else page

    def _packed(self, request: HttpRequest, page: HttpResponse) -> HttpResponse:
        """The page as Django would send it, compressed with less effort."""
        if len(page.content) < _SHORT or page.has_header("Content-Encoding"):
            return page
        patch_vary_headers(page, ("Accept-Encoding",))
        if not _TAKES_GZIP.search(request.headers.get("Accept-Encoding", "")):
            return page
        packed = compressed(page.content, self.max_random_bytes)
        if len(packed) >= len(page.content):
            return page
        page.content = packed
        page.headers["Content-Length"] = str(len(page.content))
        page.headers["Content-Encoding"] = "gzip"
        mark = page.headers.get("ETag", "")
        if mark.startswith('"'):
            page.headers["ETag"] = f"W/{mark}"  # what is sent is the page, not the same bytes (RFC 9110, 8.8.1)
        return page


def compressed(said: bytes, padding: int) -> bytes:
    """``said`` in gzip, with a file name of random length below ``padding`` in its head (as Django's ``compress_string``)."""
    plain = zlib.compress(said, _EFFORT, wbits=zlib.MAX_WBITS | 16)
    head = bytearray(plain[:10])
    head[3] = gzip.FNAME
    return bytes(head) + b"a" * secrets.randbelow(padding) + b"\0" + plain[10:]


def may_be_compressed(request: HttpRequest) -> bool:
    """Whether the length of the page that answers tells nobody anything."""
    match = request.resolver_match
    if request.method != "GET" or (match is not None and match.view_name in SEEN_ONCE):
        return False
    if _is_visitor(request):
        return True  # nothing on it is anybody's
    return all(name == "show" and value in _TAB_NAMES for name, values in request.GET.lists() for value in values)


def _is_visitor(request: HttpRequest) -> bool:
    """Whether nothing on the page can be anybody's: the browser has no session. Known without asking the database, which may be gone."""
    return settings.SESSION_COOKIE_NAME not in request.COOKIES


def _is_public(request: HttpRequest, response: HttpResponse) -> bool:
    """Whether the page is the same for everybody, names nobody, and has no form that is carried out once."""
    match = request.resolver_match
    named = match is not None and match.view_name in INDEXED and _is_visitor(request)
    return named and request.method in {"GET", "HEAD"} and response.status_code == 200 and _ONCE not in response.content


def _mark_of(request: HttpRequest, response: HttpResponse) -> str:
    """Of what the page says, the server's minute among it, and of the secret its forms are good for; the token itself differs each time."""
    said = _TOKEN.sub(b"", response.content)
    secret = request.META.get("CSRF_COOKIE", "")
    return f'"{hashlib.sha256(said + secret.encode()).hexdigest()[:32]}"'
