"""Start-up checks."""

from __future__ import annotations

from typing import Any

from django.core.checks import CheckMessage, Error, register


@register()
def every_guard_is_there(**kwargs: Any) -> list[CheckMessage]:
    """A lifecycle whose rules are not all loaded must not run."""
    from zhicheng.applications.lifecycle import missing_guards  # models must be loaded first

    return [
        Error(f"The lifecycle table names the guard {name!r}, which no room has registered.", id="applications.E001")
        for name in sorted(missing_guards())
    ]
