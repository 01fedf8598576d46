"""From the rows of the work history to jobs, and to who employed the person in each year (S-60). Pure.

What the county confirmed of the present employer stands above what a row says of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from zhicheng.applications.reading import stored_date
from zhicheng.standards.careers import Job, Stay, held_beside, is_beside, stays_in


@dataclass(frozen=True, slots=True)
class Employment:
    """A row of the work history that can be read: its id, its employer, what the row says of the nature, and the job as it counts."""

    row: str
    employer: str
    stated_nature: str
    job: Job
    is_present: bool = False


def employments_of(contents: Mapping[str, Any], *, nature: str, year: int) -> list[Employment]:
    """The dated rows of the work history; ``nature`` is the confirmed one of the present employer, ``year`` that of the notice.

    Jobs of the present employer are all that bear its name, the ended ones too; where none of these goes on, also those that do, and where
    none goes on at all, those that reached into ``year``: what employs somebody who applies is the employer the county looked at.
    """
    rows = [read for row in _rows(contents.get("work_history")) if (read := _employment(row)) is not None]
    beside = held_beside([each.job for each, _ in rows], [says for _, says in rows])
    found = [replace(each, job=replace(each.job, beside=held)) for (each, _), held in zip(rows, beside, strict=True)]
    name = _plain((contents.get("basic") or {}).get("employer_name"))
    here = {i for i, each in enumerate(found) if name and _plain(each.employer) == name}
    running = {i for i, each in enumerate(found) if each.job.ended_on is None and not each.job.beside}
    if not here & running:
        here |= running
    if not here:
        here = {i for i, each in enumerate(found) if not each.job.beside and (end := each.job.ended_on) and end.year >= year}
    for i in here:
        found[i] = replace(found[i], is_present=True, job=replace(found[i].job, nature=nature))
    return found


def stays_of(contents: Mapping[str, Any], *, nature: str, until: int) -> dict[int, tuple[Stay, ...]]:
    """Year → who employed the person, from the first year of the history to ``until``; empty without a history."""
    jobs = [each.job for each in employments_of(contents, nature=nature, year=until)]
    if not jobs:
        return {}
    today = date(until, 12, 31)
    years = range(min(job.started_on.year for job in jobs), until + 1)
    return {year: stays for year in years if (stays := stays_in(jobs, year, today=today))}


def _employment(row: Mapping[str, Any]) -> tuple[Employment, bool] | None:
    """The row as read, and whether its words say that it is held beside another job."""
    started, ended = stored_date(row.get("started_on")), stored_date(row.get("ended_on"))
    if started is None or (row.get("ended_on") and ended is None):
        return None
    nature = str(row.get("employer_nature") or "")
    employer, duty, post = (str(row.get(key) or "") for key in ("employer", "duty", "post"))
    read = Employment(str(row.get("id") or ""), employer, nature, Job(started, ended, nature))
    return read, is_beside(duty, post, employer=employer)


def _rows(content: Any) -> list[Mapping[str, Any]]:
    return [row for row in content if isinstance(row, Mapping)] if isinstance(content, list) else []


def _plain(name: Any) -> str:
    return "".join(str(name or "").split())
