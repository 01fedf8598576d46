"""Whether what was typed can be printed: asked when it is saved, because the review form is made after 上报, by the unit's pass."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from zhicheng.applications.sections import BY_KEY, SECTIONS, Kind
from zhicheng.applications.where import Where
from zhicheng.documents.fonts import is_written_in, missing_glyphs
from zhicheng.foundation.errors import Problem


def unprintable_in_section(key: str, content: Any) -> list[Problem]:
    """The signs of one section that the papers' fonts lack, each with its field; ``where``: :class:`applications.where.Where`.

    For a hanzi or letter that no font has the papers leave a frame to write it in.
    """
    section = BY_KEY[key]
    rows = content if section.rows and isinstance(content, list) else [content]
    problems = []
    for row in rows:
        if not isinstance(row, Mapping):
            continue
        for field in section.fields:
            value = row.get(field.key)
            if field.person_name:
                continue  # a name is what the card says, whatever fonts there are
            if field.kind not in {Kind.TEXT, Kind.LONG} or not isinstance(value, str):
                continue
            if missing := [c for c in missing_glyphs(value) if not is_written_in(c)]:
                shown = "、".join(f"{c}（U+{ord(c):04X}）" for c in missing)
                text = _("“{label}”中有评审表无法打印的字符：{characters}。请删去或改用文字。").format(
                    label=field.label, characters=shown
                )
                problems.append(Problem(text, where=str(Where.of_row(section, row, field.key)), code="glyph_missing"))
    return problems


def unprintable(contents: Mapping[str, Any]) -> list[Problem]:
    """The same for the whole form, in its order."""
    return [problem for section in SECTIONS for problem in unprintable_in_section(section.key, contents.get(section.key))]
