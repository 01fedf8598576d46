"""Whether a paper is sealed and signed where the notice wants it (S-55, S-57, S-60, S-61). That nothing is there is told only where nothing
else is there either: whatever was not read may be a seal or a name.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from zhicheng.campaigns.rules.reading.leaves import Leaf, letters
from zhicheng.campaigns.rules.reading.noticed import Noticed
from zhicheng.evidence.inspection.reading.lines import COLOURLESS, UNSEALED, Line

_NOTHING = 80
"""Hundredths of a line's height: so little ink beside it is no name."""
_SURE = 85
"""Per cent: below, what was read may be somebody's hand."""
_MORE, _FAR = 0.4, 400
"""Heights above and below a row that belong to it; thousandths of the page to the right."""
_LABEL = 14
"""Letters of a line that asks for a signature; a longer one is a sentence."""
_WHO = ("本人", "本人及", "申报人", "承诺人", "申请人", "总结人", "被考核人", "考核人", "填表人", "负责人", "单位负责人", "主要负责人", "主管领导", "领导", "乙方", "甲方", "劳动者", "员工", "职工", "法定代表人", "委托代理人")  # fmt: skip
"""Who is asked, before the word; anything else may be the name."""
_BEHIND = re.compile(
    "(?:签字|签名|签章|盖章|捺印|手印|按手印|(?:[0-9]{4})?年|(?:[0-9]{1,2})?[月日]|本人及|本人|申报人|承诺人|申请人|总结人|被考核人|考核人|填表人|单位负责人|主要负责人|负责人"
    "|主管领导|领导|乙方|甲方|劳动者|员工|职工|法定代表人|委托代理人)*"
)
"""What a form prints behind it."""


def sealed(leaves: Sequence[Leaf]) -> Noticed | None:
    """That no page carries a red seal (``not_sealed``), or that it cannot be told of a copy without colours (``colourless``). All pages of the
    file have to be among ``leaves``.
    """
    seals = {leaf.seal for leaf in leaves}
    if seals == {UNSEALED}:
        return Noticed("not_sealed", leaves[-1].number)
    return Noticed(COLOURLESS, leaves[-1].number) if seals <= {UNSEALED, COLOURLESS} else None


def signed(words: Sequence[str], leaves: Sequence[Leaf]) -> Noticed | None:
    """That nothing stands at any line that asks for a signature by one of ``words``; ``None`` where none asks."""
    asking = [(leaf, line) for leaf in leaves for line in leaf.lines if _asks(line, words)]
    if not asking or not all(_is_empty(leaf, line, words) for leaf, line in asking):
        return None
    leaf, line = asking[0]
    return Noticed("not_signed", leaf.number, line)


def _asks(line: Line, words: Sequence[str]) -> bool:
    return any(word in letters(line.text) for word in words)


def _is_empty(leaf: Leaf, line: Line, words: Sequence[str]) -> bool:
    """Whether the line holds nothing but the question, and nothing was read or seen beside it."""
    text = letters(line.text)
    word = next(word for word in words if word in text)
    before, behind = text.split(word, 1)
    asks_alone = len(text) <= _LABEL and (not before or before in _WHO) and _is_printed(behind) and line.sure >= _SURE
    beside = [other for other in leaf.lines if other is not line and _is_beside(other, line)]
    return (
        asks_alone and line.ink <= _NOTHING and all(other.sure >= _SURE and _is_printed(letters(other.text)) for other in beside)
    )


def _is_printed(text: str) -> bool:
    return _BEHIND.fullmatch(text) is not None


def _is_beside(other: Line, line: Line) -> bool:
    """Whether it stands in the row of the line, to its right: a hand writes larger, and not level."""
    more = line.height * _MORE
    in_row = other.top < line.top + line.height + more and other.top + other.height > line.top - more
    return in_row and other.left + other.width > line.left + line.width and other.left < line.left + line.width + _FAR
