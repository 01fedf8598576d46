"""The record of 再次核对: the findings, notes, warnings of files and verdicts of conditions that were shown, word for word, kept with the
draft from the confirmation on, frozen by 上报 (S-26, S-64). Pure.

Whoever doubts later what was on the screen finds it on the receipt. What the page says is put together in ``check_page.py``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from zhicheng.campaigns.rules import Result

#: The key under which the draft keeps the record, beside its sections.
CHECK_KEPT_AS = "checked"

LineKind = Literal["condition", "finding", "note", "file"]


@dataclass(frozen=True, slots=True)
class CheckLine:
    """One sentence that was shown: of what kind, at which place (in words), where it comes from, and what the applicant wrote to it.

    ``result``: of a condition of the title; empty of all others.
    """

    kind: LineKind
    place: str
    text: str
    source: str = ""
    result: Result | Literal[""] = ""
    answer: str = ""
