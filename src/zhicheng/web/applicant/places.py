"""From what a rule or a desk calls a place (``Problem.where``) to the address where the applicant mends it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from django.urls import reverse

from zhicheng.applications.models import Application
from zhicheng.applications.places import box_and_paper, slot_key
from zhicheng.applications.sections import BY_KEY
from zhicheng.campaigns.queries import notice_of
from zhicheng.foundation.errors import Problem
from zhicheng.web.applicant.base import information_url
from zhicheng.web.shared.problems import anchor_id


def control_id(key: str, row: str, field: str) -> str:
    """The HTML id of a control of a section's page."""
    return f"id_{row}-{field}" if row else f"id_{key}-{field}"


def slot_of(application: Application, box: str) -> str:
    """The slot a box key belongs to, under the notice the application is pinned to; empty when it has no such slot."""
    return slot_key(notice_of(application.campaign_version), box)


def place_url(application: Application, where: str) -> str:
    """The address of ``section``, ``section.field``, ``section.row``, ``section.row.field``, ``material:<box>`` (with or without
    a paper), ``check``, ``commitment``, ``window``, ``employer``; anything else leads to the task list.
    """
    if where.startswith("material:"):
        box, _paper = box_and_paper(where)
        slot = slot_of(application, box)
        if slot:
            return reverse("application_slot", args=[application.pk, slot]) + f"#{anchor_id(f'material:{box}')}"
    key, _dot, rest = where.partition(".")
    if key in BY_KEY:
        return reverse("application_section", args=[application.pk, key]) + _fragment(key, rest)
    match where:
        case "check":
            return reverse("application_check", args=[application.pk])
        case "commitment" | "liability":
            return reverse("application_submit", args=[application.pk]) + f"#id_{where}"
        case "window":
            return reverse("my_titles") + "#window"
        case "employer":
            return information_url()
    return reverse("application_tasks", args=[application.pk])


def box_url(application: Application, box: str, section: str = "") -> str:
    """Where a box stands: on the page of ``section``, beside the row it proves, or on its material's own page."""
    if section:
        return reverse("application_section", args=[application.pk, section]) + f"#{anchor_id(f'material:{box}')}"
    return place_url(application, f"material:{box}")


def _fragment(key: str, rest: str) -> str:
    if not rest:
        return ""
    if not BY_KEY[key].rows:
        return f"#{control_id(key, '', rest)}"
    row, _dot, field = rest.partition(".")
    return f"#{control_id(key, row, field)}" if field else f"#{anchor_id(f'{key}.{row}')}"


def linked(application: Application, problems: Iterable[Problem]) -> list[Problem]:
    """The same problems, each with a link to its place (what the raiser put into ``link`` is replaced)."""
    return [replace(p, link=place_url(application, p.where)) for p in problems]
