"""Where lines, cells and pages end."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Any

import pytest

from tests.documents import examples
from tests.documents.reading import MM, letters_with_places, lines_of, printed, whole_text
from zhicheng.documents.texts import SUMMARY_LIMIT, condensed, lines_of_letter

HEADING = re.compile(r"[一二三四五六七八九十]+、\S*(情况|学位|经历|成果|报告|总结|清单|意见)\b")


def test_numbers_are_unbroken_in_the_text_and_no_mark_of_ours_stays_in_it() -> None:
    """R26: what is copied from the paper is what was typed."""
    text = whole_text(printed(examples.rich_form()))
    assert "\u200b" not in text
    for number in ("652701199003071233", "107551201305001234", "A7K2M9PQXR3T5W8Z", "SB2023-652701-00042"):
        assert number in text


@pytest.mark.parametrize("field", ["school", "major", "education", "study_form", "certificate_number"])
def test_long_word_stays_inside_its_cell(field: str) -> None:
    """R25: between the lines left and right of it, and no letter is lost."""
    pdf = printed(examples.minimal_form(education=[{field: "W" * 100}]))
    page = next(n for n, lines in enumerate(lines_of(pdf)) if any("WW" in line for line in lines))
    boxes = [box for letter, box in letters_with_places(pdf, page) if letter == "W"]
    assert len(boxes) == 100
    left, right = min(box[0] for box in boxes), max(box[2] for box in boxes)
    cells = _cells(pdf, page)
    assert any(cell[0] < left and right < cell[1] for cell in cells), (left / MM, right / MM)


def _cells(pdf: bytes, page: int) -> list[tuple[float, float]]:
    """The columns of 学历学位 on an odd page, left and right edge in points."""
    fixed = {0: 34.0, 3: 25.0, 4: 17.0, 5: 38.0}
    left, whole = (26 if page % 2 == 0 else 18), 166.0
    share = (whole - sum(fixed.values())) / 2.3
    widths = [fixed[0], 1.3 * share, share, fixed[3], fixed[4], fixed[5]]
    edges = [left + sum(widths[:n]) for n in range(len(widths) + 1)]
    return [(a * MM, b * MM) for a, b in pairwise(edges)]


@pytest.mark.parametrize("rank", ["100/100", "corresponding", "通讯作者（corresponding author）"])
def test_word_in_the_narrowest_column_reaches_no_neighbour(rank: str) -> None:
    pdf = printed(examples.minimal_form(publications=[{"title": "题", "author_rank": rank, "published_on": "2020年12月31日"}]))
    assert "2020年12月31日" in whole_text(pdf)
    assert re.sub(r"\s", "", rank) in re.sub(r"\s", "", whole_text(pdf))


def test_word_that_fits_a_line_is_not_broken() -> None:
    title = "Seismic retrofitting of masonry school buildings in cold regions: a field study"
    lines = {word for page in lines_of(printed(examples.rich_form())) for line in page for word in line.split()}
    assert set(title.split()) <= lines


@pytest.mark.parametrize("ended", ["2017年12月31日", "至今", ""])
def test_date_is_on_one_line_and_until_now_is_said_once(ended: str) -> None:
    """R27"""
    row = {"started_on": "2017年11月30日", "ended_on": ended}
    rows: dict[str, Any] = {
        "education": [{"started_on": row["started_on"], "graduated_on": ended}],
        "work_history": [row],
        "achievements": [row],
        "training": [row],
        "social_posts": [row],
    }
    pdf = printed(examples.minimal_form(**rows))
    text = whole_text(pdf)
    assert text.count("2017年11月30日") == len(rows)
    if ended.startswith("2017"):
        assert text.count("2017年12月31日") == len(rows)
    assert "至至" not in re.sub(r"\s", "", text)
    assert not re.search(r"\d年\n\d|\d月\n\d|\d\n(年|月|日)", text)


@pytest.mark.parametrize("shift", range(8))
def test_date_in_a_sentence_is_never_broken(shift: int) -> None:
    paper = examples.notice(results="成" * shift + "自2019年12月31日至2022年11月30日承担质量监督" * 6)
    text = whole_text(printed(paper))
    assert text.count("2019年12月31日") == text.count("2022年11月30日") == 6


def test_duty_of_more_than_one_line_is_read_from_the_left() -> None:
    pdf = printed(examples.minimal_form(work_history=[{"duty": "驰" * 30}, {"duty": "骋"}]))
    page = next(n for n, lines in enumerate(lines_of(pdf)) if any("骋" in line for line in lines))
    letters = letters_with_places(pdf, page)
    starts: dict[int, float] = {}
    for left, bottom in ((box[0], round(box[1])) for letter, box in letters if letter == "驰"):
        starts[bottom] = min(left, starts.get(bottom, left))
    assert len(starts) > 1
    assert max(starts.values()) == pytest.approx(min(starts.values()), abs=0.5)
    assert next(box[0] for letter, box in letters if letter == "骋") > min(starts.values()) + 10


def test_long_word_of_a_letter_stays_inside_the_page() -> None:
    pdf = printed(examples.notice(ledger_head="台账校验点：" + "W" * 290, employer="W" * 110))
    right = max(box[2] for _letter, box in letters_with_places(pdf, 0))
    assert right < (210 - 26) * MM + 1
    assert whole_text(pdf).count("W") >= 400


def _dense(count: int) -> dict[str, Any]:
    return {"work_history": [{"started_on": "2013年8月", "employer": "单位", "duty": "职责"}] * count}


@pytest.mark.parametrize("count", range(0, 30, 3))
def test_heading_never_stands_alone_at_the_foot_of_a_page(count: int) -> None:
    data = examples.rich_form().model_dump(exclude={"kind"}) | _dense(count)
    for page in lines_of(printed(examples.minimal_form(**data)))[2:]:
        body = [
            line
            for line in page
            if line and not re.match(r"编号|第 ?\d+ ?次|第 ?\d+ ?页|数据校验码|核验码|\d{4}-\d\d-\d\d", line)
        ]
        assert not body or not HEADING.match(body[-1]), body[-3:]
        # A head of columns without a row under it would be as lonely.
        assert not body or body[-1] not in {"职务", "备注", "当年单位性质", "发表时间", "学时", "兼任职务", "文件校验码"}


def test_2500_line_breaks_are_no_82_pages() -> None:
    few = len(lines_of(printed(examples.minimal_form(summary="甲乙"))))
    assert len(lines_of(printed(examples.minimal_form(summary="甲" + "\n" * 2500 + "乙")))) == few
    assert len(lines_of(printed(examples.minimal_form(work_history=[{"duty": "甲" + "\n" * 2500 + "乙"}])))) == few
    short = "\n".join("行" * 3 for _ in range(SUMMARY_LIMIT // 4))
    pdf = printed(examples.minimal_form(summary=short))
    assert len(lines_of(pdf)) <= few + 10
    assert whole_text(pdf).count("行") >= short.count("行")


@pytest.mark.parametrize("line", ["项目一\n", "甲\n\n\n"])
def test_line_breaks_make_no_pages_of_a_letter(line: str) -> None:
    results, conduct = line * (1_000 // len(line)), line * (500 // len(line))
    pdf = printed(examples.notice(results=results, conduct=conduct, contribution=conduct))
    flowing = {
        name: "　".join(text.split()) for name, text in (("results", results), ("conduct", conduct), ("contribution", conduct))
    }
    assert len(lines_of(pdf)) <= len(lines_of(printed(examples.notice(**flowing)))), "breaks make no page that words do not fill"
    assert whole_text(pdf).count(line[0]) >= (results + conduct * 2).count(line[0])


def test_lines_of_a_letter_stay_as_long_as_they_are_few() -> None:
    assert lines_of_letter(["一\n二\n\n\n三", "四"]) == ["一", "二", "", "三", "四"]
    assert lines_of_letter(["甲\n" * 40, "乙\n" * 40])[0] == "　".join("甲" * 40)


def test_lines_are_kept_as_long_as_they_are_few() -> None:
    assert condensed("一、前言\n\n\n\n正文\n结尾") == "一、前言\n\n正文\n结尾"
    paragraphs = "\n".join("段" * 60 for _ in range(160))
    assert condensed(paragraphs) == paragraphs
    many = condensed("\n".join(["标题", "长" * 60, "甲", "乙", "", "丙"] * 40))
    assert many.startswith("标题\n" + "长" * 60 + "\n甲　乙　丙　标题\n")
    assert many.count("丙") == 40
