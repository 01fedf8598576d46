"""What can be done with a file by one press: what its findings ask for, and what a person may want of a page by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.utils.translation import gettext as _

from zhicheng.evidence.models import EvidenceFile
from zhicheng.evidence.rules import Repair, found_repairs
from zhicheng.web.shared.http import whole_number

FOUND = "found"
"""What the button beside a finding sends: mend what was found, on every page."""
_BY_HAND: Mapping[str, tuple[int, bool, bool]] = {
    "right": (90, False, False),
    "over": (180, False, False),
    "left": (270, False, False),
    "straighten": (0, True, False),
    "crop": (0, False, True),
}


def found_words(file: EvidenceFile) -> str:
    """What the button that mends the findings of a file says; empty where there is none that can be mended here."""
    repairs = found_repairs(file.warnings)
    turns, levels = any(turn for _page, turn, _level, _crop in repairs), any(level for _page, _turn, level, _crop in repairs)
    if turns and levels:
        return _("一键转正并校直")
    if turns:
        return _("一键转正")
    return _("一键校直") if levels else ""


def by_hand() -> list[tuple[str, str]]:
    """What the buttons of a page send, and what they say."""
    words = (_("右转90°"), _("转180°"), _("左转90°"), _("校直本页"), _("裁去四周"))
    return list(zip(_BY_HAND, words, strict=True))


def repairs_of(pressed: str, file: EvidenceFile) -> Sequence[Repair]:
    """What a button asked for: ``found``, or one of :func:`by_hand` with the page, ``right.2``; nothing for anything else."""
    if pressed == FOUND:
        return found_repairs(file.warnings)
    how, _dot, number = pressed.partition(".")
    page = whole_number(number)
    return [(page, *_BY_HAND[how])] if how in _BY_HAND and page is not None else []
