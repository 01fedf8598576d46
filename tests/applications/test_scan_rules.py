"""Which pages of a scan belong together, and what stands against each sheet: plain values."""

from __future__ import annotations

import random

from zhicheng.applications.scan_rules import Entry, Fate, Here, Leaf, Mark, Seen, sorted_out

TEXT, OLD = "0123456789abcdef", "fedcba9876543210"
HERE = Here(7, is_open=True, versions={"commitment": TEXT, "work_summary": TEXT}, placed={"commitment", "work_summary"})


def seen(page: int, mark: Mark | None = None, *, ours: bool = True, scan: int = 1) -> Seen:
    return Seen(Leaf(scan, page, 0), is_ours=ours or mark is not None, mark=mark)


def mark(page: int = 1, pages: int = 1, *, sheet: str = "commitment", version: str = TEXT, application: int = 7) -> Mark:
    return Mark(application, sheet, version, page, pages)


def fates(*pages: Seen, here: Here = HERE) -> list[Fate]:
    return [entry.fate for entry in sorted_out(pages, here)]


def test_sheet_of_one_page_lands() -> None:
    assert sorted_out([seen(1, mark())], HERE) == [Entry(Fate.LANDS, (Leaf(1, 1, 0),), sheet="commitment")]


def test_pages_of_two_sheets_in_any_order_are_put_together_in_theirs() -> None:
    pages = [
        seen(number, mark(page, 3, sheet="work_summary"), scan=scan) for number, page, scan in ((1, 3, 1), (2, 1, 1), (1, 2, 2))
    ]
    pages.append(seen(3, mark()))
    expected = {
        Entry(Fate.LANDS, (Leaf(1, 2, 0), Leaf(2, 1, 0), Leaf(1, 1, 0)), sheet="work_summary"),
        Entry(Fate.LANDS, (Leaf(1, 3, 0),), sheet="commitment"),
    }
    for _attempt in range(6):
        random.Random(_attempt).shuffle(pages)
        assert set(sorted_out(pages, HERE)) == expected


def test_every_page_is_in_one_entry_whatever_is_on_it() -> None:
    chance = random.Random(3)
    for _attempt in range(50):
        pages = [
            seen(
                number,
                chance.choice([None, mark(chance.randint(1, 3), 3), mark(version=OLD), mark(application=8)]),
                ours=chance.random() < 0.5,
            )
            for number in range(1, 12)
        ]
        entries = sorted_out(pages, Here(7, is_open=True, versions=HERE.versions, placed=HERE.placed, others={9: "2023-000009"}))
        assert sorted(leaf for entry in entries for leaf in entry.leaves) == sorted(page.leaf for page in pages)


def test_page_without_a_code_of_ours_belongs_to_no_sheet() -> None:
    assert fates(seen(1, ours=False)) == [Fate.NO_CODE]


def test_code_of_a_stranger_is_told_as_one_that_was_made_up() -> None:
    stranger, invented = sorted_out([seen(1, mark(application=8))], HERE), sorted_out([seen(1)], HERE)
    assert stranger == invented == [Entry(Fate.UNKNOWN, (Leaf(1, 1, 0),))]


def test_sheet_of_the_same_persons_other_application_is_named() -> None:
    here = Here(7, is_open=True, versions=HERE.versions, placed=HERE.placed, others={8: "2023-000008"})
    (entry,) = sorted_out([seen(1, mark(application=8))], here)
    assert (entry.fate, entry.number) == (Fate.OTHER, "2023-000008")


def test_second_scan_of_a_page_is_put_nowhere() -> None:
    assert fates(seen(1, mark()), seen(2, mark())) == [Fate.LANDS, Fate.TWICE]


def test_text_that_was_changed_since_the_print_does_not_land() -> None:
    assert fates(seen(1, mark(version=OLD))) == [Fate.OLDER]
    emptied = Here(7, is_open=True, versions={}, placed=HERE.placed)
    assert fates(seen(1, mark()), here=emptied) == [Fate.OLDER]


def test_sheet_without_all_its_pages_does_not_land_and_names_them() -> None:
    (entry,) = sorted_out([seen(1, mark(2, 4))], HERE)
    assert (entry.fate, entry.missing) == (Fate.INCOMPLETE, (1, 3, 4))


def test_sheet_whose_place_holds_a_file_waits_for_an_answer() -> None:
    held = Here(7, is_open=True, versions=HERE.versions, placed=HERE.placed, held={"commitment"})
    assert fates(seen(1, mark()), seen(2, mark(sheet="work_summary")), here=held) == [Fate.HELD, Fate.LANDS]


def test_nothing_lands_where_nothing_may_be_changed_or_nothing_is_asked_for() -> None:
    assert fates(seen(1, mark()), here=Here(7, is_open=False, versions=HERE.versions, placed=HERE.placed)) == [Fate.CLOSED]
    assert fates(seen(1, mark()), here=Here(7, is_open=True, versions=HERE.versions, placed=())) == [Fate.NO_PLACE]
