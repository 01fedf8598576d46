"""What every template knows."""

from __future__ import annotations

import math
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from zhicheng.accounts.second_factor import is_required
from zhicheng.accounts.session_store import end_moves
from zhicheng.foundation import language
from zhicheng.foundation.clock import now
from zhicheng.web.shared.display import display_of
from zhicheng.web.shared.ended import why_ended
from zhicheng.web.shared.kept import SESSION_KEY
from zhicheng.web.shared.standing import page_address


def site(request: HttpRequest) -> dict[str, Any]:
    """The names of the site and of who runs it, whether this is a rehearsal, who is asking, and what the server's clock says.

    ``page_address``: where this page, or the one its form stands on, is opened again. ``server_now`` is asked for only by a page that shows it. ``idle_seconds``: how long a sign-in lasts without a request at least, ``idle_minutes``: in round words.
    """
    return {
        "site_name": language.site_name(),
        "office_name": language.office_name(),
        "wordmark": language.wordmark(),
        "site_address": settings.SITE_ADDRESS,
        "display": display_of(request),
        "rehearsal": settings.REHEARSAL,
        "page_address": SimpleLazyObject(lambda: page_address(request)),
        "actor": getattr(request, "actor", None),
        "second_factor_required": SimpleLazyObject(lambda: is_required(getattr(request.user, "kind", "applicant"))),
        "kept_form_waits": SimpleLazyObject(lambda: SESSION_KEY in request.session),
        "sign_in_ended": SimpleLazyObject(lambda: why_ended(request)),
        "longest_hours": settings.SESSION_LONGEST_HOURS,
        "server_now": SimpleLazyObject(now),
        "idle_seconds": settings.SESSION_COOKIE_AGE - math.ceil(end_moves().total_seconds()),
        "idle_minutes": settings.SESSION_COOKIE_AGE // 60,
    }
