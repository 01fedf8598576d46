"""How the frozen content of a submission that was written in an earlier shape becomes one of today's. Pure; what is stored is never written again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def _from_1(content: dict[str, Any]) -> dict[str, Any]:
    """Schema 1: written before there was the desk of the industry department (行业主管部门)."""
    return {"industry_body": None, **content, "schema": 2}


def _from_2(content: dict[str, Any]) -> dict[str, Any]:
    """Schema 2: written before findings could be answered."""
    return {"answers": [], **content, "schema": 3}


def _from_3(content: dict[str, Any]) -> dict[str, Any]:
    """Schema 3: written before points of a return were answered, and warned files confirmed."""
    return {"point_answers": [], **content, "schema": 4}


def _from_4(content: dict[str, Any]) -> dict[str, Any]:
    """Schema 4: written before what was shown at 再次核对 was kept, and in which language texts were read."""
    texts = {name: {"language": "", **content[name]} for name in ("commitment", "liability")}
    return {"checked": None, **content, **texts, "schema": 5}


def _from_5(content: dict[str, Any]) -> dict[str, Any]:
    """Schema 5: written before files were mended here."""
    return {**content, "schema": 6}


#: Schema number → the function that brings a content of it to the next.
UPGRADES: dict[int, Callable[[dict[str, Any]], dict[str, Any]]] = {
    1: _from_1,
    2: _from_2,
    3: _from_3,
    4: _from_4,
    5: _from_5,
}
