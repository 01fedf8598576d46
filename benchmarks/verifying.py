"""How long ``zhicheng verify`` and ``zhicheng ledger verify --replay`` take, and how much memory, with 10,000 and with 100,000 entries.

    python benchmarks/verifying.py [--small 10000] [--large 100000] [--postgres]

Makes a world with the real actions, and copies of one started application by bulk insert: account, year, application, move, mail and the
entries of the ledger that tell of them, hashed one after the other as the ledger does it, so that everything that is looked at is whole.
Nothing that comes after the start is copied (drafts, submissions, papers, decisions, publicity): what is looked at there costs nothing here.
Measured are whole processes, from their start to their end: time by the clock, processor time of Python alone, and the most memory each had.
Ends with status 1 when something was not whole, or when the memory grew by more than the entries of the larger ledger would fill.
"""

# ruff: noqa: E402 - the database and Django are set up before the project is imported
from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from typing import Any

from figures import ROOT, Figures

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("--small", type=int, default=10_000)
parser.add_argument("--large", type=int, default=100_000)
parser.add_argument("--postgres", action="store_true", help="on PostgreSQL; its server programs must be installed")
OPTIONS = parser.parse_args()
folder = tempfile.TemporaryDirectory(prefix="zhicheng-benchmark-")  # removed at the end
os.environ |= {
    "ZHICHENG_MODE": "test",
    "ZHICHENG_ENV_FILE": os.devnull,
    "ZHICHENG_LOG_LEVEL": "ERROR",
    "ZHICHENG_DATA_DIR": folder.name,
    "DJANGO_SETTINGS_MODULE": "zhicheng.settings",
    "ZHICHENG_DATABASE_URL": f"sqlite:///{folder.name}/benchmark.sqlite3",
}
if OPTIONS.postgres:
    from tests.support.postgres import start_for_this_process

    os.environ["ZHICHENG_DATABASE_URL"] = start_for_this_process()

import django

django.setup()

from django.core.management import call_command
from django.db import connection, transaction

from tests.support import world as w
from zhicheng.accounts.models import User
from zhicheng.accounts.queries import person_index
from zhicheng.applications.models import Application, NumberCounter, PersonYear, StatusChange
from zhicheng.foundation import clock, ledger, securitylog, triggers
from zhicheng.foundation.models import LedgerEntry, LedgerHead, OutboxMessage

MOST_BYTES_AN_ENTRY = 1000  # of memory that the larger ledger may take more: it tells of an application with each entry
BATCH = 2000
GUARDED = ("applications_application", "applications_statuschange", "applications_personyear", "foundation_ledgerentry")


@dataclass(frozen=True)
class Run:
    """One process from start to end: seconds by the clock and of the processor, the most memory, and how it ended."""

    seconds: float
    cpu: float
    bytes: int
    status: int


class Copies:
    """Copies of one application that was really started, each of a person of its own."""

    def __init__(self, world: Any, model: Application) -> None:
        self.model, self.user = model, User.objects.get(pk=world.applicant.user_id)
        self.year = PersonYear.objects.get(person_index=model.person_index)
        self.change = StatusChange.objects.get(application=model)
        self.entry = LedgerEntry.objects.get(event="application.start")
        self.mail = OutboxMessage.objects.get(kind="application.moved")
        self.counter = NumberCounter.objects.get()
        self.made = 0

    def fill(self, entries: int) -> None:
        """Add copies until the ledger holds ``entries``."""
        with triggers.lifted(connection, *GUARDED), transaction.atomic():
            while (missing := entries - LedgerHead.objects.get(pk=1).number) > 0:
                self._add(range(self.made + 1, self.made + 1 + min(missing, BATCH)))
                print(f"\r  {LedgerHead.objects.get(pk=1).number} entries", end="", file=sys.stderr, flush=True)
        with connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                cursor.execute("VACUUM ANALYZE")
        print(file=sys.stderr)

    def _add(self, numbers: range) -> None:
        base = 1_000_000
        identities = {n: _identity(n) for n in numbers}
        users = [
            _copy(
                self.user, pk=base + n, username=f"copy{n}", email=f"copy{n}@example.com", id_number=identities[n],
                id_number_index=person_index(identities[n]),
            )
            for n in numbers
        ]  # fmt: skip
        User.objects.bulk_create(users)
        index = {user.pk - base: user.id_number_index for user in users}
        PersonYear.objects.bulk_create(_copy(self.year, pk=base + n, person_index=index[n]) for n in numbers)
        Application.objects.bulk_create(
            _copy(self.model, pk=base + n, number=_numbered(self.model.number, n), applicant_id=base + n, person_index=index[n])
            for n in numbers
        )
        StatusChange.objects.bulk_create(
            _copy(self.change, pk=base + n, application_id=base + n, by_id=base + n) for n in numbers
        )
        OutboxMessage.objects.bulk_create(
            _copy(
                self.mail, pk=None, key=f"application.moved:{base + n}",
                payload=self.mail.payload | {"application_id": base + n, "change_id": base + n},
            )
            for n in numbers
        )  # fmt: skip
        head = LedgerHead.objects.get(pk=1)
        told = []
        for n in numbers:
            entry = _copy(self.entry, pk=None, number=head.number + 1, previous_hash=head.hash, subject=f"application:{base + n}")
            entry.actor, entry.data = f"user:{base + n}", self.entry.data | {"change": base + n, "person_year": base + n}
            entry.hash = ledger.entry_hash(entry)
            head.number, head.hash = entry.number, entry.hash
            told.append(entry)
        LedgerEntry.objects.bulk_create(told)
        head.save()
        NumberCounter.objects.filter(pk=self.counter.pk).update(last=self.counter.last + numbers[-1])
        self.made = numbers[-1]


def _numbered(first: str, n: int) -> str:
    before, _dash, last = first.rpartition("-")
    return f"{before}-{int(last) + n:0{len(last)}d}"


def _identity(n: int) -> str:
    block, serial = divmod(n, 999)
    return w.identity_number(serial + 1, birth=f"{1950 + block // 336}{block // 28 % 12 + 1:02}{block % 28 + 1:02}")


def _copy(row: Any, **changed: Any) -> Any:
    model = type(row)
    values = {field.attname: getattr(row, field.attname) for field in model._meta.concrete_fields if not field.primary_key}
    pk = changed.pop("pk")
    return model(**values | changed | ({} if pk is None else {"pk": pk}))


def measure(*words: str) -> Run:
    """Run ``zhicheng …`` as an operator does."""
    began = time.monotonic()
    with tempfile.TemporaryFile("w+") as said:
        process = subprocess.Popen([sys.executable, "-m", "zhicheng", *words], cwd=ROOT, stdout=said, stderr=said)
        _pid, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            said.seek(0)
            print(said.read()[-3000:], file=sys.stderr)
    return Run(time.monotonic() - began, used.ru_utime + used.ru_stime, used.ru_maxrss * 1024, process.returncode)


def main() -> int:
    """Fill, measure, fill more, measure again."""
    call_command("migrate", verbosity=0)
    calls = {
        "ledger verify": ("ledger", "verify"),
        "ledger verify --replay": ("ledger", "verify", "--replay"),
        "verify": ("verify",),
    }
    found: dict[int, dict[str, Run]] = {}
    with clock.travel(w.IN_WINDOW), securitylog.only_what_failed():
        world = w.make_world()
        copies = Copies(world, w.start(world))
        for size in (OPTIONS.small, OPTIONS.large):
            copies.fill(size)
            found[size] = {name: measure(*words) for name, words in calls.items()}
    where = "PostgreSQL" if OPTIONS.postgres else "SQLite"
    figures = Figures(f"verifying.py: reading everything again, {where}", (f"{OPTIONS.small:,}", f"{OPTIONS.large:,}"))
    for name in calls:
        small, large = (found[size][name] for size in (OPTIONS.small, OPTIONS.large))
        figures.add(
            f"zhicheng {name}, by the clock",
            f"{small.seconds:.1f} s",
            f"{large.seconds:.1f} s",
            bad=bool(small.status or large.status),
        )
        figures.add(f"zhicheng {name}, CPU of Python", f"{small.cpu:.1f} s", f"{large.cpu:.1f} s")
        grown = (large.bytes - small.bytes) / (OPTIONS.large - OPTIONS.small)
        figures.add(f"zhicheng {name}, most memory", f"{small.bytes >> 20} MiB", f"{large.bytes >> 20} MiB")
        figures.add(
            "more memory, bytes an entry", "", f"{grown:.0f}", most=str(MOST_BYTES_AN_ENTRY), bad=grown > MOST_BYTES_AN_ENTRY
        )
    return figures.status()


if __name__ == "__main__":
    sys.exit(main())
