"""A unit's particulars as rows to read, with what they were before beside what they shall be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from zhicheng.organizations.models import Organization, UnitVerification, VerificationState
from zhicheng.organizations.rules import FIELDS_TO_CONFIRM, LABELS, changed_fields, reason_label
from zhicheng.standards.natures import find_nature
from zhicheng.standards.regions import short_name
from zhicheng.web.shared.units.forms import in_chinese


@dataclass(frozen=True, slots=True)
class Row:
    """One particular: its words, its value, and ``before`` when it was different; ``field`` is its name in the particulars."""

    field: str
    label: str
    value: str
    note: str = ""
    changed: bool = False


def rows_of(particulars: dict[str, Any], *, previous: dict[str, Any] | None = None, confirmed: tuple[str, ...] = ()) -> list[Row]:
    """Stored particulars, put into words. One query for the names of the offices."""
    before = previous or {}
    changed = changed_fields(before, particulars)
    ids = {p[key] for p in (particulars, before) for key in ("receiving_office_id", "supervising_body_id") if p.get(key)}
    names = dict(Organization.objects.filter(pk__in=ids).values_list("pk", "name"))
    rows = []
    for field, label in LABELS.items():
        note = ""
        if field in changed:
            note = _("原为：%(before)s") % {"before": _words(field, before.get(field), names) or _("未填写")}
        elif field in confirmed and field in FIELDS_TO_CONFIRM:
            note = _("单位已核实无误")
        rows.append(Row(field, str(label), _words(field, particulars.get(field), names), note, field in changed))
    return rows


def rows_of_request(verification: UnitVerification, *, returned: UnitVerification | None = None) -> list[Row]:
    """The particulars a request proposes, with what differs from those in force when it was made.

    A registration replaces nothing in force: it is compared with the one that was ``returned`` before it.
    """
    previous = verification.previous or (returned.proposed if returned is not None else None)
    return rows_of(verification.proposed, previous=previous, confirmed=tuple(verification.confirmed_fields))


def reasons_of(verification: UnitVerification | None) -> list[dict[str, str]]:
    """Why a request was returned, each reason with the words of its field; nothing for one that was not."""
    if verification is None or verification.state != VerificationState.RETURNED:
        return []
    return [{"field": reason_label(r["field"]), "text": r["text"]} for r in verification.reasons]


def nature_words(code: str) -> str:
    """单位性质 in the language of the page; empty for an unknown code."""
    nature = find_nature(code)
    return (nature.zh if in_chinese() else nature.en) if nature else ""


def region_words(code: str) -> str:
    """The county's name in the language of the page; the code itself where it is not held."""
    return short_name(code, "zh" if in_chinese() else "en") or code


def _words(field: str, value: Any, names: dict[int, str]) -> str:
    if not value:
        return _("没有") if field == "supervising_body_id" else ""
    if field == "nature":
        return nature_words(value)
    if field == "region_code":
        return region_words(value)
    if field in {"receiving_office_id", "supervising_body_id"}:
        return names.get(value, "")
    return str(value)
