"""What every template knows."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest


def site(request: HttpRequest) -> dict[str, Any]:
    """The site's name, whether this is a rehearsal, and who is asking."""
    return {"site_name": settings.SITE_NAME, "rehearsal": settings.REHEARSAL, "actor": getattr(request, "actor", None)}
