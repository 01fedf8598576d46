"""Which copy a restore starts from."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from zhicheng.foundation.archive import ArchiveFailed
from zhicheng.foundation.choosing import choose, moment


@pytest.fixture
def copies(tmp_path: Path) -> Path:
    """Two whole copies, of the 28th and the 29th; each was whole a minute after it was begun. And one that broke off."""
    for day in (28, 29):
        copy = tmp_path / f"202611{day}T030000Z"
        copy.mkdir()
        told = {"kind": "postgresql", "made_at": f"2026-11-{day}T03:00:00+00:00", "ended_at": f"2026-11-{day}T03:01:00+00:00"}
        (copy / "manifest.json").write_text(json.dumps(told | {"ledger_number": 0, "ledger_hash": ""}))
    (tmp_path / "20261129T050000Z.part").mkdir()
    (tmp_path / "20261129T050000Z.part" / "manifest.json").write_text("{")
    return tmp_path


def test_newest_copy_that_was_whole_by_the_moment_is_taken(copies: Path) -> None:
    def chosen(until: datetime | None) -> str:
        return choose(copies, None, until)[0].name

    assert chosen(None) == "20261129T030000Z"
    assert chosen(moment("2026-11-29 11:01:00+08")) == "20261129T030000Z"
    assert chosen(moment("2026-11-29 11:00:30+08")) == "20261128T030000Z"  # begun before, whole after
    assert chosen(moment("2026-11-29 11:00:30")) == "20261128T030000Z"  # Beijing time
    with pytest.raises(ArchiveFailed, match=r"No copy .* the oldest was whole at 2026-11-28 11:01:00\+0800"):
        chosen(moment("2026-11-28 11:00:59+08"))


def test_copy_younger_than_the_moment_is_refused(copies: Path) -> None:
    copy = copies / "20261129T030000Z"
    assert choose(None, copy, moment("2026-11-29 12:00:00+08"))[0] == copy
    with pytest.raises(ArchiveFailed, match="cannot lead there"):
        choose(None, copy, moment("2026-11-29 10:00:00+08"))


def test_copy_that_does_not_say_when_it_was_whole_was_whole_when_its_manifest_was_written(copies: Path) -> None:
    path = copies / "20261129T030000Z" / "manifest.json"
    told = json.loads(path.read_text())
    path.write_text(json.dumps({name: value for name, value in told.items() if name != "ended_at"}))
    with pytest.raises(ArchiveFailed, match="cannot lead there"):
        choose(None, path.parent, moment("2020-11-29 12:00:00+08"))


@pytest.mark.parametrize("content", [None, "{", "[]", '{"kind": "sqlite"}'])
def test_folder_that_is_no_copy_is_named_in_a_sentence(copies: Path, content: str | None) -> None:
    path = copies / "20261129T030000Z" / "manifest.json"
    path.unlink() if content is None else path.write_text(content)
    with pytest.raises(ArchiveFailed, match=r"manifest\.json"):
        choose(None, path.parent, None)
    with pytest.raises(ArchiveFailed, match="is not there"):
        choose(copies / "nowhere", None, None)
    with pytest.raises(ArchiveFailed, match="holds no whole copy"):
        choose(copies / "20261128T030000Z", None, None)


def test_copy_that_leads_nowhere_is_passed_over_and_named(copies: Path) -> None:
    def leads_nowhere(copy: Path, manifest: dict[str, Any]) -> str:
        return "was left." if copy.name.startswith("20261129") else ""

    found = choose(copies, None, None, leads_nowhere)
    assert (found[0].name, found[2]) == ("20261128T030000Z", ["was left."])
    with pytest.raises(ArchiveFailed, match="was left"):
        choose(None, copies / "20261129T030000Z", None, leads_nowhere)
    with pytest.raises(ArchiveFailed, match=r"leads on\. no\. no\."):
        choose(copies, None, None, lambda *_copy: "no.")


def test_copy_that_cannot_be_read_hinders_no_restore_from_another(copies: Path) -> None:
    damaged = copies / "20261129T030000Z" / "manifest.json"
    damaged.write_text("")  # as the power left it
    copy, _manifest, passed_over = choose(copies, None, None)
    assert copy.name == "20261128T030000Z" and len(passed_over) == 1 and str(damaged) in passed_over[0]
    (copies / "20261128T030000Z" / "manifest.json").write_text("")
    with pytest.raises(ArchiveFailed, match="holds no whole copy") as raised:
        choose(copies, None, None)
    assert str(damaged) in str(raised.value)
