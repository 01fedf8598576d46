"""What goes over the wire: which pages are compressed, which the browser has already, and how much a first visit is."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.contrib.staticfiles import finders
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from tests.support import world as w
from tests.web import posts
from tests.web.shared.people import browser, users_by_role
from zhicheng.foundation import clock
from zhicheng.organizations.actors import Role

pytestmark = pytest.mark.django_db
FIRST_VISIT = 100_000  # bytes, without fonts
BEFORE_PAINT = 50_000  # of these what the browser waits for before it shows anything
ASKS = {"Accept-Encoding": "gzip, deflate, br"}


def packed(path: str) -> int:
    """The size of one of the site's own files as WhiteNoise sends it."""
    found = finders.find(path.removeprefix("/static/"))
    assert found, path
    return len(gzip.compress(Path(found).read_bytes(), 9))


@pytest.mark.parametrize("page", ["home", "help", "account_login", "register_unit_notice", "publicity_list"])
def test_first_visit_is_small_and_nothing_waits_for_a_script(world: w.World, page: str) -> None:
    answer = Client().get(reverse(page), headers=ASKS)
    assert answer["Content-Encoding"] == "gzip" and "Accept-Encoding" in answer["Vary"]
    soup = BeautifulSoup(gzip.decompress(answer.content), "html.parser")
    scripts = soup.select("script[src]")
    assert all(script.has_attr("defer") or script.get("type") == "module" for script in scripts)
    assert not soup.select("script:not([src])") and not soup.select("style")
    sheets = [link["href"] for link in soup.select("link[rel=stylesheet]") if link.get("media", "all") == "all"]
    others = [script["src"] for script in scripts] + [link["href"] for link in soup.select("link[rel=icon], link[media=print]")]
    others += [image["src"] for image in soup.select("img[src^='/static/']")]
    first = len(answer.content) + sum(map(packed, sheets))
    assert first <= BEFORE_PAINT, f"{first:,} bytes before anything is shown"
    assert first + sum(map(packed, others)) <= FIRST_VISIT


def test_page_of_somebody_is_compressed_only_where_nobody_else_put_anything_in(world: w.World) -> None:
    county = posts.reg.client_of(world.county_officer)
    desk = reverse("desk_queue")
    for query, is_packed in (
        ("", True),
        ("?show=passed", True),
        ("?show=x", False),
        ("?unit=a", False),
        ("?show=passed&x=1", False),
    ):
        answer = county.get(desk + query, headers=ASKS)
        assert answer.status_code == 200 and (answer.get("Content-Encoding") == "gzip") == is_packed, query
    assert "Content-Encoding" not in county.get(desk)  # whoever does not ask for it
    public = Client().get(reverse("publicity_list") + "?after=x", headers=ASKS)
    assert public["Content-Encoding"] == "gzip"  # nothing on it is anybody's


def test_what_is_shown_once_and_what_answers_a_form_is_never_compressed(world: w.World) -> None:
    application = w.submitted(world)
    unit = posts.reg.client_of(world.unit_admin)
    shown = unit.post(reverse("desk_identity", args=[application.pk]), headers=ASKS)
    assert shown.status_code == 200 and b"desk" in shown.content and "Content-Encoding" not in shown
    look = posts.EXAMPLES["mfa_activate_totp"](world)
    secret = look.client.get(look.path, headers=ASKS)
    assert secret.status_code == 200 and "Content-Encoding" not in secret


def test_length_of_a_page_wavers() -> None:
    """The same page twice: what the library adds in front is of random length."""
    lengths = {len(Client().get(reverse("privacy"), headers=ASKS).content) for _ in range(12)}
    assert len(lengths) > 4


def test_files_are_neither_compressed_again_nor_marked(world: w.World) -> None:
    application = w.start(world)
    w.fill(world.applicant, application)
    material = application.materials.first()
    answer = posts.reg.client_of(world.applicant).get(
        reverse("application_file", args=[application.pk, material.pk]), headers=ASKS
    )
    assert b"".join(answer.streaming_content).startswith(b"%PDF")
    assert answer.status_code == 200 and "Content-Encoding" not in answer and "no-store" in answer["Cache-Control"]


@pytest.mark.parametrize("page", ["home", "help", "privacy"])
def test_public_page_that_has_not_changed_is_not_sent_again(world: w.World, page: str) -> None:
    visitor = Client()
    first = visitor.get(reverse(page), headers=ASKS)
    marked = first["ETag"]
    again = visitor.get(reverse(page), headers=ASKS | {"If-None-Match": marked})
    assert again.status_code == 304 and not again.content
    assert again["ETag"].removeprefix("W/") == marked.removeprefix("W/") and again["Cache-Control"] == "private, no-cache"
    assert "X-Robots-Tag" not in again
    with clock.travel(clock.now() + timedelta(minutes=1)):  # the page tells the server's time
        assert visitor.get(reverse(page), headers={"If-None-Match": marked}).status_code == 200
    visitor.cookies["django_language"] = "en"
    assert visitor.get(reverse(page), headers={"If-None-Match": marked}).status_code == 200
    # Another browser's forms are not good for this one.
    other = Client()
    other.get(reverse("account_login"))
    other.get(reverse(page))
    assert other.get(reverse(page), headers={"If-None-Match": marked}).status_code == 200


def test_page_with_anybodys_name_has_no_mark(world: w.World) -> None:
    users = users_by_role(world)
    assert Role.UNIT in users
    for user in users.values():
        answer = browser(user).get(reverse("home"))
        assert "ETag" not in answer and "no-store" in answer["Cache-Control"]
    for name in ("publicity_list", "account_login", "verify", "register_unit_notice"):
        answer = Client().get(reverse(name))
        assert "ETag" not in answer and "no-store" in answer["Cache-Control"]


@pytest.fixture
def collected(settings: Any, tmp_path: Path) -> Iterator[Client]:
    """A visitor of a site whose files were collected as ``./run`` and the operator's steps do it."""
    settings.STATIC_ROOT, settings.WHITENOISE_USE_FINDERS = tmp_path / "static", False
    manifest = {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"}
    settings.STORAGES = settings.STORAGES | {"staticfiles": manifest}
    call_command("collectstatic", interactive=False, verbosity=0)
    yield Client()


def test_own_files_are_sent_compressed_and_kept_for_ever(collected: Client) -> None:
    soup = BeautifulSoup(collected.get(reverse("help")).content, "html.parser")
    addresses = [link["href"] for link in soup.select("link[rel=stylesheet]")] + [s["src"] for s in soup.select("script[src]")]
    assert len(addresses) > 4
    for address in addresses:
        answer = collected.get(address, headers={"Accept-Encoding": "gzip"})
        sent = b"".join(answer.streaming_content)
        assert answer.status_code == 200 and "immutable" in answer["Cache-Control"] and "Accept-Encoding" in answer["Vary"]
        assert answer["Content-Encoding"] == "gzip" and gzip.decompress(sent) and len(sent) < 40_000
