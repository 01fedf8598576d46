"""docs/security/asvs.md: every item is rated once, and what a row names exists."""

import re

import pytest

from tests.security import asvs

ROWS = asvs.rows()


def test_standard_has_seventy_and_a_hundred_and_eighty_three_items() -> None:
    assert len(asvs.items()) == len(set(asvs.items())) == 70 + 183


def test_every_item_stands_once_and_in_order() -> None:
    assert [row.item for row in ROWS] == asvs.items()


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.item)
def test_row_says_what_it_rests_on(row: asvs.Row) -> None:
    assert row.asks
    assert row.rating in asvs.RATINGS
    named = re.findall(r"`(tests/[\w/]+\.py)::(test_\w+)`", row.shown)
    assert len(named) == row.shown.count("`tests/"), f"a test is named as `tests/…/test_….py::test_…`: {row.shown}"
    unknown = [f"{path}::{name}" for path, name in named if name not in asvs.tests_of(path)]
    assert not unknown, f"{row.item} names what does not exist"
    pages = re.findall(r"\]\(([^)#]+)", row.shown)
    assert all((asvs.PAGES / page).is_file() for page in pages), row.shown
    if row.rating == "met":
        assert named or pages or re.search(r"`[^`]+ [^`]+`", row.shown), f"{row.item}: neither a test, nor a page, nor a command"
    else:
        assert len(row.shown) > 15, f"{row.item}: why it is {row.rating}"


def test_threats_name_tests_that_exist() -> None:
    page = (asvs.PAGES / "threats.md").read_text(encoding="utf-8")
    named = re.findall(r"`(tests/[\w/]+\.py)::(test_\w+)`", page)
    assert len(named) == page.count("`tests/") > 20
    assert not [f"{path}::{name}" for path, name in named if name not in asvs.tests_of(path)]


def test_totals_on_the_entry_page_are_those_of_the_tables() -> None:
    assert asvs.entry_page() == asvs.ENTRY.read_text(encoding="utf-8"), "python -m tests.security.asvs"
