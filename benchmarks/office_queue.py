"""How long an office waits for its queue with 1,000 and with 100,000 applications, on PostgreSQL.

    python benchmarks/office_queue.py [--small 1000] [--large 100000] [--rounds 400]

Starts a PostgreSQL cluster of its own in a temporary folder (the server programs must be installed), lays the tables, and fills
them by bulk insert: applications in every state, four in ten of them waiting at one county office. Measured is what the page
does: one keyset page of each of the office's tabs, the first one (and of the longest list the seventh), so many rounds. "By the clock" is the median; CPU is processor time,
user and system, of Python and of the database's process together, and changes far less with what else the machine does. The ratio is the
time with the large number divided by the time with the small one: 1 means that a page costs the same however many applications there
are. Prints the plans of the large queries as well; ends with status 1 when a ratio is above 1.2.
"""

# ruff: noqa: E402 - the database and Django are set up before the project is imported
from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
import time
from datetime import timedelta
from typing import Any

from figures import Figures, cpu_seconds

from tests.support.postgres import start_for_this_process

os.environ["ZHICHENG_MODE"] = "test"
folder = tempfile.TemporaryDirectory(prefix="zhicheng-benchmark-")  # removed at the end
os.environ["ZHICHENG_DATA_DIR"] = folder.name
os.environ["ZHICHENG_DATABASE_URL"] = start_for_this_process()
os.environ["DJANGO_SETTINGS_MODULE"] = "zhicheng.settings"

import django

django.setup()

from django.core.management import call_command
from django.db import connection, transaction
from django.test import RequestFactory

from tests.support import world as w
from zhicheng.applications.desks import TABS
from zhicheng.applications.models import Application, Submission
from zhicheng.applications.queries import queue
from zhicheng.applications.states import State
from zhicheng.foundation import clock, triggers
from zhicheng.organizations.actors import Role
from zhicheng.web.shared.paging import page_of

MOST_RATIO = 1.2
# Twenty applications: where they are. Eight wait at the county; of the last nine it has had five.
STATES = (
    *(State.COUNTY_REVIEW,) * 8, State.PREFECTURE_REVIEW, State.ACCEPTED, State.CLOSED_FOR_YEAR,
    State.RETURNED, State.UNIT_REVIEW, State.STOPPED, State.IN_PUBLICITY, State.DISCARDED,
    State.RETURNED, State.UNIT_REVIEW, State.DRAFT, State.IN_PUBLICITY,
)  # fmt: skip
NOT_YET_THERE = 16  # from this place on


def fill(model: Application, first: int, last: int) -> None:
    """Insert applications ``first`` … ``last`` (not included) in the likeness of ``model``, with one submission each."""
    kept = Submission.objects.get(application=model)
    start = clock.now() - timedelta(days=300)
    for at in range(first, last, 5000):
        numbers = range(at, min(at + 5000, last))
        with triggers.lifted(connection, "applications_application"), transaction.atomic():
            rows = [_application(model, n, start + timedelta(seconds=n * 97 % 20_000_000)) for n in numbers]
            Application.objects.bulk_create(rows)
            sent = Submission.objects.bulk_create(
                Submission(
                    application=row, number=1, content="{}", sha256=kept.sha256, submitted_at=row.created_at,
                    submitted_by_id=kept.submitted_by_id, form_token=f"bulk-{row.number}",
                )
                for row in rows
            )  # fmt: skip
            for row, submission in zip(rows, sent, strict=True):
                place = int(row.number[1:]) % len(STATES)
                row.current_submission, row.state, row.reached_county = submission, STATES[place], place < NOT_YET_THERE
            Application.objects.bulk_update(rows, ["current_submission", "state", "reached_county"], batch_size=1000)
        print(f"\r  {numbers[-1] + 1} applications", end="", file=sys.stderr, flush=True)
    with connection.cursor() as cursor:
        # What the database would do by itself in the minutes after is done before anything is measured.
        cursor.execute("VACUUM ANALYZE applications_application")
        cursor.execute("VACUUM ANALYZE applications_submission")
        cursor.execute("CHECKPOINT")


def _application(model: Application, number: int, entered: Any) -> Application:
    copied = {
        field.attname: getattr(model, field.attname)
        for field in Application._meta.concrete_fields
        if field.attname not in {"id", "current_submission_id"}
    }
    changed = {"number": f"B{number:09d}", "person_index": f"{number:064x}", "state": State.DRAFT, "entered_state_at": entered}
    return Application(**copied | changed | {"reached_prefecture": True})


def tab(actor: Any, key: str) -> tuple[Any, tuple[str, ...]]:
    """The rows of a tab and their order, as the page asks for them."""
    back = "" if key == "waiting" else "-"
    return queue(actor, tab=TABS[actor.role][key]), (f"{back}entered_state_at", f"{back}id")


def measure(actor: Any, key: str, rounds: int) -> dict[str, tuple[float, float]]:
    """Of a tab's first page, and of its seventh where it has one even when there are few applications: median milliseconds
    by the clock, and mean milliseconds of processor time.
    """
    factory = RequestFactory()
    rows, order = tab(actor, key)

    def page(query: dict[str, str]) -> Any:
        shown = page_of(factory.get("/", query), rows.all(), order=order)
        for row in shown:
            _ = (row.employer.name, row.county_office.name, row.applicant_name, row.current_submission.number)
        return shown

    pages: dict[str, dict[str, str]] = {"first": {}}
    if key == "waiting":
        query: dict[str, str] = {}
        for _step in range(6):
            query = {"after": page(query).after}
        pages["seventh"] = query
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        server = cursor.fetchone()[0]
    found = {}
    for name, wanted in pages.items():
        for _warm in range(20):
            page(wanted)
        times, used = [], time.process_time() + cpu_seconds(server)
        for _round in range(rounds):
            began = time.perf_counter()
            page(wanted)
            times.append((time.perf_counter() - began) * 1000)
        used = time.process_time() + cpu_seconds(server) - used
        found[name] = statistics.median(times), used * 1000 / rounds
    return found


def main() -> int:
    """Fill, measure, fill more, measure again."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--small", type=int, default=1000)
    parser.add_argument("--large", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=400)
    options = parser.parse_args()
    call_command("migrate", verbosity=0)
    with clock.travel(w.IN_WINDOW):
        world = w.make_world()
        model = w.submitted(world)
        found, rows, done = {}, {}, 1
        for size in (options.small, options.large):
            fill(model, done, size)
            done = size
            found[size] = {key: measure(world.county_officer, key, options.rounds) for key in TABS[Role.COUNTY]}
            rows[size] = {key: tab(world.county_officer, key)[0].count() for key in TABS[Role.COUNTY]}
        for key in TABS[Role.COUNTY]:
            shown, order = tab(world.county_officer, key)
            print(f"\n\n{key}\n{shown.order_by(*order)[:31].explain()}")
        print()
    return report(found, rows)


def report(found: dict[int, dict[str, Any]], rows: dict[int, dict[str, int]]) -> int:
    """Print the times and their ratios."""
    small, large = found
    columns = (f"{small:,}", f"{large:,}", "ratio")
    figures = Figures("office_queue.py: one page of an office's list, by the number of applications, PostgreSQL", columns)
    for key in TABS[Role.COUNTY]:
        figures.add(f"{key}: in the list", f"{rows[small][key]:,}", f"{rows[large][key]:,}", "")
        for name in found[small][key]:
            for how, one, many in zip(("by the clock", "CPU"), found[small][key][name], found[large][key][name], strict=True):
                ratio = many / one
                values = (f"{one:.2f} ms", f"{many:.2f} ms", f"{ratio:.2f}")
                figures.add(f"{key}: {name} page, {how}", *values, most=str(MOST_RATIO), bad=ratio > MOST_RATIO)
    return figures.status()


if __name__ == "__main__":
    sys.exit(main())
