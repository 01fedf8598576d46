"""A restored copy sends nothing before a person has said that it is the original."""

from __future__ import annotations

from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.mail import EmailMessage
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from zhicheng.foundation import alerts, leaving, mail_server, originals, outbox
from zhicheng.foundation.models import LedgerEntry, OriginalPlace

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _production(settings: Any) -> Iterator[None]:
    settings.MODE = "production"
    originals._seen.clear()
    yield
    originals._seen.clear()


def somewhere_else() -> None:
    """As in a restored copy: what the database remembers is another place."""
    OriginalPlace.objects.update(place="0" * 64)
    originals._seen.clear()


def test_first_start_makes_an_instance_the_original() -> None:
    assert originals.is_original()
    assert OriginalPlace.objects.get().place == originals.place()
    assert LedgerEntry.objects.filter(event="instance.original").count() == 1
    assert originals.is_original() and OriginalPlace.objects.count() == 1


def test_copy_is_none_until_a_person_says_so() -> None:
    assert originals.is_original()
    somewhere_else()
    assert not originals.is_original()
    with pytest.raises(CommandError, match=r"恢复出来的副本.*加 --also"):
        call_command("original", "show")
    out = StringIO()
    call_command("original", "confirm", "--by", "王主任", stdout=out)
    assert "已确认" in out.getvalue() and originals.is_original()
    assert OriginalPlace.objects.get().said_by == "王主任"
    call_command("original", "confirm", stdout=out)
    assert "没有变化" in out.getvalue()


def test_copy_laid_exactly_where_the_original_lay_is_behind_its_pulse(settings: Any, tmp_path: Path) -> None:
    settings.DATA_DIR = tmp_path
    assert originals.is_original()
    originals.count_up()
    taken = OriginalPlace.objects.get().pulse
    originals.count_up()
    originals._seen.clear()
    assert originals.is_original() and not originals.is_known_copy()
    OriginalPlace.objects.update(pulse=taken)  # what a copy from a minute ago holds
    originals._seen.clear()
    assert not originals.is_original() and originals.is_known_copy()
    originals.count_up()
    assert OriginalPlace.objects.get().pulse == taken, "a copy does not catch up by itself"
    assert originals.declare(by="王主任")
    assert originals.is_original() and not originals.is_known_copy()
    originals.count_up()
    assert originals.is_original()


def test_count_that_begins_anew_is_not_compared_with_the_one_before(settings: Any, tmp_path: Path) -> None:
    """A version before that knows no count has been here, or the data folder is a new one."""
    settings.DATA_DIR = tmp_path
    assert originals.is_original()
    for _ in range(3):
        originals.count_up()
    OriginalPlace.objects.update(pulse=0, pulse_name="")
    originals._seen.clear()
    assert originals.is_original() and not originals.is_known_copy()
    originals.count_up()
    name = OriginalPlace.objects.get().pulse_name
    assert [path.read_text() for path in tmp_path.glob("original-*.pulse")] == [f"{name} 1"]
    OriginalPlace.objects.update(pulse=7)  # a process that ended before it wrote it down
    originals._seen.clear()
    assert originals.is_original()


def test_another_machine_can_be_added_beside_the_first() -> None:
    assert originals.is_original()
    somewhere_else()
    assert originals.declare(by="second machine", also=True)
    assert OriginalPlace.objects.count() == 2


def test_rehearsal_is_asked_nothing(settings: Any) -> None:
    settings.MODE = "rehearsal"
    assert originals.is_original() and not OriginalPlace.objects.exists()


def test_place_of_a_file_that_was_replaced_is_another(tmp_path: Path, settings: Any) -> None:
    if connection.vendor != "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_database()")
            assert cursor.fetchone()[0] in originals._facts()
        return
    here = originals.place()
    known = connection.settings_dict["NAME"]
    try:
        copy = tmp_path / "copy.sqlite3"
        copy.touch()
        connection.settings_dict["NAME"] = str(copy)
        assert originals.place() != here
    finally:
        connection.settings_dict["NAME"] = known


def test_mail_lane_of_a_copy_takes_nothing_in_hand(settings: Any) -> None:
    settings.DELIVERY_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    assert originals.is_original() and not originals.is_known_copy()
    somewhere_else()
    assert originals.is_known_copy()
    assert not mail_server.may_send(True)
    with pytest.raises(outbox.Postponed, match="restored copy"):
        mail_server.send(EmailMessage("通知", "正文", "a@example.cn", ["b@example.cn"]))


@pytest.mark.parametrize("kind", [leaving.FILE, leaving.STAMP, alerts.KIND])
def test_copy_lets_no_head_and_no_alarm_out(kind: str, settings: Any, tmp_path: Path) -> None:
    """What waited when the copy was taken waits on; on a shared disk the original's file stays as it is."""
    settings.LEDGER_HEADS_DIR = str(tmp_path / "heads")
    assert originals.is_original()
    somewhere_else()
    with transaction.atomic():
        message = outbox.queue(kind=kind, payload={"checkpoint": 1}, key="k")
    outbox.drain()
    message.refresh_from_db()
    assert (message.state, message.attempts, message.last_error) == ("pending", 0, "this is a restored copy")
    assert not (tmp_path / "heads").exists()
