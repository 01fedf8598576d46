"""The one rule of work histories: times nobody accounts for, two full-time jobs at once, and where each year was spent.

Pure. A job beside or inside another one (借调、挂职、驻村、访惠聚) fills no second place and opens no hole. Both days of a job belong
to it. Sources: domain §3.10; 人社部令40号 第十三条 (in post); S-60 (the employer of each year).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

# Up to a month between two jobs, or of handing over from one to the next, is usual.
ALLOWED_DAYS = 31
_DAY = timedelta(days=1)
# Words of a post, or of what somebody does, that is held beside or inside another job.
_BESIDE = re.compile(
    r"借调|借用|挂职|挂任|驻村|住村|驻点|访惠聚|第一书记|支教|下派|选派|外派|抽调|援疆|援藏|援外|对口支援|跟班|跟岗|轮训|脱产学习|进修"
    r"|(?:^|[（(])\s*兼|secondment|seconded",
    re.IGNORECASE,
)
# The same in the place of an employer: a team is none. 教师进修学校 is, and so are others whose names have such words.
_TEAM = re.compile(r"驻村|住村|访惠聚|工作队|援疆指挥部")


@dataclass(frozen=True, slots=True)
class Job:
    """A time at one employer; ``ended_on`` None means until now. ``nature``: a code of ``natures``, empty where nobody said.

    ``beside``: held beside or inside another job, which goes on meanwhile (:func:`held_beside`).
    """

    started_on: date
    ended_on: date | None = None
    nature: str = ""
    beside: bool = False

    def last_day(self, today: date) -> date:
        """The last day it covers, as far as is known on ``today``."""
        return self.ended_on if self.ended_on is not None else max(today, self.started_on)


@dataclass(frozen=True, slots=True)
class Hole:
    """Days without a job, first and last: ``kind`` is "before" the first job, a "gap" between two, or "after" the last one.

    ``job``: the place, in the sequence given, of the job that follows; for "after" of the one that went before.
    """

    kind: str
    first_day: date
    last_day: date
    job: int


@dataclass(frozen=True, slots=True)
class Twice:
    """Two full-time jobs at once: their places in the sequence given, the one that began earlier first, and the common days."""

    earlier: int
    later: int
    first_day: date
    last_day: date


@dataclass(frozen=True, slots=True)
class Stay:
    """How many days of a year were spent with employers of one nature (empty: not known)."""

    nature: str
    days: int


def is_beside(*words: str, employer: str = "") -> bool:
    """Whether the words of a post say that it is held beside another one, or ``employer`` is a team people are sent to.

    技术科长兼工会主席 is one job with two offices; only what begins with 兼 is a second one.
    """
    return any(_BESIDE.search(text.strip()) for text in words) or _TEAM.search(employer) is not None


def held_beside(jobs: Sequence[Job], said: Sequence[bool]) -> list[bool]:
    """Which of the jobs that say so (``said``, one for each) are held beside others: those whose whole time others cover.

    What nobody else employs a person for is the job there is, whatever its words.
    """
    main = [job for job, says in zip(jobs, said, strict=True) if not says]
    beside = [False] * len(jobs)
    for i in sorted((i for i, says in enumerate(said) if says), key=lambda i: (jobs[i].started_on, -_end(jobs[i]).toordinal())):
        beside[i] = _covered(jobs[i], main)
        if not beside[i]:
            main.append(jobs[i])
    return beside


def _end(job: Job) -> date:
    return job.ended_on or date.max


def _covered(job: Job, others: Sequence[Job]) -> bool:
    """Whether the others leave no more than a month of its time open."""
    covered = job.started_on - _DAY
    for other in sorted(others, key=lambda other: other.started_on):
        if covered < other.started_on <= _end(job) and (other.started_on - covered - _DAY).days > ALLOWED_DAYS:
            return False
        covered = max(covered, _end(other)) if other.started_on <= _end(job) else covered
    return (_end(job) - covered).days <= ALLOWED_DAYS


def _in_time(jobs: Sequence[Job]) -> list[int]:
    """The places of the jobs in order of time; one that ends before it starts tells nothing and is left out."""
    sound = [i for i, job in enumerate(jobs) if job.ended_on is None or job.ended_on >= job.started_on]
    return sorted(sound, key=lambda i: (jobs[i].started_on, jobs[i].ended_on or date.max))


def _given_up(job: Job, begun: set[date]) -> Job:
    """The job without its last day where the next one begins on it: that day belongs to the next."""
    handed_over = job.ended_on is not None and job.started_on < job.ended_on and job.ended_on in begun
    return replace(job, ended_on=job.ended_on - _DAY) if handed_over and job.ended_on else job


def holes(jobs: Sequence[Job], *, since: date | None, today: date) -> tuple[Hole, ...]:
    """The times of more than a month that no job covers, in order: from ``since`` (参加工作时间) on, between jobs, and until ``today``."""
    order = _in_time(jobs)
    if not order:
        return ()
    found = []
    covered = since - _DAY if since is not None else jobs[order[0]].started_on - _DAY
    last = order[0]
    for index in order:
        job = jobs[index]
        if (job.started_on - covered - _DAY).days > ALLOWED_DAYS:
            kind = "before" if index == order[0] else "gap"
            found.append(Hole(kind, covered + _DAY, job.started_on - _DAY, index))
        if job.last_day(today) >= covered:
            covered, last = job.last_day(today), index
    if (today - covered).days > ALLOWED_DAYS:
        found.append(Hole("after", covered + _DAY, today, last))
    return tuple(found)


def held_twice(jobs: Sequence[Job], *, today: date) -> tuple[Twice, ...]:
    """Every two full-time jobs that ran at once for more than a month, in order of time."""
    order = [i for i in _in_time(jobs) if not jobs[i].beside]
    found = []
    for place, later in enumerate(order):
        for earlier in order[:place]:
            first = jobs[later].started_on
            last = min(jobs[earlier].last_day(today), jobs[later].last_day(today))
            if (last - first).days + 1 > ALLOWED_DAYS:
                found.append(Twice(earlier, later, first, last))
    return tuple(found)


def stays_in(jobs: Sequence[Job], year: int, *, today: date) -> tuple[Stay, ...]:
    """By whom somebody was employed in ``year``: one entry a nature, in order of time, the one at the year's end last.

    Jobs held beside another one do not count; where there is no other that year, they do.
    """
    first, last = date(year, 1, 1), date(year, 12, 31)
    begun = {job.started_on for job in jobs if not job.beside}
    until = [_given_up(jobs[i], begun) for i in _in_time(jobs)]
    here = [job for job in until if job.started_on <= last and job.last_day(today) >= first]
    main = [job for job in here if not job.beside] or here
    days: dict[str, int] = {}
    for job in sorted(main, key=lambda job: (min(job.last_day(today), last), job.started_on)):
        lasted = (min(job.last_day(today), last) - max(job.started_on, first)).days + 1
        days[job.nature] = days.pop(job.nature, 0) + lasted
    return tuple(Stay(nature, count) for nature, count in days.items())
