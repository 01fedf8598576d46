"""What 再次核对 shows: every section in the layout of 评审表, and every box of the materials with what lies in it (S-26)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from itertools import compress, groupby
from typing import Any

from django.utils.translation import gettext as _

from zhicheng.applications.casefile import CaseFile
from zhicheng.applications.completeness import key_of
from zhicheng.applications.facts import row_label
from zhicheng.applications.looked_at import when_looked_at
from zhicheng.applications.models import Material
from zhicheng.applications.sections import Field, Kind, Section
from zhicheng.applications.where import Where
from zhicheng.campaigns.rules import SlotRequirement, Unproved
from zhicheng.evidence.queries import what_is_said
from zhicheng.foundation.fields import mask_own_id_number
from zhicheng.web.applicant.links import link_to
from zhicheng.web.applicant.section_forms import shown
from zhicheng.web.shared.addresses import reverse
from zhicheng.web.shared.problems import anchor_id
from zhicheng.web.shared.unproved import form_unproved, row_unproved

_COLUMNS = 6  # a section of rows with more fields than these, or with long texts, is shown row by row
_NARROW = (5, 10)  # columns, and characters in a cell, of a table that a telephone can show as one


def part_of(case: CaseFile, section: Section, links: Mapping[str, str]) -> dict[str, Any]:
    """One section: rows of short fields as a table, everything else as sheets of label and value.

    ``links``: place of a problem → where it is mended. A field that nobody filled in and nobody misses takes no room: a table has no column
    for it, and a sheet names those it leaves out (``blank``).
    """
    content = case.contents[section.key]
    rows = (content or []) if section.rows else [content or {}]
    present = [key_of(material) for material in case.materials]
    short = all(f.kind is not Kind.LONG for f in section.fields)
    places = [Where.of_row(section, row) for row in rows]
    lacking = any(where.startswith(section.key) for where in links)
    cells = [
        [_cell(f, row, links.get(str(replace(place, field=f.key)), "") if lacking else "") for f in _asked(section, row)]
        for place, row in zip(places, rows, strict=True)
    ]
    is_table = section.rows and short and len(section.fields) <= _COLUMNS
    filled = [any(column) for column in zip(*([_counts(cell) for cell in row] for row in cells), strict=True)] if is_table else []
    narrow = is_table and _is_narrow([list(compress(row, filled)) for row in cells])
    unproved = [row_unproved(case.notice, case.requirements, present, section, row) for row in rows]
    return {
        "key": section.key,
        "anchor": anchor_id(section.key),
        "label": str(section.label),
        "change_url": reverse("application_section", args=[case.application.pk, section.key]) + "?back=check",
        "is_table": is_table,
        "is_narrow": narrow,
        "is_stacked": is_table and not narrow,
        "is_rows": section.rows,
        "notes": _notes(section, rows, unproved) if is_table else [],
        "columns": list(compress((str(f.label) for f in section.fields), filled)),
        "lacks": links.get(section.key, ""),
        "unproved": form_unproved(case.notice, case.requirements, present, section, content),
        "entries": [
            {
                "label": row_label(section, row) if section.rows else "",
                "lacks": links.get(str(place), "") if section.rows else "",
                "unproved": None if is_table else unproved[number],
                "cells": list(compress(shown_cells, filled)) if is_table else [cell for cell in shown_cells if _counts(cell)],
                "blank": [] if is_table else [cell["label"] for cell in shown_cells if not _counts(cell)],
            }
            for number, (place, row, shown_cells) in enumerate(zip(places, rows, cells, strict=True))
        ],
    }


def _notes(section: Section, rows: Sequence[Mapping[str, Any]], said: Sequence[Unproved | None]) -> list[tuple[str, str]]:
    """What is said of rows that have no paper, each sentence once: ``(of which rows, what)``, the former empty where it is all of them."""
    together: dict[str, list[str]] = {}
    for row, note in zip(rows, said, strict=True):
        if note is not None:
            together.setdefault(str(note.text), []).append(row_label(section, row))
    return [("" if len(labels) == len(rows) else _("、").join(labels), text) for text, labels in together.items()]


def _counts(cell: Mapping[str, Any]) -> bool:
    """Whether there is something to read: a value, or that one is missing."""
    return bool(cell["value"] or cell["url"])


def _is_narrow(rows: Sequence[Sequence[Mapping[str, Any]]]) -> bool:
    """Whether a telephone has room for the rows side by side; the link that stands where a value is missing needs more."""
    most, longest = _NARROW
    return all(len(row) <= most and all(len(cell["value"]) <= longest and not cell["url"] for cell in row) for row in rows)


def _asked(section: Section, row: Mapping[str, Any]) -> list[Field]:
    """The fields this person is asked: a first title has no certificate to describe."""
    if section.unless_first_title and row.get("first_title"):
        return [f for f in section.fields if f.kind is Kind.YES_NO]
    return [f for f in section.fields if section.rows or f.kind is not Kind.YES_NO or row.get(f.key)]


def _cell(field: Field, row: Mapping[str, Any], url: str) -> dict[str, Any]:
    url = f"{url[: url.index('#')]}?back=check{url[url.index('#') :]}" if "#" in url else url
    wide = field.kind in {Kind.LONG, Kind.YES_NO}
    value = shown(field, row.get(field.key))
    if field.key == "ended_on" and not value and row.get("started_on") and not field.required:
        value = _("至今")
    if field.key == "id_number":
        value = mask_own_id_number(value)
    return {"label": str(field.label), "value": value, "url": url, "wide": wide}


def materials_summary(case: CaseFile, links: Mapping[str, str], checking: Collection[str] = ()) -> list[dict[str, Any]]:
    """One entry a slot of the applicant's, with its boxes: address, exemption, and the files with the paper each one is; ``checking``: the
    places of files that are still being examined. Of several boxes each is named by its year or row alone.
    """
    held: dict[tuple[str, int | None, str], list[Material]] = {}
    for material in case.materials:
        held.setdefault((material.slot, material.year, material.row), []).append(material)
    boxes = [box for box in case.requirements if box.owner == "applicant" and box.upload]
    found = []
    for slot, of_slot in groupby(_boxes(case, boxes, held, links, checking), key=lambda entry: entry["slot"]):
        entries = list(of_slot)
        alone = len(entries) == 1
        if alone:
            entries[0]["part"] = ""
        for entry in entries:  # of a year with one file the year says enough
            entry["named_by_part"] = bool(entry["year"] and entry["part"]) and len(entry["files"]) == 1
        in_a_line = all(entry["named_by_part"] and not entry["lacks"] for entry in entries)
        label = entries[0]["caption"] if alone else entries[0]["label"]
        left_out = not any(e["files"] or e["required"] or e["lacks"] or e["checking"] or e["exempt_reason"] for e in entries)
        found.append(
            {
                "slot": slot,
                "is_left_out": left_out,
                "number": entries[0]["number"],
                "label": label,
                "boxes": entries,
                "in_a_line": in_a_line,
            }
        )
    return found


def _boxes(
    case: CaseFile,
    boxes: list[SlotRequirement],
    held: Mapping[tuple[str, int | None, str], list[Material]],
    links: Mapping[str, str],
    checking: Collection[str],
) -> list[dict[str, Any]]:
    found = []
    for box in boxes:
        labels = {p.key: str(p.label) for p in box.papers}
        place = Where.of_box(box)
        found.append(
            {
                "slot": box.slot,
                "label": str(box.label),
                "year": box.year,
                "part": _("{year}年度").format(year=box.year) if box.year is not None else box.row_label,
                "number": box.mark,
                "caption": box.caption,
                "url": link_to(case, place),
                "required": box.required,
                "lacks": str(place) in links,
                "checking": str(place) in checking,
                "exempt_reason": str(box.exempt_reason) if box.exempt_reason else "",
                "files": [
                    {
                        "name": m.file.name,
                        "paper": labels.get(m.paper, ""),
                        "pages": m.file.pages,
                        "url": reverse("application_material", args=[case.application.pk, m.pk]),
                        "said": what_is_said(m),
                        "looked_at": when_looked_at(m, case.looked_at) is not None,
                    }
                    for m in held.get((box.slot, box.year, box.row_id or ""), [])
                ],
            }
        )
    return found
