"""All that is looked for in one file; what could not be read well says nothing."""

from __future__ import annotations

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from tests.campaigns.rules.reading.pages import page
from zhicheng.campaigns.notice import Reads
from zhicheng.campaigns.rules.reading import Expected, judge
from zhicheng.evidence.inspection.reading.lines import PageText

APPRAISAL = Reads(
    title=("年度考核登记表",), words=("考核",), never=("毕业证书",), names_person=True, names_year=True, valid_until=("有效期至",)
)
EXPECTED = Expected(("王小明", ""), "652701199003071232", 2021, date(2023, 6, 1))


def codes(*pages: PageText, whole: bool = True, reads: Reads = APPRAISAL, expected: Expected = EXPECTED) -> list[str]:
    return [noticed.code for noticed in judge(reads, pages, expected, whole=whole).noticed]


def test_paper_as_asked_for_shows_nothing_against_it() -> None:
    judged = judge(APPRAISAL, [page("2021年度考核登记表", "姓名：王小明")], EXPECTED, whole=True)
    assert judged.noticed == () and judged.is_clear


def test_everything_that_stands_against_it_is_noticed() -> None:
    assert codes(page("2020年度考核登记表", "姓名：李国强", "有效期至2022年1月1日")) == ["wrong_person", "wrong_year", "expired"]


def test_of_another_paper_its_days_tell_nothing() -> None:
    assert codes(page("毕业证书", "2015年7月", "有效期至2022年1月1日")) == ["wrong_paper", "wrong_person"]


def test_what_the_notice_does_not_ask_is_not_looked_for() -> None:
    assert codes(page("2020年度考核登记表", "姓名：李国强"), reads=Reads(title=("年度考核登记表",))) == []
    in_no_year = Expected(EXPECTED.names, EXPECTED.id_number, None, EXPECTED.today)
    assert codes(page("2020年度考核登记表", "姓名：王小明"), expected=in_no_year) == []


def test_what_is_missing_is_marked_so_and_what_is_shown_is_not() -> None:
    judged = judge(APPRAISAL, [page("培训通知", "兹有李国强同志")], EXPECTED, whole=True)
    assert [noticed.as_warning() for noticed in judged.noticed] == [
        {"code": "wrong_paper", "page": 1, "wanted": "年度考核登记表", "absent": 1},
        {"code": "wrong_person", "page": 1, "absent": 1},
    ]
    shown = judge(APPRAISAL, [page("毕业证书")], EXPECTED, whole=True).noticed[0].as_warning()
    assert shown == {
        "code": "wrong_paper",
        "page": 1,
        "seen": "毕业证书",
        "left": 100,
        "top": 50,
        "width_of": 600,
        "height_of": 20,
    }


def test_page_that_was_read_badly_may_hold_what_is_missing() -> None:
    blurred = page(("某某某某某某某某某某", 50), number=2, filler=False)
    assert codes(page("培训通知"), blurred) == []
    assert codes(page("培训通知"), whole=False) == []
    assert codes(page("培训通知"), page("1", number=2, filler=False)) == ["wrong_paper", "wrong_person"]


@given(st.lists(st.text(max_size=30), max_size=8), st.integers(0, 79))
def test_text_that_was_not_read_well_says_nothing(texts: list[str], sure: int) -> None:
    judged = judge(APPRAISAL, [page(*((text, sure) for text in texts), filler=False)], EXPECTED, whole=True)
    assert judged.noticed == () and not judged.is_clear


@given(st.lists(st.text(max_size=60), max_size=8))
def test_any_text_can_be_judged(texts: list[str]) -> None:
    for noticed in judge(APPRAISAL, [page(*texts)], EXPECTED, whole=True).noticed:
        assert noticed.as_warning()["code"] in {"wrong_paper", "wrong_person", "wrong_year", "expired"}
