"""A file that arrives piece by piece: nothing acknowledged is lost, nothing is taken twice, whatever is cut, killed or sent by two."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.core.files.base import ContentFile
from django.test import TestCase
from hypothesis import HealthCheck, given
from hypothesis import settings as rounds
from hypothesis import strategies as st

from tests.evidence import files
from zhicheng.evidence.actions import (
    begin_upload,
    drop_stale_uploads,
    drop_upload,
    examine_due,
    receive_piece,
    remove_leftovers,
    resuming,
    take_file,
)
from zhicheng.evidence.intake import KEEP
from zhicheng.evidence.models import EvidenceFile, Intake, ResumableUpload
from zhicheng.evidence.queries import get_upload
from zhicheng.foundation import clock, holding
from zhicheng.foundation.errors import Refused

pytestmark = pytest.mark.django_db
CONTENT = files.pdf()


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def begin(who: Any, content: bytes = CONTENT, *, name: str = "证书.pdf", known: bool = True, **more: Any) -> ResumableUpload:
    place = {"purpose": KEEP, "where": "box"} | more
    return begin_upload(actor_id=who.pk, name=name, size=len(content), sha256=sha256(content) if known else "", **place)


def send(row: ResumableUpload, content: bytes, offset: int, *, cut: int | None = None) -> ResumableUpload:
    """Send from ``offset`` on; the line is cut after ``cut`` bytes."""
    rest = content[offset:] if cut is None else content[offset : offset + cut]
    with TestCase.captureOnCommitCallbacks(execute=True):
        return receive_piece(actor_id=row.brought_by_id, key=row.key, offset=offset, chunks=[rest])


def held(settings: Any) -> list[Path]:
    return sorted((Path(settings.MEDIA_ROOT) / holding.FOLDER).glob("*"))


def kept() -> EvidenceFile:
    with TestCase.captureOnCommitCallbacks(execute=True):
        assert examine_due() == 1
    return EvidenceFile.objects.get()


def refused(code: str, call: Any, *args: Any, **given: Any) -> str:
    with pytest.raises(Refused) as refusal:
        call(*args, **given)
    (problem,) = refusal.value.problems
    assert problem.code == code, problem
    return str(problem.text)


# --- cut, and gone on with --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("cut", [0, 1, 9, len(CONTENT) // 2, len(CONTENT) - 1, len(CONTENT)])
def test_file_that_is_cut_goes_on_where_it_was_cut(person: Any, settings: Any, cut: int) -> None:
    row = begin(person)
    row = send(row, CONTENT, 0, cut=cut)
    assert (row.received, sum(path.stat().st_size for path in held(settings))) == (cut, len(CONTENT) if row.intake else cut)
    if row.intake is None:
        row = send(row, CONTENT, cut)
    assert (row.received, row.pieces, Intake.objects.count()) == (len(CONTENT), [], 1)
    assert [path.read_bytes() for path in held(settings)] == [CONTENT], "the pieces went when the file was whole"
    file = kept()
    assert (file.name, file.sha256, file.uploaded_by_id) == ("证书.pdf", sha256(CONTENT), person.pk)
    assert held(settings) == []


@rounds(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cuts=st.lists(st.integers(0, len(CONTENT)), max_size=12))
def test_file_is_the_same_however_often_it_is_cut(person: Any, cuts: list[int]) -> None:
    row = begin(person, known=False, name=f"{len(cuts)}.pdf")
    for cut in [*cuts, len(CONTENT)]:
        if row.intake is None:
            row = send(row, CONTENT, row.received, cut=cut)
    assert row.intake is not None and row.intake.sha256 == sha256(CONTENT)
    row.intake.delete()
    assert not ResumableUpload.objects.exists(), "it goes with what it became"


def test_line_that_breaks_with_an_error_of_ours_keeps_nothing_half(person: Any, settings: Any) -> None:
    def breaks() -> Iterator[bytes]:
        yield CONTENT[:10]
        raise RuntimeError("a mistake of ours")

    row = begin(person)
    with pytest.raises(RuntimeError):
        receive_piece(actor_id=person.pk, key=row.key, offset=0, chunks=breaks())
    assert (get_upload(person.pk, row.key).received, held(settings)) == (0, [])  # type: ignore[union-attr]


def test_process_that_dies_before_it_wrote_down_the_last_piece_has_not_acknowledged_it(
    person: Any, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = send(begin(person), CONTENT, 0, cut=100)

    class Killed(BaseException):
        pass

    def dies(*_given: object) -> None:
        raise Killed

    with monkeypatch.context() as patched, pytest.raises(Killed):
        patched.setattr(resuming, "_take_in", dies)
        send(row, CONTENT, 100)
    known = get_upload(person.pk, row.key)
    assert known is not None and (known.received, known.intake, Intake.objects.count()) == (100, None, 0)
    assert send(known, CONTENT, 100).intake is not None
    assert kept().sha256 == sha256(CONTENT)


# --- two at once ------------------------------------------------------------------------------------------------------


def test_same_file_begun_again_goes_on_with_what_arrived(person: Any) -> None:
    first = send(begin(person), CONTENT, 0, cut=50)
    again = begin(person)
    assert (again.key, again.received) == (first.key, 50)
    assert begin(person, where="another box").key != first.key
    assert begin(person, payload={"replaces": 3}).key != first.key, "in another file's stead it is another upload"
    other = get_user_model().objects.create(username="other", email="o@example.org", kind="unit", created_at=clock.now())
    assert begin(other).received == 0, "what somebody else began is nobody's business"


def test_file_whose_fingerprint_nobody_said_is_begun_anew(person: Any) -> None:
    assert begin(person, known=False).key != begin(person, known=False).key


def test_two_devices_take_turns_and_neither_writes_over_the_other(person: Any, settings: Any) -> None:
    phone, desktop = begin(person), begin(person)
    send(phone, CONTENT, 0, cut=60)
    assert "60" in refused("offset", send, desktop, CONTENT, 0, cut=40)
    send(desktop, CONTENT, 60, cut=20)
    assert "80" in refused("offset", send, phone, CONTENT, 60)
    assert send(phone, CONTENT, 80).intake is not None
    refused("offset", send, desktop, CONTENT, 80)
    assert kept().sha256 == sha256(CONTENT) and held(settings) == []


def test_piece_that_came_while_another_was_written_down_is_not_taken(person: Any, settings: Any) -> None:
    row = begin(person)

    def meanwhile() -> Iterator[bytes]:
        send(row, CONTENT, 0, cut=70)
        yield CONTENT[:40]

    assert "70" in refused("offset", receive_piece, actor_id=person.pk, key=row.key, offset=0, chunks=meanwhile())
    assert [path.stat().st_size for path in held(settings)] == [70]


def test_file_that_another_device_made_whole_meanwhile_is_not_made_twice(person: Any, settings: Any) -> None:
    row = send(begin(person), CONTENT, 0, cut=70)

    def meanwhile() -> Iterator[bytes]:
        send(row, CONTENT, 70)
        yield CONTENT[70:]

    refused("offset", receive_piece, actor_id=person.pk, key=row.key, offset=70, chunks=meanwhile())
    assert (Intake.objects.count(), len(held(settings))) == (1, 1)


def test_piece_that_the_disk_has_lost_begins_anew_in_words(person: Any, settings: Any) -> None:
    row = send(begin(person), CONTENT, 0, cut=70)
    held(settings)[0].unlink()
    assert "重新选择文件" in refused("gone", send, row, CONTENT, 70)
    assert begin(person).received == 0


# --- refused in words --------------------------------------------------------------------------------------------------


def test_what_was_announced_is_held_to(person: Any, settings: Any) -> None:
    row = begin(person)
    refused("too_large", receive_piece, actor_id=person.pk, key=row.key, offset=0, chunks=[CONTENT, b"more"])
    assert held(settings) == []
    assert send(row, CONTENT, 0).intake is not None


def test_file_that_changed_while_it_was_sent_is_thrown_away(person: Any, settings: Any) -> None:
    row = send(begin(person), b"x" + CONTENT[1:], 0, cut=100)
    assert "有改动" in refused("changed", send, row, CONTENT, 100)
    assert (held(settings), ResumableUpload.objects.count(), Intake.objects.count()) == ([], 0, 0)


@pytest.mark.parametrize(("size", "code"), [(0, "empty"), (20 * 1024 * 1024 + 1, "too_large"), (10**14, "too_large")])
def test_size_that_is_not_taken_is_said_before_a_byte_is_sent(person: Any, size: int, code: str) -> None:
    refused(code, begin_upload, actor_id=person.pk, name="大.pdf", size=size, purpose=KEEP)
    assert not ResumableUpload.objects.exists()


def test_limit_of_the_place_holds_before_a_byte_is_sent(person: Any) -> None:
    refused("too_large", begin, person, most_bytes=100)
    assert not ResumableUpload.objects.exists()


def test_account_with_too_much_begun_or_waiting_begins_nothing_more(person: Any, settings: Any) -> None:
    settings.WAITING_PER_ACCOUNT = 2
    rows = [begin(person, name=f"{n}.pdf") for n in range(2)]
    refused("unfinished", begin, person, name="3.pdf")
    for row in rows:
        send(row, CONTENT, 0)
    refused("queue_full", begin, person, name="3.pdf")


def test_last_piece_that_finds_the_queue_full_is_sent_again_later(person: Any, settings: Any) -> None:
    row = send(begin(person), CONTENT, 0, cut=100)
    take_file(upload=ContentFile(files.pdf(2), name="另一个.pdf"), actor_id=person.pk)
    settings.WAITING_PER_ACCOUNT = 1
    refused("queue_full", send, row, CONTENT, 100)
    assert get_upload(person.pk, row.key).received == 100  # type: ignore[union-attr]
    settings.WAITING_PER_ACCOUNT = 9
    assert send(row, CONTENT, 100).intake is not None


def test_line_that_is_cut_too_often_is_told_so(person: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resuming, "MOST_PIECES", 3)
    row = begin(person)
    for offset in range(3):
        send(row, CONTENT, offset, cut=1)
    refused("pieces", send, row, CONTENT, 3)


def test_upload_of_somebody_else_is_not_there(person: Any) -> None:
    row = begin(person)
    other = get_user_model().objects.create(username="other", email="o@example.org", kind="unit", created_at=clock.now())
    refused("gone", receive_piece, actor_id=other.pk, key=row.key, offset=0, chunks=[CONTENT])
    drop_upload(actor_id=other.pk, key=row.key)
    assert get_upload(person.pk, row.key) is not None


# --- given up, forgotten ---------------------------------------------------------------------------------------------


def test_upload_that_is_cancelled_leaves_nothing(person: Any, settings: Any) -> None:
    row = send(begin(person), CONTENT, 0, cut=100)
    for _twice in range(2):
        with TestCase.captureOnCommitCallbacks(execute=True):
            drop_upload(actor_id=person.pk, key=row.key)
    assert (held(settings), ResumableUpload.objects.count()) == ([], 0)
    assert "重新选择文件" in refused("gone", send, row, CONTENT, 100)


def test_upload_that_has_become_a_file_cannot_be_cancelled(person: Any) -> None:
    row = send(begin(person), CONTENT, 0)
    assert "移除" in refused("whole", drop_upload, actor_id=person.pk, key=row.key)
    assert kept().sha256 == sha256(CONTENT)


def test_upload_nobody_goes_on_with_goes_after_a_day(person: Any, settings: Any) -> None:
    old, young, done = begin(person), begin(person, name="新.pdf"), begin(person, name="完.pdf")
    send(old, CONTENT, 0, cut=30), send(young, CONTENT, 0, cut=40), send(done, CONTENT, 0)
    ResumableUpload.objects.exclude(pk=young.pk).update(touched_at=clock.machine_now() - timedelta(hours=25))
    with TestCase.captureOnCommitCallbacks(execute=True):
        assert drop_stale_uploads() == 1
    assert set(ResumableUpload.objects.values_list("pk", flat=True)) == {young.pk, done.pk}
    assert sorted(path.stat().st_size for path in held(settings)) == [40, len(CONTENT)]


def test_pieces_that_are_still_wanted_are_no_leftovers(person: Any, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    send(begin(person), CONTENT, 0, cut=30)
    lost = holding.hold([b"of a process that died"])
    monkeypatch.setattr(holding, "names_older_than", lambda _age: {path.name for path in held(settings)})
    remove_leftovers()
    assert [path.stat().st_size for path in held(settings)] == [30]
    assert not (Path(settings.MEDIA_ROOT) / holding.FOLDER / lost.name).exists()


def pieces_of(content: bytes, size: int) -> Iterable[bytes]:
    return (content[at : at + size] for at in range(0, len(content), size))


def test_piece_is_read_in_parts(person: Any) -> None:
    row = begin(person)
    done = receive_piece(actor_id=person.pk, key=row.key, offset=0, chunks=list(pieces_of(CONTENT, 17)))
    assert done.intake is not None and done.intake.sha256 == sha256(CONTENT)
