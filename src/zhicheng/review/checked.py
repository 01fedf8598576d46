"""由××于××核对: what an office has passed before, with the same words and the same papers. Read from the frozen submissions, kept nowhere else.

It hangs on the value and the hashes of the files, names office and day, and is told to desks alone. It ends when the paper behind it ends,
when the pass is taken back, and when the integrity record proves false what the person handed in.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from zhicheng.applications.casefile import CaseFile
from zhicheng.applications.models import Submission
from zhicheng.applications.proved import proved_in
from zhicheng.applications.queries import snapshot_of
from zhicheng.applications.to_library import valid_until_of
from zhicheng.applications.where import Where
from zhicheng.foundation import clock
from zhicheng.review.queries import passes_elsewhere

_MOST = 6  # submissions that are looked at, those passed last first


@dataclass(frozen=True, slots=True)
class Checked:
    """Which office passed a fact, and when."""

    office: str
    on: date


def checked_before(case: CaseFile) -> dict[str, Checked]:
    """What of the current submission an office above the unit has passed in another application of the same person, by its place; the newest
    pass of each. No query of its own, and one where there was such a pass.
    """
    passes = passes_elsewhere(case)
    if not passes:
        return {}
    wanted = list(dict.fromkeys(one.submission_id for one in passes))[:_MOST]
    held = {
        pk: set(proved_in(snapshot_of(submission), case.notice).values())
        for pk, submission in Submission.objects.in_bulk(wanted).items()
    }
    known: dict[object, Checked] = {}
    for one in passes:
        told = Checked(one.desk.name, one.decided_at.astimezone(clock.BEIJING).date())
        for fact in held.get(one.submission_id, ()):
            known.setdefault(fact, told)
    here = proved_in(case.snapshot, case.notice)
    return {place: known[fact] for place, fact in here.items() if fact in known and not _has_ended(case, place)}


def _has_ended(case: CaseFile, place: str) -> bool:
    where = Where.parse(place)
    content = case.snapshot.sections.get(where.section) or {}
    end = valid_until_of(where.section, content) if isinstance(content, dict) else None
    return end is not None and end < clock.today()
