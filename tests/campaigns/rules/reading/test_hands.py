"""That a paper is not sealed or not signed is told where nothing is there at all, and of nothing else."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from tests.campaigns.rules.reading.pages import page
from zhicheng.campaigns.notice import Reads
from zhicheng.campaigns.rules.reading import Expected, Judged, judge
from zhicheng.evidence.inspection.reading.lines import COLOURLESS, SEALED, UNSEALED, Line, PageText

SUMMARY = Reads(title=("工作总结",), sealed=True, signed=("签名", "签字"))
EXPECTED = Expected(("王小明", ""), "652701199003071232", None, date(2023, 6, 1))


def asking(text: str, ink: int = 0, sure: int = 99) -> Line:
    return Line(text, 100, 800, 200, 20, sure, ink)


def judged(*seals: str, lines: tuple[Line, ...] = (), whole: bool = True, reads: Reads = SUMMARY) -> Judged:
    pages = [page("工作总结", number=number) for number in range(1, len(seals) + 1)]
    pages = [replace(each, seal=seal) for each, seal in zip(pages, seals, strict=True)]
    pages[-1] = replace(pages[-1], lines=(*pages[-1].lines, *lines))
    return judge(reads, pages, EXPECTED, whole=whole)


def codes(*seals: str, lines: tuple[Line, ...] = (), whole: bool = True, reads: Reads = SUMMARY) -> list[str]:
    return [noticed.code for noticed in judged(*seals, lines=lines, whole=whole, reads=reads).noticed]


def test_paper_without_any_seal_is_told_at_its_last_page() -> None:
    found = judged(UNSEALED, UNSEALED).noticed
    assert [noticed.as_warning() for noticed in found] == [{"code": "not_sealed", "page": 2, "absent": 1}]


def test_one_page_with_a_seal_is_enough() -> None:
    assert codes(SEALED, UNSEALED) == codes(UNSEALED, SEALED) == codes(SEALED, COLOURLESS) == []


def test_of_a_copy_without_colours_nothing_is_told_but_that() -> None:
    for seals in ((COLOURLESS,), (COLOURLESS, UNSEALED)):
        assert judged(*seals).noticed == () and judged(*seals).colourless
    assert not judged(UNSEALED).colourless and not judged(SEALED).colourless


def test_page_without_letters_may_carry_the_seal() -> None:
    empty = PageText(2, (), recognised=True, seal=SEALED)
    first = replace(page("工作总结"), seal=UNSEALED)
    assert judge(SUMMARY, [first, empty], EXPECTED, whole=True).noticed == ()
    assert judge(SUMMARY, [first, replace(empty, seal=UNSEALED)], EXPECTED, whole=True).noticed[0].code == "not_sealed"


def test_only_what_the_notice_wants_is_told_and_only_of_a_file_that_was_read_whole() -> None:
    unsigned = asking("本人签名：")
    assert codes(UNSEALED, lines=(unsigned,)) == ["not_sealed", "not_signed"]
    assert codes(UNSEALED, lines=(unsigned,), whole=False) == []
    assert codes(UNSEALED, lines=(unsigned,), reads=Reads(title=("工作总结",))) == []
    assert codes(COLOURLESS, lines=(unsigned,), reads=Reads(title=("工作总结",))) == []


@pytest.mark.parametrize(
    "text", ["签字：______（承诺人）", "签名", "本人签名：", "负责人（签字）　　年　月　日", "签字（签章）："]
)
def test_question_without_an_answer_is_told_where_it_stands(text: str) -> None:
    found = judged(SEALED, lines=(asking(text),)).noticed
    assert [noticed.as_warning() for noticed in found] == [
        {"code": "not_signed", "page": 1, "absent": 1, "left": 100, "top": 800, "width_of": 200, "height_of": 20}
    ]


@pytest.mark.parametrize(
    "line",
    [
        asking("签字：王小明"),
        asking("王小明（签字）"),
        asking("签字：28（承诺人）"),
        asking("签字：一"),
        asking("签名：", ink=81),
        asking("签名：", sure=84),
        asking("自双方签字盖章之日起生效"),
        asking("签字：（单位负责人签字盖章年月日年月日）"),
    ],
)
def test_whatever_may_be_a_name_is_taken_for_one(line: Line) -> None:
    assert codes(SEALED, lines=(line,)) == []


@pytest.mark.parametrize(
    ("other", "told"),
    [
        (Line("韦刚浩", 350, 780, 90, 40, 99), False),
        (Line("日", 350, 795, 30, 25, 60), False),
        (Line("2023年5月1日", 350, 800, 150, 20, 99), True),
        (Line("（承诺人）", 350, 800, 90, 20, 95), True),
        (Line("单位公章", 350, 900, 90, 20, 99), True),
        (Line("单位公章", 750, 800, 90, 20, 99), True),
        (Line("第三条", 20, 800, 60, 20, 99), True),
    ],
)
def test_what_was_read_in_its_row_may_be_a_name(other: Line, told: bool) -> None:
    assert codes(SEALED, lines=(asking("签字："), other)) == (["not_signed"] if told else [])


def test_one_signature_is_enough_and_without_a_question_nothing_is_told() -> None:
    assert codes(SEALED, lines=(asking("本人签名："), asking("领导签字：", ink=400))) == []
    assert codes(SEALED) == []
