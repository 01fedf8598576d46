"""Of which year a paper is, and until when it holds."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.campaigns.rules.reading.pages import leaves, page
from zhicheng.campaigns.rules.reading.days import expired, wrong_year

TODAY = date(2023, 6, 1)
UNTIL = ("有效期至", "有效期", "终止日期", "合同期限", "聘期", "合同终止")


@pytest.mark.parametrize(
    "text",
    ["2021年度考核登记表", "（2021 年度）", "二〇二一年度考核", "2020年度、2021年度继续教育", "2021-05-20", "发证日期 2021.5.1"],
)
def test_paper_that_names_the_year_is_of_it(text: str) -> None:
    assert wrong_year(2021, leaves(page(text)), complete=True) is None


def test_paper_of_another_year_is_told_although_it_was_signed_in_this_one() -> None:
    found = wrong_year(2021, leaves(page("2020年度考核登记表", "2021年1月5日")), complete=False)
    assert found is not None and (found.code, found.more) == ("wrong_year", {"found": 2020, "year": 2021})
    assert found.line is not None and found.line.text == "2020年度考核登记表"


@given(st.integers(2000, 2030), st.integers(2000, 2030))
def test_year_that_is_named_decides(asked: int, named: int) -> None:
    found = wrong_year(asked, leaves(page(f"{named}年度考核登记表")), complete=True)
    assert (found is None) == (asked == named)


def test_paper_that_names_other_years_only_is_told_where_it_was_read_whole() -> None:
    found = wrong_year(2021, leaves(page("发证日期 2019年3月2日", "学习时间 2019年2月")), complete=True)
    assert found is not None and found.more == {"found": 2019, "year": 2021, "absent": 1}
    assert wrong_year(2021, leaves(page("发证日期 2019年3月2日")), complete=False) is None


def test_paper_without_a_year_and_digits_read_badly_say_nothing() -> None:
    assert wrong_year(2021, leaves(page("继续教育证书")), complete=True) is None
    assert wrong_year(2021, leaves(page("编号 120210")), complete=True) is None
    assert wrong_year(2021, leaves(page(("2020年度考核登记表", 80))), complete=True) is None


@pytest.mark.parametrize(
    ("text", "ends"),
    [
        ("有效期至：2023年5月31日", date(2023, 5, 31)),
        ("有效期至 2023-05-31", date(2023, 5, 31)),
        ("有效期至二〇二三年5月31日", date(2023, 5, 31)),
        ("聘期：2020年6月至2023年5月", date(2023, 5, 31)),
        ("合同期限自2020.06.01起至2023.05.31止", date(2023, 5, 31)),
        ("聘期三年，自2020年6月1日至2023年5月31日。博州水利局 2024年1月1日", date(2023, 5, 31)),
        ("聘期：2020.06.01—2023.05.31", date(2023, 5, 31)),
        ("聘期2020.06.01～2023.05.31", date(2023, 5, 31)),
        ("合同期限三年，2023年5月31日终止", date(2023, 5, 31)),
        ("起始日期 终止日期 2020-06-01 2023-05-31", date(2023, 5, 31)),
        ("验证有效期：2023年5月31日", date(2023, 5, 31)),
        ("有效期：2020年6月1日 2023年5月31日", date(2023, 5, 31)),
    ],
)
def test_day_that_has_passed_is_told(text: str, ends: date) -> None:
    found = expired(UNTIL, TODAY, leaves(page(text)))
    assert found is not None and (found.code, found.more) == ("expired", {"day": ends.isoformat()})
    assert expired(UNTIL, ends, leaves(page(text))) is None, "its last day is a day of it"


@given(st.dates(date(2000, 1, 1), date(2040, 12, 31)))
def test_paper_holds_through_its_last_day(day: date) -> None:
    read = leaves(page(f"有效期至{day.year}年{day.month}月{day.day}日"))
    assert expired(UNTIL, day, read) is None
    assert expired(UNTIL, day + timedelta(days=1), read) is not None


def test_latest_of_several_days_counts() -> None:
    read = leaves(page("合同期限至2020年5月1日"), page("续订合同期限至2024年5月1日", number=2))
    assert expired(UNTIL, TODAY, read) is None


def test_end_may_stand_in_the_next_line_and_is_marked_there() -> None:
    found = expired(UNTIL, TODAY, leaves(page("有效期至", "2022年1月2日")))
    assert found is not None and found.line is not None and found.line.text == "2022年1月2日"


@pytest.mark.parametrize(
    "text",
    [
        "聘期三年。博州水利局 2021年1月1日",
        "聘期三年 博州水利局 2021年1月1日",
        "聘期三年 — 2021年1月1日",
        "聘期自2022年9月1日起三年",
        "聘期三年，自2020年1月1日起。考核至2021年12月31日",
        "聘期：2021年1月1日",
        "有效期自2019年9月1日起三年",
        "有效期2019年9月1日起三年",
        "有效期三年，2019年9月1日",
        "有效期至：　发证日期：2015年1月1日",
        "合同期限三年，其中试用期自2021年1月1日起至2021年3月31日止",
        "本合同终止、解除的条件 甲方（盖章）2021年1月1日",
    ],
)
def test_term_of_years_and_the_day_of_the_signature_say_nothing_of_an_end(text: str) -> None:
    assert expired(UNTIL, TODAY, leaves(page(text))) is None


def test_days_beside_and_below_one_another_are_two() -> None:
    until = ("有效期",)
    assert expired(until, TODAY, leaves(page("有效期：2020-06-01 2024-05-31"))) is None
    assert expired(until, TODAY, leaves(page("有效期：2020-06-01", "2024-05-31"))) is None
    assert expired(until, TODAY, leaves(page("有效期：2020-06-01", "2023-05-31"))) is not None


def test_day_at_the_edge_of_what_is_looked_at_is_read_whole() -> None:
    day = "2023年12月31日"
    for before in range(30, 41):
        assert expired(("有效期至",), TODAY, leaves(page("有效期至" + "，" * before + day))) is None


@pytest.mark.parametrize(
    "text",
    ["聘期三年", "有效期至2022年2月30日", "无固定期限，合同期限自2010年1月1日", "2022年1月1日", ("有效期至2022年1月1日", 70)],
)
def test_paper_that_names_no_end_or_one_read_badly_says_nothing(text: str | tuple[str, int]) -> None:
    assert expired(UNTIL, TODAY, leaves(page(text))) is None
