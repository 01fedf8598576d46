"""How many database queries each list and detail page takes, with 1 and with 30 rows.

    python benchmarks/queries.py

Makes a world on a database in memory (the tests' own), signs in each role, opens the pages below, and prints the counts side by
side. Ends with status 1 when a page takes more queries for 30 rows than for one, or a list more than 12.
"""
# ruff: noqa: E402 - Django is set up before the project is imported

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ["ZHICHENG_MODE"] = "test"
os.environ["ZHICHENG_DATA_DIR"] = tempfile.mkdtemp(prefix="zhicheng-benchmark-")
os.environ["DJANGO_SETTINGS_MODULE"] = "zhicheng.settings"

import django

django.setup()

from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext, setup_test_environment
from django.urls import reverse

from tests.support import world as w
from zhicheng.accounts.models import User
from zhicheng.applications.models import Application
from zhicheng.foundation import clock
from zhicheng.organizations.actors import Actor

MOST_FOR_A_LIST = 12
LISTS = ("my_applications", "desk_queue", "office_registrations", "office_integrity", "publicity_list")
# (role of the world, address, whether it names an application)
PAGES: tuple[tuple[str, str, bool], ...] = (
    ("", "home", False),
    ("", "publicity_list", False),
    ("applicant", "my_titles", False),
    ("applicant", "my_applications", False),
    ("applicant", "my_application", True),
    ("unit_admin", "desk_queue", False),
    ("unit_admin", "desk_case", True),
    ("unit_admin", "unit_publicity", True),
    ("county_officer", "desk_queue", False),
    ("county_officer", "office_registrations", False),
    ("bureau", "desk_queue", False),
    ("bureau", "office_integrity", False),
)


def one_more(world: w.World, actor: Actor | None) -> Application:
    """An application in its publicity period, and beside it one that waits at the county and one at final review."""
    application = w.submitted(world, actor)
    at_county, at_bureau = (w.submitted(world, world.new_applicant()) for _ in range(2))
    periods = []
    for each in (application, at_county, at_bureau):
        w.unit_pass(world, each)
        periods.append(w.open_publicity(world, each))
    with clock.travel(clock.now() + timedelta(days=11)):
        for each, period in zip((at_county, at_bureau), periods[1:], strict=True):
            w.add_papers(world, period)
            w.report(world, each)
        w.pass_on(world.county_officer, at_bureau)
    return application


def counts(world: w.World, application: Application) -> dict[tuple[str, str], int | str]:
    """(role, address) → queries of its second visit (the first one warms what a process keeps)."""
    found: dict[tuple[str, str], int | str] = {}
    for role, name, detail in PAGES:
        client = Client()
        if role:
            client.force_login(User.objects.get(pk=getattr(world, role).user_id))
        address = reverse(name, args=[application.pk] if detail else [])
        found[role or "anonymous", name] = _visit(lambda client=client, address=address: client.get(address).status_code)
    return found


def _visit(visit: Callable[[], int]) -> int | str:
    cache.clear()
    visit()
    with CaptureQueriesContext(connection) as captured:
        status = visit()
    return len(captured) if status == 200 else f"status {status}"


def main() -> int:
    """Measure with one row, then with thirty."""
    setup_test_environment()
    Path(os.environ["ZHICHENG_DATA_DIR"], "static").mkdir(exist_ok=True)
    connection.creation.create_test_db(verbosity=0)
    with clock.travel(w.IN_WINDOW):
        world = w.make_world()
        application = one_more(world, None)
        one = counts(world, application)
        for number in range(29):
            print(f"\r  {number + 2} applications", end="", file=sys.stderr, flush=True)
            one_more(world, world.new_applicant())
        thirty = counts(world, application)
    wrong = 0
    print(f"\n{'role':16}{'page':24}{'1 row':>8}{'30 rows':>9}")
    for (role, name), few in one.items():
        many = thirty[role, name]
        bad = few != many or not isinstance(many, int) or (name in LISTS and many > MOST_FOR_A_LIST)
        wrong += bad
        print(f"{role:16}{name:24}{few:>8}{many:>9}{'  !' if bad else ''}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
