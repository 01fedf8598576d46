"""Dates as people type them."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhicheng.standards.dates import read_day, read_typed_date
from zhicheng.standards.errors import InvalidNumber

DAYS = st.dates(min_value=date(1900, 1, 1), max_value=date(2099, 12, 31))
HANZI = "零一二三四五六七八九"
WAYS = (
    "{y}-{m}-{d}",
    "{y}.{m}.{d}",
    "{y}/{m:02}/{d:02}",
    "{y}年{m}月{d}日",
    "{y} 年 {m} 月 {d} 号",
    "{y}{m:02}{d:02}",
    "{y}。{m}。{d}",
    " {y}、{m}、{d} ",
    "{y}-{m:02}-{d:02} 00:00:00",
    "{y}—{m}—{d}.",
    "{y}\t{m}\t{d}",
)
MONTHS = ("{y}-{m}", "{y}.{m:02}", "{y}/{m}", "{y}年{m}月", "{y}年{m}月份", "{y}{m:02}")


def in_hanzi(number: int) -> str:
    tens, ones = divmod(number, 10)
    return ("" if tens < 2 else HANZI[tens]) + ("十" if tens else "") + (HANZI[ones] if ones or not tens else "")


def wide(text: str) -> str:
    return text.translate({ord("0") + n: ord("０") + n for n in range(10)})


@given(DAYS, st.sampled_from(WAYS), st.booleans())
def test_day_is_read_in_every_way_it_is_written(day: date, way: str, is_wide: bool) -> None:
    typed = way.format(y=day.year, m=day.month, d=day.day)
    read = read_typed_date(wide(typed) if is_wide else typed)
    assert (read.day, read.by_month) == (day, False)


@given(DAYS, st.sampled_from(MONTHS))
def test_month_alone_is_its_first_day_and_said_to_be(day: date, way: str) -> None:
    read = read_typed_date(way.format(y=day.year, m=day.month))
    assert (read.day, read.by_month) == (day.replace(day=1), True)


@given(DAYS, st.sampled_from("零〇○"))
def test_day_in_hanzi_is_read(day: date, zero: str) -> None:
    year = "".join(HANZI[int(n)] for n in str(day.year)).replace("零", zero)
    assert read_day(f"{year}年{in_hanzi(day.month)}月{in_hanzi(day.day)}日") == day


@given(st.text(max_size=14))
def test_any_text_is_read_or_refused_with_a_reason(text: str) -> None:
    try:
        read_typed_date(text)
    except InvalidNumber as error:
        assert error.code.startswith("date.") and error.message


@pytest.mark.parametrize("typed", ["至今", "今", "现在", "目前", "Present", "to date", "长期", "～今"])
def test_until_now_is_no_day(typed: str) -> None:
    assert read_typed_date(typed).day is None
    with pytest.raises(InvalidNumber, match="至今"):
        read_day(typed)


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("23.7.1", "short_year"),
        ("'99年5月", "short_year"),
        ("18-05", "short_year"),
        ("230701", "short_year"),
        ("2023", "year_alone"),
        ("2023年度", "year_alone"),
        ("7/1/2023", "order"),
        ("08-05-2023", "order"),
        ("5.2023", "order"),
        ("2020.9-2023.6", "two"),
        ("2020年9月—2023年6月", "two"),
        ("2020.9至今", "two"),
        ("2023-02-30", "no_such_day"),
        ("2023-13", "no_such_day"),
        ("20231301", "no_such_day"),
        ("0000-01-01", "no_such_day"),
        ("昨天", "unreadable"),
        ("2023-05-08-1", "unreadable"),
        ("45123", "unreadable"),
        ("", "unreadable"),
    ],
)
def test_what_is_no_date_is_told_why(typed: str, code: str) -> None:
    with pytest.raises(InvalidNumber) as caught:
        read_typed_date(typed)
    assert caught.value.code == f"date.{code}"


def test_month_is_refused_where_the_day_is_asked_for() -> None:
    with pytest.raises(InvalidNumber, match="把日也写上"):
        read_day("2023.7", months=False)
