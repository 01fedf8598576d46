"""Security events: known by name, free of personal data, written when they have happened."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from django.db import transaction

from tests.support.logs import written_log
from tests.support.sources import ROOT, python
from zhicheng.foundation import ledger, securitylog
from zhicheng.foundation.securitylog import EVENTS, note
from zhicheng.foundation.startup import FILE, note_changed_settings

PAGE = (ROOT / "docs" / "security" / "logs.md").read_text(encoding="utf-8")


def _notes() -> list[tuple[str, ast.Call]]:
    """Every call of ``securitylog.note`` in the code, with the file it stands in."""
    return [(s.name, call.node) for s in python() for call in s.calls if call.what in {"securitylog.note", "note"}]


def _events(node: ast.Call) -> list[str]:
    (given,) = [word.value for word in node.keywords if word.arg == "event"]
    return [part.value for part in ast.walk(given) if isinstance(part, ast.Constant) and isinstance(part.value, str)]


def test_every_event_in_the_code_is_known_and_every_known_one_is_used() -> None:
    used = {event for _file, node in _notes() for event in _events(node)}
    assert used == set(EVENTS)


def test_inventory_explains_every_event() -> None:
    assert set(re.findall(r"^\| `([a-z]+(?:\.[a-z]+)?)` \|", PAGE, re.MULTILINE)) == set(EVENTS)


def test_inventory_names_the_facts_of_every_event() -> None:
    rows = {row[1]: row[0] for row in re.finditer(r"^\| `([a-z.]+)` \|.*$", PAGE, re.MULTILINE)}
    for file, node in _notes():
        facts = {word.arg for word in node.keywords if word.arg} - {"event", "result", "actor", "after_commit"}
        for event in _events(node):
            missing = {fact for fact in facts if f"`{fact}`" not in rows[event]}
            assert not missing, f"{file}: docs/security/logs.md says nothing of {missing} of {event}"


def test_unknown_event_is_refused() -> None:
    with pytest.raises(ValueError, match="not an event"):
        note(event="signin.sucseeded")


@pytest.mark.parametrize("value", ["张三", "zhang@example.cn", "a b", "a\nb", "", "=x", "x" * 201])
def test_fact_that_could_name_a_person_is_not_written(value: str) -> None:
    assert securitylog.plain(value) == "…"


@pytest.mark.django_db(transaction=True)
def test_event_of_something_undone_is_not_written() -> None:
    with written_log() as log, transaction.atomic():
        note(event="signout", after_commit=True)
        note(event="access.refused", result="refused", page="desk_case")
        transaction.set_rollback(True)
    assert "signout" not in log.getvalue()
    assert "event=access.refused result=refused page=desk_case" in log.getvalue()


@pytest.mark.django_db(transaction=True)
def test_entry_of_the_ledger_is_in_the_log_once_it_is_committed() -> None:
    with written_log() as log, transaction.atomic():
        entry = ledger.record(event="office.opened", subject="organization:3", actor="user:5", data={"name": "精河县"})
        assert "office.opened" not in log.getvalue()
    text = log.getvalue()
    assert f"user:5 - event=ledger.written result=ok entry={entry.number} what=office.opened subject=organization:3" in text
    assert "精河县" not in text


@pytest.mark.django_db(transaction=True)
def test_filling_a_rehearsal_writes_only_what_failed() -> None:
    def happen(subject: str) -> None:
        with transaction.atomic():
            ledger.record(event="test.happened", subject=subject, actor="system", data={})
            note(event="signin.failed", result="failed", after_commit=True, subject=subject)

    with written_log() as log:
        with securitylog.only_what_failed():
            happen("test:1")
        happen("test:2")
    assert [line.split("event=")[1].split()[0] for line in log.getvalue().splitlines()] == [
        "signin.failed",
        "ledger.written",
        "signin.failed",
    ]


def test_settings_that_changed_since_the_last_start_are_named_without_their_values(tmp_path: Path) -> None:
    first = {"ZHICHENG_MAIL_URL": "smtp://a:geheim@b", "ZHICHENG_BIND": "x", "HOME": "/root"}
    assert note_changed_settings(first, folder=tmp_path) == []
    assert note_changed_settings(first, folder=tmp_path) == []
    with written_log() as log:
        changed = note_changed_settings(
            {"ZHICHENG_MAIL_URL": "smtp://a:anders@b", "ZHICHENG_BIND": "x", "ZHICHENG_HTTPS": "true", "HOME": "/"},
            folder=tmp_path,
        )
        assert note_changed_settings({"ZHICHENG_BIND": "x"}, folder=tmp_path) == ["ZHICHENG_HTTPS", "ZHICHENG_MAIL_URL"]
    assert changed == ["ZHICHENG_HTTPS", "ZHICHENG_MAIL_URL"]
    assert "event=settings.changed result=ok names=ZHICHENG_HTTPS,ZHICHENG_MAIL_URL" in log.getvalue()
    kept = (tmp_path / FILE).read_text()
    assert "geheim" not in log.getvalue() + kept
    assert (tmp_path / FILE).stat().st_mode & 0o077 == 0


def test_start_goes_on_when_the_fingerprint_cannot_be_kept(tmp_path: Path) -> None:
    in_the_way = tmp_path / "file"
    in_the_way.write_text("")
    with written_log() as log:
        assert note_changed_settings({"ZHICHENG_BIND": "x"}, folder=in_the_way) == []
    assert "cannot be remembered" in log.getvalue()
