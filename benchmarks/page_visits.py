"""The other end of ``pages.py``: one checkout's pages in one process, opened when asked.

    .venv/bin/python benchmarks/page_visits.py CHECKOUT [DATABASE]

Run by the Python of the checkout that is measured, with this one's copy of the script, so that two checkouts are asked the same. Makes a town
(the tests' own, ``tests/web/pages.py``) on a database in memory, a copy of DATABASE with what is missing there, and reads orders, one JSON
value a line: ``pages``, ``visit``, ``read`` and ``grow``. A page is opened through the whole of what a web process runs for it (``WSGIHandler``: middleware, view, templates), without
a socket, as the role it opens for.
"""
# ruff: noqa: E402 - Django is set up before the project is imported

from __future__ import annotations

import gc
import gzip
import json
import logging
import os
import re
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

CHECKOUT = Path(sys.argv[1]).resolve()
sys.path[:0] = [str(CHECKOUT)]
os.chdir(CHECKOUT)
for _name in [name for name in os.environ if name.startswith(("ZHICHENG_", "DJANGO_"))]:
    del os.environ[_name]
folder = tempfile.TemporaryDirectory(prefix="zhicheng-benchmark-")  # removed at the end
os.environ |= {
    "ZHICHENG_MODE": "test",
    "ZHICHENG_ENV_FILE": os.devnull,
    "ZHICHENG_LOG_LEVEL": "CRITICAL",
    "ZHICHENG_DATA_DIR": folder.name,
    "DJANGO_SETTINGS_MODULE": "zhicheng.settings",
    "ZHICHENG_IDLE_SECONDS": "43200",  # on a busy machine the whole takes longer than a sign-in lasts
}
Path(folder.name, "static").mkdir()

import django

django.setup()

from bare_pages import BARE, install
from bs4 import BeautifulSoup
from django.core.cache import cache
from django.core.handlers.wsgi import WSGIHandler
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.organizations import examples as ex
from tests.support import world as w
from tests.web import posts
from tests.web.pages import PAGES, Look, Town, make_town, page_of_form
from zhicheng.foundation import clock, outbox
from zhicheng.foundation.actions import record_refusal
from zhicheng.foundation.models import OutboxMessage, OutboxState
from zhicheng.integrity.actions import record_fraud
from zhicheng.web.access import ACCESS, NOBODY
from zhicheng.web.sent_only import SENT_ONLY

HANDLER = WSGIHandler()
# List → the tabs of each role that are measured besides the first.
SECTIONS = ("basic", "education", "appointment", "continuing_education", "achievements")
TABS = {"desk_queue": {"unit": ("publicity", "returned"), "county": ("passed", "returned"), "prefecture": ("returned",)}}
# What differs each time a page is made: tokens, and what a random number went into.
_TOKENS = {"csrfmiddlewaretoken", "_once", "_owner", "shown"}


@dataclass(frozen=True)
class Page:
    """One page as one role opens it. ``look`` is missing where it needs what its example of ``posts.py`` makes, which is undone
    afterwards."""

    name: str
    look: Look | None = None

    @contextmanager
    def there(self, world: w.World) -> Iterator[Look]:
        """With what the page needs."""
        if self.look is not None:
            yield self.look
            return
        with transaction.atomic():
            cache.clear()
            yield page_of_form(posts.EXAMPLES[self.name](world))
            transaction.set_rollback(True)


def pages_of_forms() -> dict[str, Page]:
    """The pages that stand before a form: each is opened as the example of the form leaves it, in a world of its own."""
    opened = {name.partition("?")[0] for name in PAGES}
    names = [name for name, roles in ACCESS.items() if name in posts.EXAMPLES and name not in SENT_ONLY and roles is not NOBODY]
    return {f"{name} (form)": Page(name) for name in names if name not in opened}


def pages_of(town: Town) -> dict[str, Page]:
    """Every other page of ``web/access.py`` by the name of its row: address and role; and some once more in the town, as they are busiest."""
    pages: dict[str, Page] = {}
    for name, looks in PAGES.items():
        for look in looks(town):
            key = f"{name} ({look.who})"
            pages[key] = Page(name, look)
            for tab in TABS.get(name, {}).get(look.who, ()):
                pages[f"{name}:{tab} ({look.who})"] = Page(name, replace(look, path=f"{look.path}?show={tab}"))
    unit = posts.reg.client_of(town.world.unit_admin)
    pages["publicity_list (unit)"] = Page("publicity_list", Look("unit", unit, reverse("publicity_list")))
    pages["account_login (visitor)"] = Page("account_login", Look("visitor", Client(), reverse("account_login")))
    writing = posts.reg.client_of(town.world.applicant)
    for section in SECTIONS:
        path = reverse("application_section", args=[town.writing.pk, section])
        pages[f"application_section:{section} (writing)"] = Page("application_section", Look("writing", writing, path))
    path = reverse("application_check", args=[town.writing.pk])
    pages["application_check (writing)"] = Page("application_check", Look("writing", writing, path))
    for role, actor in town.desks().items():
        for name in ("desk_pass", "desk_return", "desk_dossier"):
            path, client = reverse(name, args=[town.at[role].pk]), posts.reg.client_of(actor)
            pages[f"{name} ({role.value})"] = Page(name, Look(role.value, client, path, posts.LATER))
    for name, who in BARE:
        look = pages[f"{name} ({who})"].look
        pages[f"{name} ({who}), bare"] = Page(name, replace(look, path=f"/bare/{name}/{who}/"))
    return pages


def grow(town: Town, rows: int) -> None:
    """So many rows more in every list."""
    world = town.world
    for number in range(rows):
        people = [w.submitted(world, world.new_applicant()) for _ in range(6)]
        _waiting, publicised, returned, at_county, from_county, at_bureau = people
        w.unit_pass(world, publicised)
        w.open_publicity(world, publicised)
        w.give_back(world.unit_admin, returned)
        for each in (at_county, from_county, at_bureau):
            w.publicise_and_report(world, each)
        with clock.travel(clock.now() + w.UNTIL_REPORT):
            for each in (at_county, from_county, at_bureau):
                w.pass_on(world.supervisor, each)
            w.give_back(world.county_officer, from_county)
            w.pass_on(world.county_officer, at_bureau)
        ex.registered_unit(number + 2, receiving_office_id=world.county.pk)
        with transaction.atomic():
            message = outbox.queue(kind="benchmark", payload={}, key=str(number))
        OutboxMessage.objects.filter(pk=message.pk).update(state=OutboxState.FAILED, last_error="the server does not answer")
        record_fraud(
            actor=world.bureau, person_index=f"{number:064x}", name="某某", application_year=2022, ban_years=5,
            source=f"benchmark:{number}", reason="经核实，提交的业绩材料与事实不符。",
        )  # fmt: skip
        record_refusal(path=f"/desk/{number}/", actor="user:1", reason="not_yours")


def answer_of(look: Look) -> tuple[int, bytes, float]:
    """Status and body of one visit, and the processor time it took in seconds."""
    path, _mark, query = look.path.partition("?")
    environ = look.client._base_environ(PATH_INFO=path, QUERY_STRING=query, HTTP_ACCEPT_ENCODING="gzip")
    said: list[str] = []

    def start(status: str, headers: Any, _info: Any = None) -> Callable[[bytes], None]:
        said.append(status)
        return lambda _part: None

    began = time.process_time()
    response = HANDLER(environ, start)
    try:
        body = b"".join(response)
    finally:
        if hasattr(response, "close"):
            response.close()
    took = time.process_time() - began
    return int(said[0].split()[0]), body, took


def visit(page: Page, world: w.World, times: int) -> dict[str, Any]:
    """One page ``times`` times, after one visit that warms what the process keeps: CPU in ms (lower quartile: whatever else the machine does
    only ever adds), queries, bytes."""
    with page.there(world) as look, clock.travel(look.at):
        status, body, _took = answer_of(look)
        with CaptureQueriesContext(connection) as captured:
            answer_of(look)
        queries = len(captured)  # the next request forgets them
        gc.collect()
        taken = [answer_of(look)[2] * 1000 for _ in range(times)]
    return {
        "status": status,
        "bytes": len(body),
        "queries": queries,
        "taken": taken,
    }


def read(page: Page, world: w.World) -> dict[str, list[str]]:
    """What a person finds on the page: its visible words, its links, its fields and buttons."""
    with page.there(world) as look, clock.travel(look.at):
        status, body, _took = answer_of(look)
    if body[:2] == b"\x1f\x8b":
        body = gzip.decompress(body)
    if b"<html" not in body[:2000] and b"<" not in body[:20]:
        return {
            "status": [str(status)],
            "words": [] if b"\0" in body[:1000] else [body.decode("utf-8", "replace")],
            "links": [],
            "fields": [],
        }
    soup = BeautifulSoup(body.decode(), "html.parser")
    links = [f"{a.get('href')} {' '.join(a.get_text().split())}" for a in soup.select("a[href]")]
    fields = []
    for tag in soup.select("input, select, textarea, button, form, option"):
        if tag.get("name") in _TOKENS:
            continue
        told = {key: value for key, value in tag.attrs.items() if key not in {"class", "style"}}
        fields.append(f"{tag.name} {json.dumps(told, ensure_ascii=False, sort_keys=True)}")
    for unseen in soup.select("script, style"):
        unseen.decompose()
    words = [" ".join(piece.split()) for piece in soup.stripped_strings]
    return {"status": [str(status)], "words": [re.sub(r"\s+", "", "".join(words))], "links": links, "fields": fields}


def answer(order: dict[str, Any], pages: dict[str, Page], world: w.World) -> Any:
    """What an order asks for."""
    page = pages.get(order.get("page", ""))
    try:
        if order["do"] == "pages":
            return list(pages)
        if page is None:
            return {"error": "not there"}
        return visit(page, world, order["times"]) if order["do"] == "visit" else read(page, world)
    except Exception as error:  # the page is named, and the others go on
        return {"error": repr(error)[:300]}


def orders() -> Iterator[dict[str, Any]]:
    """One after the other, until nothing more is asked."""
    for line in sys.stdin:
        yield json.loads(line)


def tell(told: Any) -> None:
    """Answer an order."""
    print(json.dumps(told, ensure_ascii=False), flush=True)


def main() -> None:
    """The forms, in a world that is undone; from the order ``town`` on the pages of a town, which ``grow`` makes larger."""
    logging.disable(logging.CRITICAL)
    from figures import make_database  # it puts this script's own checkout ahead of the one that is measured

    make_database(*sys.argv[2:])
    install()
    waiting = orders()
    with clock.travel(w.IN_WINDOW):
        with transaction.atomic():
            world, pages = w.make_world(), pages_of_forms()
            for order in waiting:
                if order["do"] == "town":
                    break
                tell(answer(order, pages, world))
            transaction.set_rollback(True)
        cache.clear()
        town = make_town()
        pages = pages_of(town)
        if find_spec("zhicheng.foundation.memory"):  # as zhicheng.wsgi does it, since there is one
            import_module("zhicheng.foundation.memory").settle()
        tell(list(pages))
        for order in waiting:
            tell(grow(town, order["rows"]) if order["do"] == "grow" else answer(order, pages, town.world))


if __name__ == "__main__":
    main()
