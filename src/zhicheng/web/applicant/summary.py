"""What 再次核对 shows: every section in the layout of 评审表, and every box of the materials with what lies in it (S-26)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

from django.utils.translation import gettext as _

from zhicheng.applications.casefile import CaseFile
from zhicheng.applications.completeness import key_of
from zhicheng.applications.facts import row_label
from zhicheng.applications.looked_at import when_looked_at
from zhicheng.applications.models import Material
from zhicheng.applications.sections import Field, Kind, Section
from zhicheng.applications.where import Where
from zhicheng.evidence.queries import what_is_said
from zhicheng.foundation.fields import mask_own_id_number
from zhicheng.web.applicant.links import link_to
from zhicheng.web.applicant.section_forms import shown
from zhicheng.web.shared.addresses import reverse
from zhicheng.web.shared.problems import anchor_id
from zhicheng.web.shared.unproved import form_unproved, row_unproved

_COLUMNS = 6  # a section of rows with more fields than these, or with long texts, is shown row by row


def part_of(case: CaseFile, section: Section, links: Mapping[str, str]) -> dict[str, Any]:
    """One section: rows of short fields as a table, everything else as sheets of label and value.

    ``links``: place of a problem → where it is mended.
    """
    content = case.contents[section.key]
    rows = (content or []) if section.rows else [content or {}]
    present = [key_of(material) for material in case.materials]
    short = all(f.kind is not Kind.LONG for f in section.fields)
    places = [Where.of_row(section, row) for row in rows]
    return {
        "key": section.key,
        "anchor": anchor_id(section.key),
        "label": str(section.label),
        "change_url": reverse("application_section", args=[case.application.pk, section.key]) + "?back=check",
        "is_table": section.rows and short and len(section.fields) <= _COLUMNS,
        "is_rows": section.rows,
        "columns": [str(f.label) for f in section.fields],
        "lacks": links.get(section.key, ""),
        "unproved": form_unproved(case.notice, case.requirements, present, section, content),
        "entries": [
            {
                "label": row_label(section, row) if section.rows else "",
                "lacks": links.get(str(place), "") if section.rows else "",
                "unproved": row_unproved(case.notice, case.requirements, present, section, row),
                "cells": [_cell(f, row, links.get(str(replace(place, field=f.key)), "")) for f in _asked(section, row)],
            }
            for place, row in zip(places, rows, strict=True)
        ],
    }


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
    """One entry a box of the applicant's: caption, address, exemption, and its files with the paper each one is; ``checking``: the places
    of files that are still being examined.
    """
    held: dict[tuple[str, int | None, str], list[Material]] = {}
    for material in case.materials:
        held.setdefault((material.slot, material.year, material.row), []).append(material)
    found = []
    for box in case.requirements:
        if box.owner != "applicant" or not box.upload:
            continue
        labels = {p.key: str(p.label) for p in box.papers}
        place = Where.of_box(box)
        found.append(
            {
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
