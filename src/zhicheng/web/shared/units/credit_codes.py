"""What a credit code says about its unit: a help while typing, and a suggestion where nothing was chosen yet (S-12)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _

from zhicheng.organizations import queries
from zhicheng.organizations.models import Organization
from zhicheng.organizations.rules import region_differs
from zhicheng.standards.credit_code import DEPARTMENTS, KINDS, CreditCode, check_credit_code, warning_values
from zhicheng.standards.errors import MESSAGES, InvalidNumber
from zhicheng.standards.text import compact
from zhicheng.web.shared.http import whole_number
from zhicheng.web.shared.units.forms import UnitForm, in_chinese, region_choices
from zhicheng.web.shared.units.rows import nature_words


def credit_code_says(data: Mapping[str, str], *, own_id: int | None = None) -> dict[str, Any]:
    """For the typed ``uscc`` and what else was chosen: the sentences to show, and a form that holds what the code and the county
    suggest where nothing was chosen. An unfinished code says nothing yet. ``own_id`` is the unit that asks about its own code."""
    typed, region = compact(data.get("uscc", "")), data.get("region_code", "")
    if len(typed) < 18:
        return {"code": None, **_suggestions(data, nature="", region="", office=queries.office_of_region(region))}
    try:
        code = check_credit_code(typed)
    except InvalidNumber as error:
        return {"code": None, "code_problem": _(error.template).format(**error.values)}
    office = queries.office_of_region(region or code.region_code)
    here = code.region_code if any(code.region_code == county for county, _name in region_choices()) else ""
    return {
        "code": code,
        "code_said": _said(code),
        "code_taken_by": queries.listed_employers().filter(uscc=code.code).exclude(pk=own_id or 0).first(),
        "code_differs": code_differs(code.code, data.get("receiving_office", "")),
        "code_warnings": [_(MESSAGES[key]).format(**warning_values(code)) for key in code.warnings],
        **_suggestions(data, nature=code.suggested_nature, region=here, office=office),
    }


def _suggestions(data: Mapping[str, str], *, nature: str, region: str, office: Organization | None) -> dict[str, Any]:
    """A form with what is suggested where nothing was chosen, and which of its fields are to be shown anew."""
    offered = {"nature": nature, "region_code": region, "receiving_office": str(office.pk) if office else ""}
    suggested = {name: data.get(name, "") or value for name, value in offered.items()}
    return {
        "suggested": SimpleLazyObject(lambda: UnitForm(initial=suggested)),  # shown to a script alone
        **{f"suggest_{name}": bool(value) and not data.get(name) for name, value in offered.items()},
    }


def _said(code: CreditCode) -> list[str]:
    """What can be read from the code, in sentences that follow one another."""
    kind, nature = _kind_words(code), nature_words(code.suggested_nature)
    said = [_("登记部门 %(code_kind)s；") % {"code_kind": kind}] if kind else []
    said += [_("登记地 %(region)s；") % {"region": code.region_name}] if code.region_name else []
    if not nature:
        return [*said, _("单位性质请按实际选择。")]
    return [*said, _("单位性质一般为“%(code_nature)s”，与实际不同的请改选。") % {"code_nature": nature}]


def code_differs(uscc: str, office_id: str) -> bool:
    """Whether the chosen office is another county's than the code's: worth a word, never a refusal (headquarters elsewhere)."""
    number = whole_number(office_id)
    office = queries.receiving_office(number) if number is not None else None
    return office is not None and region_differs(compact(uscc), office.region_code)


def _kind_words(code: CreditCode) -> str:
    place = 0 if in_chinese() else 1
    department = DEPARTMENTS[code.department][place] if code.department in DEPARTMENTS else ""
    kind = KINDS[code.kind][place] if code.kind in KINDS else ""
    return f"{department}（{kind}）" if kind else department
