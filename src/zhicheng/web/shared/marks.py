"""Icons, and the words with a colour and an icon beside them: what every page has dozens of."""

from __future__ import annotations

from functools import lru_cache

import heroicons
from django.utils.functional import Promise
from django.utils.safestring import SafeString, mark_safe

from zhicheng.web.shared.markup import markup


@lru_cache(maxsize=512)  # the library parses a picture from XML each time it is asked
def drawn_icon(name: str, size: int, style: str) -> SafeString:
    """A decorative heroicon, hidden from screen readers."""
    attrs: dict[str, object] = {"aria-hidden": "true", "focusable": "false", "class": "icon"}
    return mark_safe(heroicons._render_icon(style, name, size, attrs))  # noqa: S308 - icons of a vendored package


def mark(label: str | Promise, tone: str = "neutral", icon: str = "") -> SafeString:
    """Words of a status with its colour (``status.TONES``) and icon."""
    drawn = drawn_icon(str(icon), 16, "micro") if icon else ""
    return markup('<span class="status status-{}">{}<span>{}</span></span>', tone, drawn, label)
