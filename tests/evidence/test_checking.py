"""The second stage: pages of kept files are looked at afterwards, a few at a time; nothing waits for it, and what did not come about is said."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile

from tests.evidence import files
from tests.support.checking import check_due
from tests.support.uploads import keep_file
from zhicheng.evidence.actions import (
    claim_check,
    end_check_turn,
    give_back,
    remove_leftovers,
    stay_at,
)
from zhicheng.evidence.actions.checking import PAGES_AT_ONCE, CheckTurn
from zhicheng.evidence.confinement.asking import Looked
from zhicheng.evidence.inspection.verdicts import Rejected
from zhicheng.evidence.leases import LEASE
from zhicheng.evidence.models import EvidenceFile, Lane, PageCheck
from zhicheng.evidence.queries import marked_pages, what_is_said
from zhicheng.evidence.rules import MOST_ATTEMPTS
from zhicheng.foundation import clock

pytestmark = pytest.mark.django_db

CHECKING = "清晰度检查中，结果稍后显示；不影响上报。"
PALE = {"code": "burnt", "page": 1, "left": 100, "top": 200, "width_of": 300, "height_of": 400}


@pytest.fixture
def kept(person: Any) -> EvidenceFile:
    return again(keep_file(upload=ContentFile(files.pdf(20), name="证书.pdf"), actor_id=person.pk))


def again(file: EvidenceFile) -> EvidenceFile:
    file.refresh_from_db()
    return file


def claimed(lane: str = Lane.PEOPLE) -> CheckTurn:
    turn = claim_check(lane=lane)
    assert turn is not None
    return turn


def passed(seconds: float = 60) -> None:
    """As if that time had gone by."""
    PageCheck.objects.update(due_at=clock.machine_now() - timedelta(seconds=seconds))


def test_file_is_kept_before_its_pages_are_looked_at_and_says_so(kept: EvidenceFile) -> None:
    assert kept.checking and kept.warnings == []
    assert what_is_said(kept).notes == [CHECKING] and what_is_said(kept).warnings == []
    row = PageCheck.objects.get()
    assert (row.file_id, row.lane, row.next_page) == (kept.pk, Lane.PEOPLE, 1)


def test_pages_are_really_looked_at_and_what_is_found_is_put_to_the_file(person: Any) -> None:
    blank = keep_file(upload=ContentFile(files.pdf_with_blank_page(), name="证书.pdf"), actor_id=person.pk)
    assert check_due() == 1
    assert not again(blank).checking and blank.warnings == [{"code": "blank", "page": 2}]
    assert not PageCheck.objects.exists() and check_due() == 0


def test_long_file_is_looked_at_a_few_pages_at_a_time(kept: EvidenceFile) -> None:
    first = claimed()
    end_check_turn(turn=first, outcome=Looked([PALE], PAGES_AT_ONCE, 1.0))
    assert again(kept).checking and kept.warnings == []
    second = claimed()
    assert second.row.next_page == PAGES_AT_ONCE + 1
    end_check_turn(turn=second, outcome=Looked([{"code": "dark", "page": 12}], 20, 1.0))
    assert not again(kept).checking
    assert [(one["code"], one["page"]) for one in kept.warnings] == [("burnt", 1), ("dark", 12)]


def test_short_files_come_before_the_rest_of_a_long_one(kept: EvidenceFile, person: Any) -> None:
    long = again(keep_file(upload=ContentFile(files.pdf(40), name="长.pdf"), actor_id=person.pk))
    short = again(keep_file(upload=ContentFile(files.jpeg(), name="短.jpg"), actor_id=person.pk))
    order = []
    for _ in range(3):
        turn = claimed()
        order.append(turn.row.file_id)
        end_check_turn(turn=turn, outcome=Looked([], turn.row.file.pages, 0.1))
    assert order == [kept.pk, short.pk, long.pk]


def test_pages_in_hand_are_nobody_elses_until_their_examiner_falls_silent(kept: EvidenceFile) -> None:
    first = claimed()
    assert claim_check(lane=Lane.PEOPLE) is None
    assert stay_at(turn=first)
    passed(1)
    second = claimed()
    assert not stay_at(turn=first)
    end_check_turn(turn=first, outcome=Looked([PALE], 20, 1.0))  # too late: it is another's
    assert again(kept).checking
    end_check_turn(turn=second, outcome=Looked([], 20, 1.0))
    assert not again(kept).checking and kept.warnings == []
    assert timedelta(minutes=1) > LEASE


def test_pages_that_are_given_back_count_as_untouched(kept: EvidenceFile) -> None:
    for _ in range(MOST_ATTEMPTS + 2):
        give_back(turn=claimed())
    assert again(kept).checking


@pytest.mark.parametrize("trouble", [Rejected("busy"), Rejected("too_complex"), OSError("gone")])
def test_look_that_never_comes_about_is_said_to_be_undone_and_never_good(kept: EvidenceFile, trouble: Exception) -> None:
    end_check_turn(turn=claimed(), outcome=Looked([PALE], 8, 1.0))
    for _ in range(MOST_ATTEMPTS):
        passed()
        end_check_turn(turn=claimed(), outcome=trouble)
    assert not again(kept).checking and not PageCheck.objects.exists()
    said = what_is_said(kept)
    assert said.notes == ["从第 9 页起，系统没有做清晰度检查（未做）。请自行逐页核对。"]
    assert len(said.warnings) == 1  # what was seen before stays


def test_file_whose_examiners_keep_dying_is_given_up(kept: EvidenceFile) -> None:
    for _ in range(MOST_ATTEMPTS):
        claimed()
        passed()
    assert claim_check(lane=Lane.PEOPLE) is None
    assert not again(kept).checking and kept.warnings == [{"code": "unchecked", "page": 1}]


def test_content_that_is_gone_ends_as_undone(kept: EvidenceFile, settings: Any) -> None:
    (stored,) = Path(settings.MEDIA_ROOT).rglob(kept.sha256)
    stored.unlink()
    for _ in range(MOST_ATTEMPTS):
        passed()
        check_due()
    assert again(kept).warnings == [{"code": "unchecked", "page": 1}]


def test_strangers_file_is_looked_at_for_a_few_pages(kept: EvidenceFile) -> None:
    PageCheck.objects.update(lane=Lane.VISITORS)
    assert claim_check(lane=Lane.PEOPLE) is None
    end_check_turn(turn=claimed(Lane.VISITORS), outcome=Looked([], 8, 1.0))
    assert again(kept).warnings == [{"code": "unchecked", "page": 9}]


def test_file_nobody_used_goes_with_its_check(kept: EvidenceFile) -> None:
    EvidenceFile.objects.filter(pk=kept.pk).update(uploaded_at=clock.now() - timedelta(days=3))
    assert remove_leftovers()[0] == 1
    assert not PageCheck.objects.exists()


def test_place_of_what_was_seen_is_marked_on_its_page() -> None:
    pages = marked_pages(EvidenceFile(warnings=[PALE, {"code": "dark", "page": 2}]), 2)
    assert [(page.number, len(page.marks)) for page in pages] == [(1, 1), (2, 0)]
    (mark,) = pages[0].marks
    assert (mark.left, mark.top, mark.width, mark.height) == (100, 200, 300, 400)
    assert mark.sentence.startswith("第 1 页的字迹太浅")
