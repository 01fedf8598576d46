"""Processor time, queries and bytes of every page, with 1 and with 30 rows, and how far a list is from a bare one.

    python benchmarks/pages.py [--times 9] [--only desk_queue,desk_case] [--rows 30] [--beside ANOTHER_CHECKOUT] [--compare] [--like DATABASE]

Every page of ``web/access.py`` is requested as its role through the whole of what a web process runs (``page_visits.py``), in one process and
without a socket. CPU is that process's time, user and system together, the lower quartile of ``--times`` requests (whatever else runs only ever
adds). "bare" is a view that reads just the
columns a list shows and writes them into cells (``bare_pages.py``), behind the same middleware.

With --beside the pages of this checkout and of another one (an older commit) are requested by turns, page by page, so that whatever else runs
meets both, and the last column is the ratio. It ends with status 1 when the ten busiest together take more than half of what they take there, or
one of the pages takes more than there. With --compare it prints besides where the visible words, links or fields of a page differ, status 1 when
any do. With --like each database begins as a copy of that one, as for ``queries.py``.
"""

from __future__ import annotations

import argparse
import difflib
import json
import math
import re
import subprocess
import sys
from pathlib import Path
from statistics import quantiles
from typing import Any

from figures import ROOT, Figures

# What a deadline day is made of: an office's list in each of its tabs, the unit's, both cases, the form, the list of publicities and sign-in.
BUSIEST = (
    "desk_queue (county)",
    "desk_queue:passed (county)",
    "desk_queue:returned (county)",
    "desk_case (county)",
    "application_tasks (writing)",
    "application_section:basic (writing)",
    "application_section:education (writing)",
    "application_slot (writing)",
    "application_check (writing)",
    "desk_queue (unit)",
    "desk_case (unit)",
    "publicity_list (unit)",
    "account_login (visitor)",
)
TURN = 3  # requests of one page before the other checkout has its turn
MOST_OF_BEFORE = 0.5
NO_DEARER = 1.1  # what one page may be measured above the other checkout: processor time wavers
# Random numbers and hashes in addresses and words.
_VARIES = re.compile(r"[0-9a-f]{8,64}…?|\?v=[\w.-]+|(?<=mailbox/)[\w:.-]+|upload-\d+")


class Visitor:
    """A process that opens the pages of one checkout."""

    def __init__(self, checkout: Path, *like: Path) -> None:
        command = [str(checkout / ".venv" / "bin" / "python"), ROOT / "benchmarks" / "page_visits.py", checkout, *like]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ask(self, do: str, **more: Any) -> Any:
        """Its answer to an order."""
        print(json.dumps({"do": do, **more}), file=self.process.stdin, flush=True)
        return json.loads(self.process.stdout.readline())

    def end(self) -> None:
        """Let it go."""
        self.process.stdin.close()
        self.process.wait()


Told = dict[str, dict[str, list[Any]]]  # size → page → what each visitor measured


def measure(visitors: list[Visitor], *, rows: int, times: int, only: tuple[str, ...], read: bool) -> Told:
    """Each page with each visitor by turns: the forms, the town with one row and with ``rows``."""
    found: Told = {"forms": {}, "1": {}}
    _each(visitors, [v.ask("pages") for v in visitors], found["forms"], times, only, read)
    _each(visitors, [v.ask("town") for v in visitors], found["1"], times, only, read)
    if rows > 1:
        for visitor in visitors:
            visitor.ask("grow", rows=rows - 1)
        found[str(rows)] = {}
        _each(visitors, [list(found["1"])] * len(visitors), found[str(rows)], times, only, read)
    return found


def _each(
    visitors: list[Visitor], named: list[list[str]], found: dict[str, list[Any]], times: int, only: tuple[str, ...], read: bool
) -> None:
    for name in named[0]:
        if only and not any(re.split(r"[ :?]", name)[0] == one or name == one for one in only):
            continue
        if all(name in names for names in named):
            _progress(f"  {name}")
            found[name] = _visited(visitors, name, times)
            for visitor, told in zip(visitors, found[name], strict=True):
                told["said"] = visitor.ask("read", page=name) if read else {}
    _progress("")


def _visited(visitors: list[Visitor], name: str, times: int) -> list[dict[str, Any]]:
    """What each visitor measured, by turns."""
    told: list[dict[str, Any]] = [{"taken": []} for _ in visitors]
    for _turn in range(math.ceil(times / TURN)):
        for one, visitor in zip(told, visitors, strict=True):
            taken = one["taken"]
            one |= visitor.ask("visit", page=name, times=min(times, TURN))
            one["taken"] = [*taken, *one.get("taken", [])]
    for one in told:
        one["cpu"] = quantiles([*one["taken"], *one["taken"]], n=4)[0] if one["taken"] else 0.0
    return told


def _progress(words: str) -> None:
    if sys.stderr.isatty():
        print(f"\r\033[K{words}", end="", file=sys.stderr, flush=True)


def show(found: Told, rows: int, *, beside: bool) -> int:
    """The table."""
    few, many = {**found["forms"], **found["1"]}, found.get(str(rows), {})
    columns = ("CPU, 1 row", f"CPU, {rows} rows", "queries", "bytes", "of bare", *(("before", "ratio") if beside else ()))
    figures = Figures("pages.py: one request of each page, in ms of processor time", columns)
    for name, told in few.items():
        if name.endswith("bare"):
            continue
        one, more = told[0], many.get(name, told)[0]
        if "error" in one or one["status"] >= 400:
            opened_there = beside and "error" not in told[1] and told[1]["status"] < 400
            figures.add(name, "not opened", *[""] * (len(columns) - 1), bad=opened_there)
            continue
        bare = many.get(f"{name}, bare", few.get(f"{name}, bare"))
        values = [f"{one['cpu']:.1f}", f"{more['cpu']:.1f}", f"{more['queries']}", f"{more['bytes']:,}"]
        values.append(f"{more['cpu'] / bare[0]['cpu']:.1f}" if bare else "")
        dear = False
        if beside:
            before = many.get(name, told)[1]
            ratio = more["cpu"] / before["cpu"] if before.get("cpu") else 0.0
            dear = ratio > NO_DEARER
            values += [f"{before.get('cpu', 0):.1f}", f"{ratio:.2f}"]
        figures.add(name, *values, most=f"{NO_DEARER}" if beside else "", bad=dear)
    if busiest := [many.get(name, few.get(name)) for name in BUSIEST if name in few]:
        now = sum(told[0]["cpu"] for told in busiest)
        values = [
            "",
            f"{now:.1f}",
            f"{sum(told[0]['queries'] for told in busiest)}",
            f"{sum(told[0]['bytes'] for told in busiest):,}",
            "",
        ]
        if beside:
            before = sum(told[1]["cpu"] for told in busiest)
            values += [f"{before:.1f}", f"{now / before:.2f}"]
        bad = beside and now / before > MOST_OF_BEFORE
        figures.add("the busiest together", *values, most=f"{MOST_OF_BEFORE}" if beside else "", bad=bad)
    return figures.status()


def compare(found: Told) -> int:
    """Where the pages of two checkouts differ for the person who reads them."""
    differ = 0
    for size, pages in found.items():
        for name, (here, there) in pages.items():
            if "error" in here and "error" in there:
                continue
            lines = [_said(told.get("said") or told) for told in (there, here)]
            if lines[0] != lines[1]:
                differ += 1
                print(f"\n{name}, {size}:")
                print("\n".join(list(difflib.unified_diff(*lines, "there", "here", lineterm="", n=0))[:20]))
    print(f"{sum(map(len, found.values()))} pages compared, {differ} differ")
    return 1 if differ else 0


def _said(told: dict[str, Any]) -> list[str]:
    said = [f"{kind}: {each}" for kind, values in told.items() for each in (values if isinstance(values, list) else [values])]
    return [_VARIES.sub("…", one)[:2000] for one in said]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--times", type=int, default=9)
    parser.add_argument("--rows", type=int, default=30)
    parser.add_argument("--only", default="", help="names of addresses, with commas between them; BUSIEST for those")
    parser.add_argument("--beside", type=Path)
    parser.add_argument("--compare", action="store_true")
    parser.add_argument("--like", type=Path)
    told = parser.parse_args()
    like = [told.like.resolve()] if told.like else []
    only = BUSIEST if told.only == "BUSIEST" else tuple(filter(None, told.only.split(",")))
    if told.only == "BUSIEST":
        only += tuple(f"{name}, bare" for name in BUSIEST)
    visitors = [Visitor(checkout.resolve(), *like) for checkout in (ROOT, *([told.beside] if told.beside else []))]
    try:
        found = measure(visitors, rows=told.rows, times=told.times, only=only, read=told.compare)
    finally:
        for visitor in visitors:
            visitor.end()
    status = show(found, told.rows, beside=bool(told.beside))
    return max(status, compare(found)) if told.compare else status


if __name__ == "__main__":
    sys.exit(main())
