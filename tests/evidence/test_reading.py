"""What stands on kept files is read by a process of its own; nothing waits for it, the text is kept nowhere, what did not come about is said."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.base import ContentFile

from tests.support.checking import read_due
from tests.support.uploads import keep_file
from tests.support.written_papers import FILLER, copied, pdf, picture
from zhicheng.evidence import reading
from zhicheng.evidence.actions import claim_reading, end_reading_turn, give_back, remove_leftovers, stay_at
from zhicheng.evidence.actions.reading import MOST_PAGES, ReadingTurn, begin_reading
from zhicheng.evidence.inspection.reading.lines import LONGEST_LINE, MOST_LINES, Line, PageText, as_bytes, from_bytes
from zhicheng.evidence.inspection.verdicts import ABSENT, FAILED, OFF, Rejected
from zhicheng.evidence.leases import LEASE
from zhicheng.evidence.models import EvidenceFile, FileReading
from zhicheng.evidence.reading import Read, Unread
from zhicheng.evidence.rules import MOST_ATTEMPTS
from zhicheng.foundation import clock

pytestmark = pytest.mark.django_db

DIPLOMA = ("毕业证书", "学生　王小明　性别男　学制四年", FILLER)


@pytest.fixture
def told() -> Iterator[list[tuple[int, Read | Unread]]]:
    """What those who registered are told, from here on."""
    heard: list[tuple[int, Read | Unread]] = []

    def hear(file: EvidenceFile, outcome: Read | Unread) -> None:
        heard.append((file.pk, outcome))

    before = list(reading._told)
    reading.when_read(hear)
    yield heard
    reading._told[:] = before


def waiting(person: Any, content: bytes, name: str = "证书.pdf") -> EvidenceFile:
    file = keep_file(upload=ContentFile(content, name=name), actor_id=person.pk)
    begin_reading(file=file)
    return file


def claimed() -> ReadingTurn:
    turn = claim_reading()
    assert turn is not None
    return turn


def texts(outcome: Read | Unread) -> list[str]:
    assert isinstance(outcome, Read)
    return ["".join(line.text for line in page.lines) for page in outcome.pages]


def passed(seconds: float = 60) -> None:
    """As if that time had gone by."""
    FileReading.objects.update(due_at=clock.machine_now() - timedelta(seconds=seconds))


def test_text_of_a_pdf_is_taken_as_it_is_written(person: Any, told: list[tuple[int, Read | Unread]]) -> None:
    file = waiting(person, pdf(DIPLOMA, ("成绩单", FILLER)))
    assert read_due() == 1 and read_due() == 0
    [(pk, outcome)] = told
    assert pk == file.pk and isinstance(outcome, Read) and outcome.whole
    first, second = texts(outcome)
    assert "毕业证书" in first and "王小明" in first and "成绩单" in second
    assert not any(page.recognised for page in outcome.pages)
    heading = outcome.pages[0].lines[0]
    assert heading.sure == 100 and 50 < heading.left < 200 and 50 < heading.top < 150 and heading.width > 50


@pytest.mark.parametrize("turned", [0, 90, 180])
def test_picture_is_read_in_a_cell_whichever_way_it_lies(person: Any, told: list[tuple[int, Read | Unread]], turned: int) -> None:
    waiting(person, picture(*DIPLOMA, *[FILLER] * 4, turned=turned), "证书.png")
    read_due()
    [(_pk, outcome)] = told
    assert isinstance(outcome, Read) and outcome.pages[0].recognised
    assert "毕业证书" in texts(outcome)[0] and "王小明" in texts(outcome)[0]
    title = next(line for line in outcome.pages[0].lines if "毕业证书" in line.text)
    middle = (title.left + title.width / 2, title.top + title.height / 2)
    assert {0: middle[1] < 200, 90: middle[0] < 200, 180: middle[1] > 800}[turned], "marked where it lies"
    assert title.sure >= 90


MISREAD = ("毕业证书", "学生　干小朋　性别男　学制四年", FILLER)


@pytest.mark.parametrize("seen", [False, True])
def test_what_a_copier_read_of_its_picture_is_not_believed(
    person: Any, told: list[tuple[int, Read | Unread]], *, seen: bool
) -> None:
    waiting(person, copied(DIPLOMA, MISREAD, seen=seen))
    read_due()
    [(_pk, outcome)] = told
    assert isinstance(outcome, Read) and outcome.pages[0].recognised
    assert "王小明" in texts(outcome)[0] and "干小朋" not in texts(outcome)[0]


def test_text_that_nobody_sees_is_not_on_the_page(person: Any, told: list[tuple[int, Read | Unread]]) -> None:
    waiting(person, copied((), MISREAD))
    read_due()
    [(_pk, outcome)] = told
    assert texts(outcome) == [""]


def test_first_pages_of_a_long_file_are_read_and_that_there_are_more_is_told(
    person: Any, told: list[tuple[int, Read | Unread]]
) -> None:
    waiting(person, pdf(*[(f"第{number}页", FILLER) for number in range(1, MOST_PAGES + 3)]))
    read_due()
    [(_pk, outcome)] = told
    assert isinstance(outcome, Read) and len(outcome.pages) == MOST_PAGES and not outcome.whole


def test_text_is_kept_nowhere(person: Any, told: list[tuple[int, Read | Unread]]) -> None:
    file = waiting(person, pdf(DIPLOMA))
    before = EvidenceFile.objects.values().get(pk=file.pk)
    read_due()
    assert told and not FileReading.objects.exists()
    assert EvidenceFile.objects.values().get(pk=file.pk) == before


def test_instance_that_does_not_read_says_so(person: Any, settings: Any, told: list[tuple[int, Read | Unread]]) -> None:
    settings.READING = False
    file = waiting(person, pdf(DIPLOMA))
    read_due()
    assert told == [(file.pk, Unread(OFF))] and not FileReading.objects.exists()


def test_extra_that_is_not_installed_is_said(person: Any, told: list[tuple[int, Read | Unread]], monkeypatch: Any) -> None:
    monkeypatch.setattr(reading, "find_spec", lambda _name: None)
    file = waiting(person, pdf(DIPLOMA))
    read_due()
    assert told == [(file.pk, Unread(ABSENT))]


def test_file_that_cannot_be_read_is_tried_again_and_then_told_as_not_read(
    person: Any, told: list[tuple[int, Read | Unread]]
) -> None:
    file = waiting(person, pdf(DIPLOMA))
    for number in range(MOST_ATTEMPTS):
        assert told == []
        end_reading_turn(turn=claimed(), outcome=Rejected("too_complex") if number else OSError("the bytes are away"))
        passed()
    assert told == [(file.pk, Unread(FAILED))] and not FileReading.objects.exists()


def test_reader_that_dies_costs_an_attempt_and_at_last_the_file_is_given_up(
    person: Any, told: list[tuple[int, Read | Unread]]
) -> None:
    file = waiting(person, pdf(DIPLOMA))
    for _ in range(MOST_ATTEMPTS):
        claimed()
        assert claim_reading() is None, "in hand, until it is silent for too long"
        passed(LEASE.total_seconds())
    assert claim_reading() is None
    assert told == [(file.pk, Unread(FAILED))]


def test_reader_that_lost_its_turn_changes_nothing(person: Any, told: list[tuple[int, Read | Unread]]) -> None:
    file = waiting(person, pdf(DIPLOMA))
    late = claimed()
    begin_reading(file=file)
    assert not stay_at(turn=late)
    end_reading_turn(turn=late, outcome=Read((), whole=True))
    assert told == [] and claimed().row.attempts == 1


def test_file_that_is_put_back_is_as_nobody_had_touched_it(person: Any) -> None:
    waiting(person, pdf(DIPLOMA))
    turn = claimed()
    assert stay_at(turn=turn)
    give_back(turn=turn)
    assert claimed().row.attempts == 1


def test_waiting_to_be_read_keeps_no_unused_file(person: Any) -> None:
    file = waiting(person, pdf(DIPLOMA))
    EvidenceFile.objects.filter(pk=file.pk).update(uploaded_at=clock.now() - timedelta(days=3))
    remove_leftovers()
    assert not EvidenceFile.objects.filter(pk=file.pk).exists() and not FileReading.objects.exists()


PAGE = PageText(2, (Line("毕业证书", 1, 2, 3, 4, 97),), recognised=True)


def test_what_a_cell_says_is_taken_as_it_was_said() -> None:
    assert from_bytes(2, as_bytes(PAGE)) == PAGE


@pytest.mark.parametrize(
    "said",
    [
        b"", b"[]", b"[1, []]", b"[true, {}]", b"[true, [[]]]", b'[true, ["text"]]', b'[true, [["a", 1, 2, 3, 4, 1001]]]',
        b'[true, [["a", 1, 2, 3, 4, -1]]]', b'[true, [["a", 1, 2, 3, 4, true]]]', b'[true, [[7, 1, 2, 3, 4, 5]]]', b"[" * 100_000,
        b'[true, [["' + b"a" * (LONGEST_LINE + 1) + b'", 1, 2, 3, 4, 5]]]', b"[true, [" + b'["a", 1, 2, 3, 4, 5],' * MOST_LINES + b'["a", 1, 2, 3, 4, 5]]]',
    ],
)  # fmt: skip
def test_anything_else_a_cell_says_is_not_believed(said: bytes) -> None:
    assert from_bytes(1, said) is None
