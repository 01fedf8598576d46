"""Light, dark and large: what a browser has chosen, and that every form can be read (WCAG 2.2, 1.4.3 and 1.4.11)."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from django.urls import reverse

from tests.web.shared.people import browser

STATIC = Path(__file__).resolve().parents[3] / "src" / "zhicheng" / "web" / "static" / "zhicheng"


def dark_media(page: BeautifulSoup) -> str:
    link = page.find("link", href=re.compile(r"dark.*\.css"))
    return str(link["media"]) if link else ""


def opened(client, address: str = "/help/") -> BeautifulSoup:
    return BeautifulSoup(client.get(address).content, "html.parser")


@pytest.mark.django_db
def test_page_follows_the_system_until_something_is_chosen():
    page = opened(browser())
    assert dark_media(page) == "screen and (prefers-color-scheme: dark)"
    assert "class" not in page.html.attrs
    assert page.select_one(f'.site-footer a[href="{reverse("display")}"]')


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("scheme", "media"), [("dark", "screen"), ("light", ""), ("auto", "screen and (prefers-color-scheme: dark)")]
)
def test_choice_holds_for_every_page_of_this_browser(scheme, media):
    client = browser()
    answer = client.post(reverse("display"), {"scheme": scheme, "size": "large"})
    assert (answer.status_code, answer["Location"]) == (303, reverse("display"))
    assert answer.cookies["display"]["httponly"] and answer.cookies["display"]["samesite"] == "Lax"
    page = opened(client)
    assert dark_media(page) == media
    assert page.html["class"] == ["large"]
    chosen = [box["value"] for box in opened(client, reverse("display")).select("input[checked]")]
    assert chosen == [scheme, "large"]


@pytest.mark.django_db
def test_cookie_is_a_host_cookie_over_https(settings):
    settings.HTTPS = True
    answer = browser().post(reverse("display"), {"scheme": "dark", "size": "normal"}, secure=True)
    assert answer.cookies["__Host-display"]["secure"]


@pytest.mark.django_db
def test_cookie_nobody_wrote_is_as_none():
    client = browser()
    client.cookies["display"] = "purple.huge"
    page = opened(client)
    assert dark_media(page) == "screen and (prefers-color-scheme: dark)" and "class" not in page.html.attrs


@pytest.mark.django_db
def test_choice_that_is_none_comes_back_with_what_is_missing():
    answer = browser().post(reverse("display"), {"scheme": "purple"})
    assert answer.status_code == 422
    assert BeautifulSoup(answer.content, "html.parser").select(".error-summary li")


# --- contrast -----------------------------------------------------------------------------------------------------


def tokens(name: str) -> dict[str, str]:
    """The colours of a file's tokens; of ``dark`` with those it leaves as they are."""
    found = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{3,6});", (STATIC / f"{name}.css").read_text(encoding="utf-8")))
    return found if name == "zhicheng" else tokens("zhicheng") | found


def luminance(colour: str) -> float:
    """WCAG 2.2, relative luminance."""
    digits = colour[1:] if len(colour) == 7 else "".join(2 * digit for digit in colour[1:])
    parts = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


GROUNDS = ("ground", "paper", "band", "hover", "wash", "foot", "brand-wash", "warn-wash", "good-wash", "bad-wash", "neutral-wash")
TEXTS = {
    "ink": GROUNDS,
    "ink-soft": GROUNDS,
    "brand": ("ground", "paper", "band", "hover", "wash", "foot", "brand-wash", "warn-wash"),
    "brand-dark": ("ground", "paper", "brand-wash"),
    "good": ("ground", "paper"),
    "warn": ("ground", "paper"),
    "bad": ("ground", "paper"),
    "good-ink": ("good-wash",),
    "warn-ink": ("warn-wash",),
    "bad-ink": ("bad-wash",),
    "neutral-ink": ("neutral-wash",),
    "on-brand": ("brand", "brand-dark", "bad", "bad-dark"),
}
EDGES = {"line-strong": ("paper", "ground"), "brand": ("paper",), "bad": ("paper",), "ticked": ("paper", "ground")}


@pytest.mark.parametrize("form", ["zhicheng", "dark"])
def test_every_text_can_be_read_and_every_control_be_seen(form):
    colours = tokens(form)
    pairs = [(text, ground, 4.5) for text, grounds in TEXTS.items() for ground in grounds]
    pairs += [(edge, ground, 3.0) for edge, grounds in EDGES.items() for ground in grounds]
    weak = [
        f"{one} on {other}: {contrast(colours[one], colours[other]):.2f}"
        for one, other, least in pairs
        if contrast(colours[one], colours[other]) < least
    ]
    assert weak == []
    assert contrast("#ffffff", colours["ticked"]) >= 3  # the tick itself is white in both


def test_dark_form_changes_every_colour_of_the_light_one():
    """A token that was forgotten would stand light in the dark; what stays is said."""
    assert tokens("zhicheng").keys() - dict(re.findall(r"--([a-z-]+): (#)", (STATIC / "dark.css").read_text("utf-8"))).keys() == {
        "focus"
    }
