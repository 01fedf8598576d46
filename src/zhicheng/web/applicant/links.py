"""From a place in an application (``applications.where.Where``) to the address where the applicant mends it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from zhicheng.applications.casefile import CaseFile
from zhicheng.applications.sections import BY_KEY
from zhicheng.applications.where import Where
from zhicheng.foundation.errors import Problem
from zhicheng.web.applicant.base import information_url
from zhicheng.web.shared.addresses import reverse
from zhicheng.web.shared.problems import anchor_id


def control_id(key: str, row: str, field: str) -> str:
    """The HTML id of a control of a section's page."""
    return f"id_{row}-{field}" if row else f"id_{key}-{field}"


def link_to(case: CaseFile, where: Where, *, section: str = "") -> str:
    """The address of a place; what is no place of this application leads to the task list.

    ``section``: the page a box is wanted on, beside the row it proves; otherwise a box stands on its material's own page.
    """
    number = case.application.pk
    if where.slot and (section or case.notice.slot(where.slot) is not None):
        page = ("application_section", section) if section else ("application_slot", where.slot)
        return reverse(page[0], args=[number, page[1]]) + f"#{anchor_id(str(where.whole_box))}"
    if where.section:
        return reverse("application_section", args=[number, where.section]) + _fragment(where)
    match where.other:
        case "check":
            return reverse("application_check", args=[number])
        case "points":
            return reverse("application_check", args=[number]) + f"#{anchor_id('points')}"
        case "commitment" | "liability":
            return reverse("application_submit", args=[number]) + f"#id_{where}"
        case "window":
            return reverse("my_titles") + "#window"
        case "employer":
            return information_url()
    return reverse("application_tasks", args=[number])


def _fragment(where: Where) -> str:
    if not where.field:
        return f"#{anchor_id(str(where))}" if where.row else ""
    return f"#{control_id(where.section, where.row if BY_KEY[where.section].rows else '', where.field)}"


def linked(case: CaseFile, problems: Iterable[Problem]) -> list[Problem]:
    """The same problems, each with a link to its place (what the raiser put into ``link`` is replaced)."""
    return [replace(p, link=link_to(case, Where.parse(p.where))) for p in problems]
