"""Why somebody has to sign in again: said on the sign-in page to which they are led."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse

WHY = "ended"  # in the address of the sign-in page; it grants nothing
GONE, TOO_LONG = "gone", "day"


def to_sign_in(request: HttpRequest, address: str) -> HttpResponse:
    """To the sign-in page, and from there to ``address``; the page says why, where the browser still believed to be signed in."""
    response = redirect_to_login(address)
    if why := _why(request):
        response["Location"] += f"&{WHY}={why}"
    return response


def _why(request: HttpRequest) -> str:
    """``day``: this very request came too long after signing in (``SessionEndMiddleware``). ``gone``: the browser has the key of a session
    that is no more, ended elsewhere or by somebody else."""
    if getattr(request, "sign_in_was_too_long", False):
        return TOO_LONG
    has_key = bool(request.COOKIES.get(settings.SESSION_COOKIE_NAME))
    return GONE if has_key and request.session.session_key is None else ""


def why_ended(request: HttpRequest) -> str:
    """What the sign-in page is to say; ``asked`` for who opened a page that is not for visitors, empty for who came by himself."""
    why = request.GET.get(WHY, "")
    return why if why in {GONE, TOO_LONG} else "asked" if request.GET.get("next") else ""
