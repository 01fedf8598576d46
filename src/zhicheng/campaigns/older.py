"""Notices published in an older form of the file, read as what they said then. A stored version never changes, so it is upgraded when read."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from zhicheng.documents.wording import former_words

#: The form of the file that is written now.
FORMAT = 2


def _with_its_papers(data: dict[str, Any]) -> dict[str, Any]:
    """1 → 2: what papers say, and how many copies are asked for, stood in the program."""
    limits = {"review_form_copies": 2, **data["limits"]}
    return {**data, "limits": limits, "papers": former_words()}


_STEPS: dict[int, Callable[[dict[str, Any]], dict[str, Any]]] = {1: _with_its_papers}


def of_today(data: dict[str, Any]) -> dict[str, Any]:
    """The data of a stored notice in today's form. Raises :class:`ValueError` for a form this program does not know (a later one)."""
    form = data.get("format", 1)
    while form != FORMAT:
        if form not in _STEPS:
            raise ValueError(f"a notice of form {form} is not read by this version")
        data, form = _STEPS[form](data), form + 1
    return {**data, "format": FORMAT}
