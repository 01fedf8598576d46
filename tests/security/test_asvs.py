"""docs/security/asvs.md: every item is rated once, and what a row names exists."""

import re
from collections.abc import Iterator

from tests.security import asvs

ROWS = asvs.rows()


def test_standard_has_seventy_and_a_hundred_and_eighty_three_items() -> None:
    assert len(asvs.items()) == len(set(asvs.items())) == 70 + 183


def test_every_item_stands_once_and_in_order() -> None:
    assert [row.item for row in ROWS] == asvs.items()


def faults(row: asvs.Row) -> Iterator[str]:
    """What a row lacks."""
    if not row.asks:
        yield "what does it ask?"
    if row.rating not in asvs.RATINGS:
        yield f"{row.rating} is no rating"
    named = re.findall(r"`(tests/[\w/]+\.py)::(test_\w+)`", row.shown)
    if len(named) != row.shown.count("`tests/"):
        yield f"a test is named as `tests/…/test_….py::test_…`: {row.shown}"
    yield from (f"there is no {path}::{name}" for path, name in named if name not in asvs.tests_of(path))
    pages = re.findall(r"\]\(([^)#]+)", row.shown)
    yield from (f"there is no page {page}" for page in pages if not (asvs.PAGES / page).is_file())
    if row.rating == "met" and not (named or pages or re.search(r"`[^`]+ [^`]+`", row.shown)):
        yield "neither a test, nor a page, nor a command"
    if row.rating != "met" and len(row.shown) <= 15:
        yield f"why is it {row.rating}?"


def test_row_says_what_it_rests_on() -> None:
    found = [f"{row.item}: {fault}" for row in ROWS for fault in faults(row)]
    assert not found, "\n".join(found)


def test_row_that_rests_on_nothing_is_found() -> None:
    good = ROWS[0]._replace(
        asks="x", rating="met", shown="`tests/security/test_asvs.py::test_row_that_rests_on_nothing_is_found`"
    )
    assert not list(faults(good))
    for wrong in (
        {"asks": ""},
        {"rating": "perhaps", "shown": "because it is not so at all"},
        {"shown": "`tests/security/test_asvs.py`, [page](logs.md)"},
        {"shown": "`tests/security/test_asvs.py::test_that_is_not_there`"},
        {"shown": "[page](not-there.md)"},
        {"shown": "believe me"},
        {"rating": asvs.RATINGS[-1], "shown": "no"},
    ):
        assert len(list(faults(good._replace(**wrong)))) == 1, wrong


def test_threats_name_tests_that_exist() -> None:
    page = (asvs.PAGES / "threats.md").read_text(encoding="utf-8")
    named = re.findall(r"`(tests/[\w/]+\.py)::(test_\w+)`", page)
    assert len(named) == page.count("`tests/") > 20
    assert not [f"{path}::{name}" for path, name in named if name not in asvs.tests_of(path)]


def test_totals_on_the_entry_page_are_those_of_the_tables() -> None:
    assert asvs.entry_page() == asvs.ENTRY.read_text(encoding="utf-8"), "python -m tests.security.asvs"
