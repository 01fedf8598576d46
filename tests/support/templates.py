"""A name that no view and no tag has set is a mistake in a template of ours: the test that renders it fails."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

OURS = str(Path(__file__).resolve().parent.parent.parent / "src" / "zhicheng")


class Undefined(str):
    """Django's ``string_if_invalid``: asked for a text only when a variable is missing.

    Templates of other packages, and ours where the missing value has a default (``{{ hint|default:"" }}``), render as
    they do in service.
    """

    __slots__ = ()

    def __bool__(self) -> bool:
        return True  # an empty text would let every missing variable pass

    def __contains__(self, key: object) -> bool:
        return key == "%s"

    def __mod__(self, name: Any) -> str:
        frame = sys._getframe(1)
        expression, context = frame.f_locals["self"], frame.f_locals["context"]
        origin = ""
        caller: Any = frame
        while caller is not None and not origin:
            origin = str(getattr(caller.f_locals.get("self"), "origin", None) or "")
            caller = caller.f_back
        has_default = any(function.__name__ in {"default", "default_if_none"} for function, _ in expression.filters)
        if not origin.startswith(OURS) or has_default:
            engine = context.template.engine
            engine.string_if_invalid = ""
            try:
                return expression.resolve(context)
            finally:
                engine.string_if_invalid = self
        return pytest.fail(f"Undefined template variable {name} in {origin}")
