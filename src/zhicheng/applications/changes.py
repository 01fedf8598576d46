"""What is not as it was between two contents of one form, at one place of it. Pure.

The applicant reads it beside the points of a return before 上报, a desk beside what was sent again.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from zhicheng.applications.reading import is_blank
from zhicheng.applications.sections import BY_KEY, SECTIONS, Section
from zhicheng.applications.snapshot import FrozenFile, Snapshot
from zhicheng.applications.where import Where
from zhicheng.campaigns.notice import Notice
from zhicheng.campaigns.rules import evidence_slots

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Held:
    """A form and its files, as they were sent or as they stand now; ``sections`` by key: a dict, or a list of rows."""

    sections: Mapping[str, Any]
    files: tuple[FrozenFile, ...] = ()

    @classmethod
    def sent(cls, snapshot: Snapshot) -> Held:
        """What was submitted."""
        return cls(snapshot.sections, snapshot.materials)


@dataclass(frozen=True, slots=True)
class Change:
    """One difference. ``where`` says of what, and so what stands in ``before`` and ``after``:

    a field (its stored values), a whole row that came or went (the row, ``None`` where there was none), or a paper of the list of
    materials (the files that are there no more, and those that were not there).
    """

    where: Where
    before: Any = None
    after: Any = None


def changes_at(notice: Notice, where: Where, before: Held, after: Held) -> list[Change]:
    """Everything that is different at ``where``: a field; a row or a section with the files that prove it; a box or one of its papers.

    A place that is none of the form (the application as a whole, a step) means all of it.
    """
    if where.slot:
        return list(_of_files(lambda place: _in_box(where, place), before, after))
    if where.section not in BY_KEY:
        every = [change for section in SECTIONS for change in _of_section(section, Where(section.key), before, after)]
        return [*every, *_of_files(lambda _place: True, before, after)]
    section = BY_KEY[where.section]
    found = list(_of_section(section, where, before, after))
    if not where.field:
        found += _of_files(_proving(notice, section, where.row, before, after), before, after)
    return found


def _in_box(where: Where, place: Where) -> bool:
    """Whether a file's ``place`` is the box or paper ``where``; a slot without year or row means all of its boxes."""
    whole_slot = place.slot == where.slot and not where.box.removeprefix(where.slot) and where.paper in {"", place.paper}
    return where.holds(place) or whole_slot


def _proving(notice: Notice, section: Section, row: str, before: Held, after: Held) -> Callable[[Where], bool]:
    """Which files prove the section, or that row of it: by the row itself or by its year (S-63)."""
    slots = {slot.key for slot in evidence_slots(notice, section.key)}
    years = {r.get("year") for held in (before, after) for r in _rows(section, held) if r.get("id") == row} - {None, ""}

    def proves(place: Where) -> bool:
        return place.slot in slots and (not row or place.row == row or place.year in years)

    return proves


def _of_section(section: Section, where: Where, before: Held, after: Held) -> Iterator[Change]:
    old, new = ({str(row.get("id", "")): row for row in _rows(section, held)} for held in (before, after))
    for key in [*new, *(key for key in old if key not in new)]:
        if where.row and key != where.row:
            continue
        place = Where(section.key, key if section.rows else "")
        was, now = old.get(key), new.get(key)
        if was is None or now is None:
            yield Change(replace(place, field=where.field), was, now)
            continue
        for field in section.fields:
            if where.field in {"", field.key} and _plain(was.get(field.key)) != _plain(now.get(field.key)):
                yield Change(replace(place, field=field.key), was.get(field.key), now.get(field.key))


def _rows(section: Section, held: Held) -> list[Row]:
    """The rows in which something is filled in; of a section that is a single form, the form."""
    content = held.sections.get(section.key)
    if not section.rows:
        return [content if isinstance(content, Mapping) else {}]
    rows = [row for row in content if isinstance(row, Mapping)] if isinstance(content, list) else []
    return [row for row in rows if not is_blank(dict(row))]


def _plain(value: Any) -> Any:
    """A value as it is compared: not ticked and not filled in are one."""
    return None if value is False or value == "" else value


def _of_files(wanted: Callable[[Where], bool], before: Held, after: Held) -> Iterator[Change]:
    places = dict.fromkeys(file.where for file in (*after.files, *before.files) if wanted(file.where))
    for place in places:
        old, new = ([file for file in held.files if file.where == place] for held in (before, after))
        gone, came = _without(old, {f.sha256 for f in new}), _without(new, {f.sha256 for f in old})
        if gone or came:
            yield Change(place, gone, came)


def _without(files: list[FrozenFile], hashes: Collection[str]) -> tuple[FrozenFile, ...]:
    return tuple(file for file in files if file.sha256 not in hashes)
