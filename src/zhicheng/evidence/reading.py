"""What was read of a kept file, and who is told: the room that knows what the file is meant to be. Nothing of the text is stored."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec

from django.conf import settings

from zhicheng.evidence.inspection.reading.lines import PageText
from zhicheng.evidence.inspection.verdicts import ABSENT, OFF
from zhicheng.evidence.models import EvidenceFile


@dataclass(frozen=True, slots=True)
class Read:
    """The pages that were read, in order; ``whole``: that the file has no others."""

    pages: tuple[PageText, ...]
    whole: bool


@dataclass(frozen=True, slots=True)
class Unread:
    """Nothing was read, and why (``verdicts.OFF`` …): whoever is told says 未做, never that all is well."""

    why: str


Told = Callable[[EvidenceFile, Read | Unread], None]

_told: list[Told] = []


def when_read(function: Told) -> Told:
    """Register the decorated function: it is called with the file and what was read, in the transaction that ends the reading."""
    if all((known.__module__, known.__qualname__) != (function.__module__, function.__qualname__) for known in _told):
        _told.append(function)
    return function


def tell(file: EvidenceFile, outcome: Read | Unread) -> None:
    """Tell everybody who has registered."""
    for function in _told:
        function(file, outcome)


def why_not() -> str:
    """Why this instance reads nothing (``OFF``, ``ABSENT``); empty where it does."""
    if not settings.READING:
        return OFF
    return "" if find_spec("rapidocr") is not None else ABSENT
