"""From the rows of the work history to jobs, and to who employed the person in each year (S-60). Pure.

What the county confirmed of the present employer stands above what a row says of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from zhicheng.applications.reading import stored_date
from zhicheng.standards.careers import Job, Stay, is_beside, stays_in


@dataclass(frozen=True, slots=True)
class Employment:
    """A row of the work history that can be read: its id, its employer, what the row says of the nature, and the job as it counts."""

    row: str
    employer: str
    stated_nature: str
    job: Job
    is_present: bool = False


def employments_of(contents: Mapping[str, Any], *, nature: str) -> list[Employment]:
    """The dated rows of the work history; ``nature`` is the confirmed one of the present employer.

    The present job is the one that runs in the name of the employer; where none does, the one full-time job that runs.
    """
    found = [job for row in _rows(contents.get("work_history")) if (job := _employment(row)) is not None]
    running = [i for i, each in enumerate(found) if each.job.ended_on is None and not each.job.beside]
    name = _plain((contents.get("basic") or {}).get("employer_name"))
    here = [i for i in running if name and _plain(found[i].employer) == name] or (running if len(running) == 1 else [])
    for i in here:
        found[i] = replace(found[i], is_present=True, job=replace(found[i].job, nature=nature))
    return found


def stays_of(contents: Mapping[str, Any], *, nature: str, until: int) -> dict[int, tuple[Stay, ...]]:
    """Year → who employed the person, from the first year of the history to ``until``; empty without a history."""
    jobs = [each.job for each in employments_of(contents, nature=nature)]
    if not jobs:
        return {}
    today = date(until, 12, 31)
    years = range(min(job.started_on.year for job in jobs), until + 1)
    return {year: stays for year in years if (stays := stays_in(jobs, year, today=today))}


def _employment(row: Mapping[str, Any]) -> Employment | None:
    started, ended = stored_date(row.get("started_on")), stored_date(row.get("ended_on"))
    if started is None or (row.get("ended_on") and ended is None):
        return None
    nature = str(row.get("employer_nature") or "")
    words = [str(row.get(key) or "") for key in ("employer", "duty", "post")]
    job = Job(started, ended, nature, beside=is_beside(*words))
    return Employment(str(row.get("id") or ""), words[0], nature, job)


def _rows(content: Any) -> list[Mapping[str, Any]]:
    return [row for row in content if isinstance(row, Mapping)] if isinstance(content, list) else []


def _plain(name: Any) -> str:
    return "".join(str(name or "").split())
