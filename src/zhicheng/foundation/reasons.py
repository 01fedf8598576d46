"""What counts as words: a reason, an answer, a finding is written for somebody who reads it later."""

from __future__ import annotations

import unicodedata

from django.utils.translation import gettext as _

from zhicheng.foundation.errors import Problem
from zhicheng.standards.text import visible

_SEEN_BY_NOBODY = "\u115f\u1160\u3164\uffa0"  # letters of the Korean alphabet that stand for nothing


def letters_in(text: str) -> int:
    """How many hanzi and letters somebody reads: no digits, no signs, nothing that is not seen."""
    return sum(unicodedata.category(c).startswith("L") for c in visible(text) if c not in _SEEN_BY_NOBODY)


def reason_problems(text: str, *, least: int, said: str, where: str = "reason", code: str = "reason_missing") -> list[Problem]:
    """``said`` against ``text`` with fewer than ``least`` letters (:func:`letters_in`); who wrote long enough reads what was not counted."""
    if letters_in(text) >= least:
        return []
    more = _("数字、标点和看不见的字符不计。") if len(text.strip()) >= least else ""
    return [Problem(said + more, where=where, code=code)]
