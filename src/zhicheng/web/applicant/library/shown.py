"""How a fact of the library is shown: by its kind, in the words of the form (``applications/sections.py``)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _

from zhicheng.applications.from_library import label_of
from zhicheng.applications.sections import BY_KEY, Kind, Section
from zhicheng.foundation import clock
from zhicheng.library.models import LibraryItem
from zhicheng.library.queries import content_of
from zhicheng.library.rules import ENDS_SOON, KINDS
from zhicheng.web.applicant.section_forms import shown
from zhicheng.web.shared.addresses import reverse

_NAMED = 4  # so many values tell what an item is; the rest stands on its own page


def kinds_shown(items: Iterable[LibraryItem]) -> list[dict[str, Any]]:
    """Every kind in the order of the form, with what is kept of it."""
    by_kind: dict[str, list[LibraryItem]] = {}
    for item in items:
        by_kind.setdefault(item.kind, []).append(item)
    return [
        {
            "key": key,
            "label": BY_KEY[key].label,
            "add_url": reverse("library_new", args=[key]),
            "items": [item_shown(item) for item in by_kind.get(key, [])],
        }
        for key in KINDS
    ]


def item_shown(item: LibraryItem) -> dict[str, Any]:
    """One item: its name, a line of what it tells, its files, and how its paper stands."""
    section, content = BY_KEY[item.kind], content_of(item)
    return {
        "item": item,
        "name": label_of(section, content) or _("（未填写名称）"),
        "values": told_of(section, content),
        "files": [files_shown(item, row) for row in item.files.all()],
        "ends": _ends(item),
    }


def told_of(section: Section, content: dict[str, Any]) -> list[tuple[str, str]]:
    """A few labels and values that tell what an item is, beside its name; the long texts are left to its own page."""
    name = label_of(section, content)
    fields = [f for f in section.fields if f.kind not in (Kind.LONG, Kind.YES_NO) and content.get(f.key) not in ("", None)]
    values = [(str(f.label), shown(f, content[f.key])) for f in fields]
    return [(label, value) for label, value in values if value not in name][:_NAMED]


def files_shown(item: LibraryItem, row: Any) -> dict[str, Any]:
    """A file of an item, with its addresses."""
    return {
        "file": row.file,
        "url": reverse("library_file", args=[item.pk, row.file_id]),
        "remove_url": reverse("library_file_remove", args=[item.pk, row.file_id]),
    }


def _ends(item: LibraryItem) -> dict[str, str]:
    """What is to be said of the end of its paper; empty where none is known."""
    if item.valid_until is None:
        return {}
    day = item.valid_until.isoformat()
    if item.valid_until < clock.today():
        return {"tone": "bad", "text": _("已于{day}到期").format(day=day)}
    if item.valid_until <= clock.today() + ENDS_SOON:
        return {"tone": "warn", "text": _("{day}到期").format(day=day)}
    return {"tone": "neutral", "text": _("有效期至{day}").format(day=day)}
