"""Whether a paper names the applicant (S-24): the name, one of before, the identity number, or either of its masked forms.

One letter read wrongly is allowed for only where it cannot be another person: in an identity number that then is none, and in a name of
which the machine was not sure. Such a paper is not taken for the applicant's; nothing is said of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from zhicheng.campaigns.rules.reading.leaves import Leaf, compact, differences, letters, near_places
from zhicheng.campaigns.rules.reading.noticed import Noticed
from zhicheng.evidence.inspection.reading.lines import Line
from zhicheng.standards.identity_number import check_character

_LABEL = "姓名"
_OTHER_LABELS = (
    "性别", "性別", "民族", "族别", "出生", "年龄", "籍贯", "国籍", "户籍", "曾用名", "身份", "证件", "证号", "编号",
    "序号", "工号", "学号", "单位", "部门", "所在", "工作", "岗位", "拟聘", "拟任", "现任", "现聘", "聘任", "聘用",
    "受聘", "任职", "申报", "从事", "职务", "职称", "职业", "资格", "级别", "等级", "专业", "系列", "学历", "学位",
    "最高", "文化程度", "学校", "院校", "毕业", "入学", "层次", "成绩", "学时", "考核", "等次", "政治", "参加", "日期",
    "时间", "电话", "手机", "联系", "地址", "住址", "关系", "备注", "照片", "签名", "签字",
)  # fmt: skip
"""What else a form or the heading of a table asks for; a name that holds any of it is not told."""
_RUN = re.compile(r"[0-9X*]{8,20}")
_SHOWN = 3
"""Digits at each end of a masked number."""
_SURE_OF_A_NAME, _SURE_OF_A_LETTER = 85, 97
"""Per cent: below, the machine may have read a name wrongly, or one letter of it."""
_SHORTEST, _LONGEST = 2, 20
_TOLD_APART = 3
"""Letters of a name of which one may be read wrongly and the others still tell whose it is."""


def wrong_person(names: Sequence[str], id_number: str, leaves: Sequence[Leaf], *, complete: bool) -> Noticed | None:
    """That the paper is somebody else's; ``None`` where it names the applicant, and where that is not known.

    ``complete``: all of the file was read well, so that a name which is not there is missing.
    """
    known = [name for name in map(letters, names) if len(name) >= _SHORTEST]
    if not known or any(name in leaf.text for leaf in leaves for name in known):
        return None
    if any(_is_number(run, id_number) for leaf in leaves for line in leaf.lines for run in _RUN.findall(_written(line))):
        return None
    if any(_may_stand(leaf, name) for leaf in leaves for name in known):
        return None
    named = [(leaf, line, value) for leaf in leaves for line, value in _named(leaf)]
    for leaf, line, value in named:
        if value and line.sure >= _SURE_OF_A_NAME:
            return Noticed("wrong_person", leaf.number, line)
    if named or not complete:
        return None
    return Noticed("wrong_person", leaves[0].number)


def _written(line: Line) -> str:
    """The line with every sign that hides a digit as a star."""
    return re.sub(r"[×✱∗＊]", "*", compact(line.text.replace("×", "*")))


def _is_number(run: str, number: str) -> bool:
    """Whether a run of digits is the number, whole or masked, or was meant to be: with one digit read wrongly, which makes it none."""
    if "*" in run:
        head, tail = run.split("*", 1)[0], run.rsplit("*", 1)[1]
        return len(head) >= _SHOWN and len(tail) >= _SHOWN and number.startswith(head) and number.endswith(tail)
    if len(run) == len(number):
        wrong = differences(run, number)
        return wrong == 0 or (wrong == 1 and not _is_valid(run))
    longer, shorter = (run, number) if len(run) > len(number) else (number, run)
    return len(longer) == len(shorter) + 1 and any(longer[:n] + longer[n + 1 :] == shorter for n in range(len(longer)))


def _is_valid(run: str) -> bool:
    return len(run) == 18 and run[:17].isdigit() and check_character(run[:17]) == run[17]


def _named(leaf: Leaf) -> Iterator[tuple[Line, str]]:
    """The names that stand behind 姓名, each with its line; an empty one where nothing was read behind it."""
    for line in leaf.lines:
        text = letters(line.text)
        if _LABEL not in text:
            continue
        rest, at = text.split(_LABEL, 1)[1], line
        if not rest and (beside := leaf.right_of(line)) is not None:
            rest, at = letters(beside.text), beside
        yield at, _name_in(rest)


def _name_in(text: str) -> str:
    """The hanzi a text begins with, up to the next label; empty where they are no name."""
    name = "".join(re.findall(r"^[\u3400-\u9fff\U00020000-\U0003347f]+", text))
    for label in _OTHER_LABELS:
        name = name.split(label, 1)[0]
    return name if _SHORTEST <= len(name) <= _LONGEST else ""


def _may_stand(leaf: Leaf, name: str) -> bool:
    """Whether the name may stand on the page with one letter read wrongly: one nobody prints, or of a line the machine was not sure of."""
    for place in near_places(leaf.text, name):
        read = leaf.text[place : place + len(name)]
        other = next(wanted for seen, wanted in zip(read, name, strict=True) if seen != wanted)
        if _is_rare(other) or (len(name) >= _TOLD_APART and leaf.line_at(place).sure < _SURE_OF_A_LETTER):
            return True
    return False


def _is_rare(character: str) -> bool:
    """Whether it is none of the 6,763 of GB/T 2312: what a machine knows of the others is not to be relied on."""
    try:
        character.encode("gb2312")
    except UnicodeEncodeError:
        return True
    return False
