"""The archived log as a copy wants it: every piece there and unchanged, on the time lines that were lived, and how far it leads."""

from __future__ import annotations

import gzip
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from zhicheng.foundation import archive
from zhicheng.foundation.archive import ArchiveFailed

ROOT = Path(__file__).resolve().parent.parent.parent
PIECE = 16 * 1024 * 1024
Keep = Callable[..., None]


@pytest.fixture
def base(tmp_path: Path) -> Path:
    """A copy that was begun in piece 2 and ended in piece 3 of time line 1."""
    (tmp_path / "base" / "pg_wal" / "archive_status").mkdir(parents=True)
    label = "START WAL LOCATION: 0/2000028 (file 000000010000000000000002)\nCHECKPOINT LOCATION: 0/2000060\n"
    (tmp_path / "base" / "backup_label").write_text(label)
    for number in (2, 3):
        with (tmp_path / "base" / "pg_wal" / f"0000000100000000{number:08X}").open("wb") as file:
            file.truncate(PIECE)
    return tmp_path / "base"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "wal").mkdir()
    return tmp_path / "wal"


@pytest.fixture
def keep(tmp_path: Path, folder: Path) -> Keep:
    """Archives as PostgreSQL does."""

    def kept(*names: str, content: bytes = b"what happened") -> None:
        for name in names:
            (tmp_path / name).write_bytes(content)
            subprocess.run([ROOT / "deploy" / "archive_wal", tmp_path / name, name, folder], check=True)

    return kept


def pieces(*numbers: int, timeline: int = 1) -> list[str]:
    return [f"{timeline:08X}00000000{number:08X}" for number in numbers]


def test_archive_without_a_gap_is_read_to_its_newest_piece(base: Path, folder: Path, keep: Keep) -> None:
    keep(*pieces(1, 2, 3, 4, 5), "000000010000000000000002.00000028.backup")
    found = archive.look(folder, base)
    assert (found.first, found.last, found.pieces, found.troubles) == (pieces(2)[0], pieces(5)[0], 4, ())
    assert found.kept_bytes == sum((folder / f"{name}.gz").stat().st_size for name in pieces(2, 3, 4, 5))


def test_archive_that_is_missing_or_empty_is_refused(base: Path, folder: Path, keep: Keep) -> None:
    with pytest.raises(ArchiveFailed, match="is not there"):
        archive.look(folder / "nowhere", base)
    with pytest.raises(ArchiveFailed, match="is empty"):
        archive.look(folder, base)


@pytest.mark.parametrize("gone", [2, 3, 4])
def test_piece_that_is_missing_is_named(base: Path, folder: Path, keep: Keep, gone: int) -> None:
    keep(*pieces(*{2, 3, 4, 5} - {gone}))
    [trouble] = archive.look(folder, base).troubles
    assert f"lacks {pieces(gone)[0]}:" in trouble


def test_archive_that_ends_before_the_copy_did_is_named(base: Path, folder: Path, keep: Keep) -> None:
    keep(*pieces(1, 2))
    assert "lacks 000000010000000000000003" in archive.look(folder, base).troubles[0]


def test_piece_that_was_changed_or_lost_its_hash_is_named(base: Path, folder: Path, keep: Keep) -> None:
    keep(*pieces(2, 3, 4))
    kept = folder / f"{pieces(3)[0]}.gz"
    raw = bytearray(kept.read_bytes())
    raw[len(raw) // 2] ^= 1
    kept.write_bytes(raw)
    (folder / f"{pieces(4)[0]}.gz.sha256").write_bytes(b"\xff\xfe")  # a disk that forgets
    [trouble] = archive.look(folder, base).troubles
    assert "is damaged: 000000010000000000000003, 000000010000000000000004" in trouble
    (folder / f"{pieces(4)[0]}.gz.sha256").unlink()
    assert archive.look(folder, base).troubles == (trouble,)


def test_next_time_line_is_followed_and_the_one_that_was_left_is_not(base: Path, folder: Path, keep: Keep) -> None:
    """After a restore in the midst of piece 5: the pieces of before lie there on, also those that time went on from without us."""
    keep(*pieces(2, 3, 4, 5, 6, 7), *pieces(5, 6, timeline=2))
    assert "lacks 00000002.history" in archive.look(folder, base).troubles[0]
    keep("00000002.history", content=b"1\t0/5000100\tbefore 2026-11-29 11:00:00+08\n")
    found = archive.look(folder, base)
    assert (found.last, found.pieces, found.troubles) == (pieces(6, timeline=2)[0], 5, ())
    (folder / f"{pieces(5, timeline=2)[0]}.gz").unlink()
    assert "lacks 000000020000000000000005:" in archive.look(folder, base).troubles[0]


def test_copy_of_a_later_time_line_is_followed_into_the_next(base: Path, folder: Path, keep: Keep) -> None:
    """After a second restore: pieces from before the copy's own time line lie there as well."""
    (base / "backup_label").write_text("START WAL LOCATION: 0/6000028 (file 000000020000000000000006)\n")
    for old, new in zip(sorted((base / "pg_wal").glob("0*")), pieces(6, 7, timeline=2), strict=True):
        old.rename(old.with_name(new))
    keep(*pieces(2, 3, 4), *pieces(5, 6, 7, timeline=2), *pieces(8, 9, timeline=3))
    keep("00000002.history", content=b"1\t0/5000000\tx\n")
    keep("00000003.history", content=b"1\t0/5000000\tx\n\n2\t0/8000000\tx\n")
    found = archive.look(folder, base)
    assert (found.first, found.last, found.pieces, found.troubles) == (*pieces(6, timeline=2), *pieces(9, timeline=3), 4, ())


def test_time_line_without_a_piece_yet_wants_what_led_to_it(base: Path, folder: Path, keep: Keep) -> None:
    keep(*pieces(2, 3, 4, 5))
    keep("00000002.history", content=b"1\t0/6000100\tno recovery target specified\n")
    assert archive.look(folder, base).last == pieces(5)[0]
    keep("00000003.history", content=b"1\t0/6000100\tx\n2\t0/8000100\tx\n")
    assert "lacks 000000020000000000000006, 000000020000000000000007:" in archive.look(folder, base).troubles[0]


def test_copy_of_a_time_line_that_was_left_before_it_was_whole_leads_nowhere(base: Path, folder: Path, keep: Keep) -> None:
    """Somebody went back to an earlier moment: PostgreSQL goes on from none of the copies that were made after it."""
    keep(*pieces(1, 2, 3, 4), *pieces(1, 2, 3, timeline=2))
    keep("00000002.history", content=b"1\t0/1800000\tbefore 2026-11-29 11:00:00+08\n")
    [trouble] = archive.look(folder, base).troubles
    assert f"{base.parent} is of time line 1, which was left for 2 before the copy was whole" in trouble
    assert archive.left_behind(folder, base) == trouble


def test_copy_that_was_whole_before_its_time_line_was_left_leads_on(base: Path, folder: Path, keep: Keep) -> None:
    """To the byte: both may lie in one piece."""
    keep(*pieces(2, 3), *pieces(3, 4, timeline=2))
    keep("00000002.history", content=b"1\t0/3000138\tx\n")
    ended = """{ "Files": [], "WAL-Ranges": [{ "Timeline": 1, "Start-LSN": "0/2000028", "End-LSN": "0/%s" }]}"""
    (base / "backup_manifest").write_text(ended % "3000138")
    assert archive.left_behind(folder, base) == "" and archive.look(folder, base).last == pieces(4, timeline=2)[0]
    (base / "backup_manifest").write_text(ended % "3000139")
    assert "was left for 2" in archive.left_behind(folder, base)


def test_time_line_that_does_not_come_out_of_the_copys_leads_nowhere(base: Path, folder: Path, keep: Keep) -> None:
    """PostgreSQL takes the newest there is, whatever it comes from."""
    (base / "backup_label").write_text("START WAL LOCATION: 0/6000028 (file 000000020000000000000006)\n")
    for old, new in zip(sorted((base / "pg_wal").glob("0*")), pieces(6, 7, timeline=2), strict=True):
        old.rename(old.with_name(new))
    keep(*pieces(6, 7, 8, timeline=2), *pieces(7, 8, timeline=3))
    keep("00000002.history", content=b"1\t0/5000000\tx\n")
    assert archive.left_behind(folder, base) == ""
    keep("00000003.history", content=b"1\t0/7000000\tx\n")
    assert "is of time line 2, which was left for 3" in archive.left_behind(folder, base)


def test_pieces_after_the_point_that_was_reached_are_counted(base: Path, folder: Path, keep: Keep) -> None:
    keep(*pieces(2, 3, 4, 5))
    found = archive.look(folder, base)
    assert found.unused_after("0/3000200") == pieces(4, 5)
    assert found.unused_after("0/6000000") == []  # the last one ended with a switch
    assert found.unused_after("0/5000028") == []


def test_names_go_over_to_the_next_file_of_the_log(base: Path, folder: Path, keep: Keep) -> None:
    (base / "backup_label").write_text("START WAL LOCATION: 0/FE000028 (file 0000000100000000000000FE)\n")
    for path in (base / "pg_wal").glob("0*"):
        path.rename(path.with_name(path.name[:-2] + f"F{path.name[-1]}".replace("F2", "FE").replace("F3", "FF")))
    keep(*pieces(0xFE, 0xFF), "000000010000000100000000", "000000010000000100000001")
    found = archive.look(folder, base)
    assert (found.last, found.pieces, found.troubles) == ("000000010000000100000001", 4, ())


def test_copy_that_does_not_say_where_it_begins_is_refused(base: Path, folder: Path, keep: Keep) -> None:
    keep(*pieces(2, 3))
    (base / "backup_label").unlink()
    with pytest.raises(ArchiveFailed, match="backup_label"):
        archive.look(folder, base)


def fetch(folder: Path, name: str, target: Path) -> int:
    command = [ROOT / "deploy" / "fetch_wal", folder, name, target]
    return subprocess.run(command, check=False, capture_output=True).returncode


def test_archived_piece_is_small_and_comes_back_as_it_was(tmp_path: Path, folder: Path, keep: Keep) -> None:
    content = b"what happened".ljust(PIECE, b"\0")
    keep(*pieces(2), content=content)
    kept = folder / f"{pieces(2)[0]}.gz"
    assert kept.stat().st_size < 20_000 and gzip.decompress(kept.read_bytes()) == content
    subprocess.run(["sha256sum", "--status", "-c", f"{kept.name}.sha256"], cwd=folder, check=True)
    assert fetch(folder, pieces(2)[0], tmp_path / "back") == 0 and (tmp_path / "back").read_bytes() == content
    keep(*pieces(2), content=content)  # PostgreSQL may ask twice
    with pytest.raises(subprocess.CalledProcessError):
        keep(*pieces(2), content=b"something else")
    assert sorted(path.name for path in folder.iterdir()) == [kept.name, f"{kept.name}.sha256"]


def test_fetching_tells_the_end_of_the_log_from_a_piece_that_is_damaged(tmp_path: Path, folder: Path, keep: Keep) -> None:
    """PostgreSQL takes 1 for the end of the log and goes on without the rest; above 125 it gives up."""
    keep(*pieces(2))
    assert fetch(folder, pieces(3)[0], tmp_path / "back") == 1
    assert fetch(tmp_path / "nowhere", pieces(2)[0], tmp_path / "back") > 125
    kept = folder / f"{pieces(2)[0]}.gz"
    kept.write_bytes(kept.read_bytes()[:-1])
    assert fetch(folder, pieces(2)[0], tmp_path / "back") > 125
