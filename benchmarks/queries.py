"""How many database queries each list and detail page takes, with 1 and with 30 rows.

    python benchmarks/queries.py [--like DATABASE]

Makes a world on a database in memory (the tests' own), signs in each role and opens the pages below; a page's second visit is counted.
With --like the database begins as a copy of that one, an SQLite file that is migrated and has no mark: to migrate takes some seconds.
The number of queries says how a page's cost grows, whatever the machine. Ends with status 1 when a page takes more queries for 30
rows than for one, a list more than 9, or a case more than 15.
"""
# ruff: noqa: E402 - Django is set up before the project is imported

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from figures import Figures, make_database

os.environ["ZHICHENG_MODE"] = "test"
os.environ["ZHICHENG_LOG_LEVEL"] = "ERROR"  # the mails that fail and the people turned away are meant
folder = tempfile.TemporaryDirectory(prefix="zhicheng-benchmark-")  # removed at the end
os.environ["ZHICHENG_DATA_DIR"] = folder.name
os.environ["DJANGO_SETTINGS_MODULE"] = "zhicheng.settings"

import django

django.setup()

from django.core.cache import cache
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext, setup_test_environment
from django.urls import reverse

from tests.organizations import examples as ex
from tests.support import world as w
from zhicheng.accounts.actions import create_system_account
from zhicheng.accounts.models import SYSTEM_KINDS, User
from zhicheng.foundation import clock, memory, outbox
from zhicheng.foundation.actions import record_refusal
from zhicheng.foundation.models import OutboxMessage, OutboxState
from zhicheng.integrity.actions import record_fraud
from zhicheng.organizations.actors import Actor

MOST_FOR_A_LIST = 9
MOST_FOR_A_CASE = 15
LISTS = (
    "desk_queue",
    "my_applications",
    "office_integrity",
    "office_registrations",
    "publicity_list",
    "system_ledger",
    "system_refusals",
    "system_stuck",
)
# (role of the world, address, what it names)
PAGES: tuple[tuple[str, str, str], ...] = (
    ("anonymous", "home", ""),
    ("unit_admin", "publicity_list", ""),
    ("unit_admin", "publicity_notice", "period"),
    ("applicant", "my_titles", ""),
    ("applicant", "my_applications", ""),
    ("applicant", "my_application", "application"),
    ("applicant", "person_information", ""),
    ("unit_admin", "desk_queue", ""),
    ("unit_admin", "desk_case", "application"),
    ("unit_admin", "unit_publicity", "application"),
    ("unit_admin", "unit_information", ""),
    ("county_officer", "desk_queue", ""),
    ("county_officer", "office_registrations", ""),
    ("county_officer", "office_registration", "registration"),
    ("bureau", "desk_queue", ""),
    ("bureau", "desk_case", "at_bureau"),
    ("bureau", "office_integrity", ""),
    ("operator", "system_health", ""),
    ("operator", "system_stuck", ""),
    ("auditor", "system_audit", ""),
    ("auditor", "system_ledger", ""),
    ("auditor", "system_refusals", ""),
)  # fmt: skip


def one_more(world: w.World, actor: Actor | None, number: int) -> dict[str, int]:
    """One more row for every list: an application in its publicity period, one that waits at the county and one at final review, a
    unit that has registered, proven fraud, a mail that failed and somebody turned away. Gives what the detail pages name."""
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
    registration = ex.registered_unit(number, receiving_office_id=world.county.pk)
    record_fraud(
        actor=world.bureau, person_index=f"{number:064x}", name="某某", application_year=2022, ban_years=5, source=f"benchmark:{number}",
        reason="经核实，提交的业绩材料与事实不符。",
    )  # fmt: skip
    with transaction.atomic():
        message = outbox.queue(kind="benchmark", payload={}, key=str(number))
    OutboxMessage.objects.filter(pk=message.pk).update(state=OutboxState.FAILED, last_error="the server does not answer")
    record_refusal(path=f"/desk/{number}/", actor="user:1", reason="not_yours")
    named = {"application": application, "at_bureau": at_bureau, "registration": registration, "period": periods[0]}
    return {name: each.pk for name, each in named.items()}


def counts(world: w.World, named: dict[str, int]) -> dict[tuple[str, str], int | str]:
    """(role, address) → queries of its second visit (the first one warms what a process keeps)."""
    found: dict[tuple[str, str], int | str] = {}
    for role, name, what in PAGES:
        client = Client()
        if role in SYSTEM_KINDS:
            client.force_login(User.objects.get(username=role))
        elif role != "anonymous":
            client.force_login(User.objects.get(pk=getattr(world, role).user_id))
        address = reverse(name, args=[named[what]] if what else [])
        found[role, name] = _visit(lambda client=client, address=address: client.get(address).status_code)
    return found


def _visit(visit: Callable[[], int]) -> int | str:
    cache.clear()
    visit()
    with CaptureQueriesContext(connection) as captured:
        status = visit()
    return len(captured) if status == 200 else f"status {status}"


def main() -> int:
    """Measure with one row, then with thirty."""
    asked = argparse.ArgumentParser()
    asked.add_argument("--like", default="")
    setup_test_environment()
    Path(os.environ["ZHICHENG_DATA_DIR"], "static").mkdir(exist_ok=True)
    make_database(asked.parse_args().like)
    memory.settle()
    with clock.travel(w.IN_WINDOW):
        world = w.make_world()
        for serial, kind in enumerate(SYSTEM_KINDS):
            create_system_account(
                kind=kind,
                name="运维",
                email=f"{kind.value}@example.cn",
                username=kind.value,
                password="a-long-sentence-nobody-guesses",  # noqa: S106
                id_number=w.identity_number(900 + serial),
            )
        named = one_more(world, None, 1)
        one = counts(world, named)
        for number in range(2, 31):
            print(f"\r  {number} of 30 rows", end="", file=sys.stderr, flush=True)
            one_more(world, world.new_applicant(), number)
        thirty = counts(world, named)
    print(file=sys.stderr)
    figures = Figures("queries.py: database queries of each list and detail page", ("1 row", "30 rows"))
    for (role, name), few in one.items():
        many = thirty[role, name]
        most = MOST_FOR_A_LIST if name in LISTS else MOST_FOR_A_CASE if name == "desk_case" else 0
        bad = few != many or not isinstance(many, int) or bool(most and many > most)
        figures.add(f"{name} ({role})", str(few), str(many), most=str(most or "as for 1"), bad=bad)
    return figures.status()


if __name__ == "__main__":
    sys.exit(main())
