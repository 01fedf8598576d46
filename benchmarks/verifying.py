"""How long ``zhicheng verify`` and ``zhicheng ledger verify --replay`` take, and how much memory, for 100 and for 1,000 applications.

    python benchmarks/verifying.py [--small 100] [--large 1000] [--postgres]

Every application is really made, by the actions people call: begun, filled with all its papers, sent, passed by the unit, publicised,
reported with three papers, and passed by the county with its dossier, so that everything that is looked at is there: accounts, years,
moves, frozen submissions, sealed values, papers with their serials, files, decisions, periods, mails and the entries of the ledger.
Making them takes about half a second each. Measured are whole processes, from their start to their end: time by the clock, processor
time of Python alone, and the most memory each had. Ends with status 1 when something was not whole, or when the memory grew by more
than 100,000 bytes for each application.
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
from datetime import date, timedelta
from pathlib import Path

from figures import ROOT, Figures

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("--small", type=int, default=100, help="applications")
parser.add_argument("--large", type=int, default=1_000, help="applications")
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
from django.db import connection

from tests.support import world as w
from zhicheng.accounts.models import AccountKind, User
from zhicheng.accounts.queries import person_index
from zhicheng.foundation import clock, securitylog
from zhicheng.foundation.models import LedgerHead
from zhicheng.organizations.models import MembershipRole

MOST_BYTES = 100_000  # of memory that the larger instance may take more: far less than an application fills
PEOPLE_OF_A_UNIT = 40


@dataclass(frozen=True)
class Run:
    """One process from start to end: seconds by the clock and of the processor, the most memory, and how it ended."""

    seconds: float
    cpu: float
    bytes: int
    status: int


class Road:
    """Applications of a world, each really brought to final review; every forty people are a unit of their own."""

    def __init__(self) -> None:
        self.world = w.make_world()
        self.unit, self.admin, self.made = self.world.unit, self.world.unit_admin, 0

    def fill(self, wanted: int) -> None:
        """Bring more on the way, until there are ``wanted`` of them."""
        while self.made < wanted:
            if self.made % PEOPLE_OF_A_UNIT == 0:
                self._found_unit()
            self._bring_one()
            print(f"\r  {self.made} applications", end="", file=sys.stderr, flush=True)
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("VACUUM ANALYZE")
        print(file=sys.stderr)

    def _found_unit(self) -> None:
        code = f"12652701{self.made:09d}X"
        self.unit = w.make_unit(f"单位{self.made}", code, "institution", self.world.county)
        staff = _person(AccountKind.UNIT, f"staff{self.made}", name=f"管理员{self.made}", number=self.made, region="652722")
        self.admin = w.member(staff, self.unit, MembershipRole.STAFF)

    def _bring_one(self) -> None:
        self.made += 1
        person = _person(AccountKind.APPLICANT, f"one{self.made}", name=f"申报人{self.made}", number=self.made, region="652701")
        application = w.submitted(self.world, w.member(person, self.unit, MembershipRole.EMPLOYEE))
        w.unit_pass(self.world, application, self.admin)
        period = w.open_publicity(self.world, application, self.admin)
        with clock.travel(clock.now() + w.UNTIL_REPORT):
            w.add_papers(self.world, period, self.admin)
            w.report(self.world, application, self.admin)
            w.pass_on(self.world.county_officer, application)


def _person(kind: AccountKind, username: str, *, name: str, number: int, region: str) -> User:
    """An account with an identity number of its own, the only one of this ``number`` in this ``region``."""
    user = w.person(kind, username, serial=1, name=name, held=False)
    day, serial = divmod(number, 999)
    user.id_number = w.identity_number(serial + 1, birth=f"{date(1970, 1, 1) + timedelta(days=day):%Y%m%d}", region=region)
    user.id_number_index = person_index(user.id_number)
    user.birth_date = date.fromisoformat(user.id_number[6:14])
    user.sex = str(2 - int(user.id_number[16]) % 2)
    user.number_held_at = user.identity_confirmed_at = clock.now()
    user.save()
    return user


def measure(*words: str) -> Run:
    """Run ``zhicheng …`` as an operator does."""
    began, most = time.monotonic(), 0
    with tempfile.TemporaryFile("w+") as said:
        process = subprocess.Popen([sys.executable, "-m", "zhicheng", *words], cwd=ROOT, stdout=said, stderr=said)
        # What the kernel tells at the end counts the memory of the process that started it, too.
        while os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None:
            most = max(most, _most_memory(process.pid))
            time.sleep(0.02)
        _pid, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            said.seek(0)
            print(said.read()[-3000:], file=sys.stderr)
    return Run(time.monotonic() - began, used.ru_utime + used.ru_stime, most, process.returncode)


def _most_memory(pid: int) -> int:
    """The most bytes that ``pid`` has held since its program began."""
    lines = Path(f"/proc/{pid}/status").read_text("ascii", "replace").splitlines()
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM:")), 0)


def main() -> int:
    """Fill, measure, fill more, measure again."""
    call_command("migrate", verbosity=0)
    calls = {
        "ledger verify": ("ledger", "verify"),
        "ledger verify --replay": ("ledger", "verify", "--replay"),
        "verify": ("verify",),
    }
    found: dict[int, dict[str, Run]] = {}
    entries = []
    with clock.travel(w.IN_WINDOW), securitylog.only_what_failed():
        road = Road()
        for size in (OPTIONS.small, OPTIONS.large):
            road.fill(size)
            entries.append(LedgerHead.objects.get(pk=1).number)
            found[size] = {name: measure(*words) for name, words in calls.items()}
    where = "PostgreSQL" if OPTIONS.postgres else "SQLite"
    figures = Figures(f"verifying.py: reading everything again, {where}", (f"{OPTIONS.small:,}", f"{OPTIONS.large:,}"))
    figures.add("entries of the ledger", *(f"{number:,}" for number in entries))
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
        figures.add("more memory, bytes an application", "", f"{grown:.0f}", most=str(MOST_BYTES), bad=grown > MOST_BYTES)
    return figures.status()


if __name__ == "__main__":
    sys.exit(main())
