"""What a rule or a desk calls a place (``Problem.where``, a reason's ``where``), taken apart and put into words.

``section``, ``section.field``, ``section.row``, ``section.row.field``, or ``material:<box>`` with or without ``:<paper>``; a
box is a slot, for one year or one row where the slot has many: ``appraisals-2021``, ``education-0a1b2c3d``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _

from zhicheng.applications.facts import row_label
from zhicheng.applications.sections import BY_KEY
from zhicheng.campaigns.notice import Notice


def box_and_paper(where: str) -> tuple[str, str]:
    """The box a place among the materials names, and the paper in it: ``material:education-0a1b2c3d:diploma`` → both; or empty."""
    kind, _colon, rest = where.partition(":")
    box, _colon, paper = rest.partition(":")
    return (box, paper) if kind == "material" else ("", "")


def slot_key(notice: Notice, box: str) -> str:
    """The slot a box key belongs to: ``education-0a1b2c3d`` → ``education``; empty when the notice has no such slot.

    A paper named behind the box (``education-0a1b2c3d:diploma``) makes no difference.
    """
    box = box.partition(":")[0]
    found = [s.key for s in notice.materials if box == s.key or box.startswith(f"{s.key}-")]
    return max(found, key=len, default="")


def place_words(notice: Notice, where: str, sections: Mapping[str, Any]) -> str:
    """What a place is called, in the language of the request: the section or the paper, with its row (and the row's number) or
    its year; empty for the application as a whole. ``sections``: the form the rows are looked up in.
    """
    if where.startswith("material:"):
        return _paper_words(notice, where, sections)
    key, _dot, rest = where.partition(".")
    section = BY_KEY.get(key)
    if section is None:
        return ""
    return _with(str(section.label), _row_words(key, rest.partition(".")[0], sections) if section.rows else "")


def reasons_in_words(notice: Notice, reasons: Iterable[Mapping[str, str]], sections: Mapping[str, Any]) -> list[str]:
    """The reasons of a return, numbered, each behind its place: 请重新扫描, read alone, does not say which paper."""
    lines = []
    for number, reason in enumerate(reasons, start=1):
        place, text = place_words(notice, reason.get("where", ""), sections), reason["text"]
        lines.append(f"{number}. " + (_("{place}：{text}").format(place=place, text=text) if place else text))
    return lines


def _paper_words(notice: Notice, where: str, sections: Mapping[str, Any]) -> str:
    box, paper = box_and_paper(where)
    slot = notice.slot(slot_key(notice, box))
    if slot is None:
        return ""
    words = next((str(p.label) for p in slot.papers if p.key == paper), str(slot.label))
    of = box[len(slot.key) + 1 :]
    if slot.per == "year":
        return _with(words, _("{year}年度").format(year=of) if of else "")
    return _with(words, _row_words(slot.section or "", of, sections))


def _row_words(section: str, row_id: str, sections: Mapping[str, Any]) -> str:
    if not row_id or section not in BY_KEY or not BY_KEY[section].rows:
        return ""
    rows = enumerate(sections.get(section) or [], start=1)
    return next((f"{n}. {row_label(BY_KEY[section], row)}".strip() for n, row in rows if row.get("id") == row_id), "")


def _with(words: str, more: str) -> str:
    return _("{place}（{more}）").format(place=words, more=more) if more else words
