"""显示方式: light or dark, and the size of the letters, as this browser likes them. A cookie keeps the choice and names nobody.

Without a choice a page follows the system: its dark form by the browser's own word, its size by the browser's (every measure is in ``rem``).
"""

from __future__ import annotations

from dataclasses import dataclass

from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from zhicheng.web.shared.forms import Form
from zhicheng.web.shared.http import go

SCHEMES = (("auto", _("跟随系统")), ("light", _("浅色")), ("dark", _("深色")))
SIZES = (("normal", _("标准")), ("large", _("大字")))
A_YEAR = 365 * 24 * 60 * 60


@dataclass(frozen=True, slots=True)
class Display:
    """How pages are shown to a browser; anything else than the words of the two tables is the first of each."""

    scheme: str = "auto"
    size: str = "normal"

    @property
    def dark_media(self) -> str:
        """The media for which the dark form holds; empty: for none. Never on paper."""
        return {"light": "", "dark": "screen"}.get(self.scheme, "screen and (prefers-color-scheme: dark)")

    @property
    def is_large(self) -> bool:
        return self.size == "large"


def cookie_name() -> str:
    """``__Host-display`` where the site is reached over TLS."""
    return "__Host-display" if settings.HTTPS else "display"


def display_of(request: HttpRequest) -> Display:
    """What this browser has chosen."""
    scheme, _dot, size = request.COOKIES.get(cookie_name(), "").partition(".")
    return Display(
        scheme if scheme in dict(SCHEMES) else SCHEMES[0][0],
        size if size in dict(SIZES) else SIZES[0][0],
    )


class DisplayForm(Form):
    """The two choices."""

    scheme = forms.ChoiceField(label=_("颜色"), choices=SCHEMES, widget=forms.RadioSelect)
    size = forms.ChoiceField(label=_("字号"), choices=SIZES, widget=forms.RadioSelect)


def choose(request: HttpRequest) -> HttpResponse:
    """The page with both choices; what is sent holds from the next page on, which is this one again."""
    chosen = display_of(request)
    form = DisplayForm(request.POST if request.method == "POST" else None, initial={"scheme": chosen.scheme, "size": chosen.size})
    if request.method != "POST" or not form.is_valid():
        return render(request, "shared/display.html", {"form": form}, status=422 if form.is_bound else 200)
    response = go(request, "display")
    response.set_cookie(
        cookie_name(),
        f"{form.cleaned_data['scheme']}.{form.cleaned_data['size']}",
        max_age=A_YEAR,
        secure=settings.HTTPS,
        httponly=True,
        samesite="Lax",
    )
    return response
