"""What a file that is on its way in is for: the room that asked for it is told when it has been examined."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from zhicheng.evidence.models import EvidenceFile, Intake

KEEP = "keep"
"""The purpose of a file that is only kept: the form that brought it refers to it by its token."""

Handler = Callable[[Intake, EvidenceFile], dict[str, Any]]

_handlers: dict[str, Handler] = {}


def handler(purpose: str) -> Callable[[Handler], Handler]:
    """Register the decorated function for files of ``purpose``.

    It is called with the :class:`Intake` and the kept file, in the transaction that ends the intake, and gives what becomes of it
    as a small dictionary (``Intake.result``). When it raises ``Refused``, nothing was kept and the person reads why.
    """

    def register(function: Handler) -> Handler:
        known = _handlers.get(purpose)
        if known and (known.__module__, known.__qualname__) != (function.__module__, function.__qualname__):
            raise RuntimeError(f"two handlers for files brought for {purpose!r}")
        _handlers[purpose] = function
        return function

    return register


def handler_for(purpose: str) -> Handler:
    """The handler of ``purpose``; ``KeyError`` when no room has registered one."""
    return _handlers[purpose]


@handler(KEEP)
def only_keep(row: Intake, file: EvidenceFile) -> dict[str, Any]:
    """Nothing follows: whoever holds the token asks for the file."""
    return {}
