"""What is told once is there, unchanged and told no second time, for each test that takes it, and not there for one that does not."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core import mail
from django.core.cache import cache
from django.core.mail import send_mail
from django.db import connection

from tests.support import world as w
from tests.support.told_once import told_once
from zhicheng.accounts.models import AccountKind, User
from zhicheng.evidence.models import EvidenceFile
from zhicheng.foundation import clock, triggers

pytestmark = pytest.mark.django_db

told: list[str] = []
told_before = [0]  # how much of it when the last of these tests ended


def takes(item: pytest.Item) -> list[str]:
    """What ``item`` wants to be told, in the words of ``told``; nothing where its transactions are real."""
    marker = item.get_closest_marker("django_db")
    if not isinstance(item, pytest.Function) or item.module.__name__ != __name__ or (marker and marker.kwargs):
        return []
    words = [name for name in ("reader", "kept") if name in item.fixturenames]
    return [*words, f"named {item.callspec.params['name']}"] if "named" in item.fixturenames else words


@pytest.fixture(autouse=True)
def nothing_is_told_twice(request: pytest.FixtureRequest) -> Iterator[None]:
    """In whatever order they come: for each test that is told which the one before it did not want as well."""
    yield
    since = told[told_before[0] :]
    told_before[0] = len(told)
    if request.node.name == "test_who_has_real_transactions_has_it_told_apart":
        assert since == ["reader", "kept"]
        return
    place = request.session.items.index(request.node)
    wanted, before = takes(request.node), takes(request.session.items[place - 1]) if place else []
    known = 0
    while known < min(len(wanted), len(before)) and wanted[known] == before[known]:
        known += 1
    assert since == wanted[known:]


@told_once
def reader() -> User:
    """Somebody who was there before; a mail told them so."""
    told.append("reader")
    send_mail("subject", "text", None, ["reader@example.cn"])
    return w.person(AccountKind.APPLICANT, "reader", serial=7)


@told_once(at=w.IN_WINDOW + w.UNTIL_REPORT)
def kept(reader: User) -> tuple[User, EvidenceFile]:
    """A file of theirs, days later."""
    told.append("kept")
    return reader, w.evidence(reader.pk, "kept")


def path_of(file: EvidenceFile) -> Path:
    return next(Path(settings.MEDIA_ROOT).rglob(file.sha256))


def change(user: User, file: EvidenceFile) -> None:
    """Whatever a test may do to what it was given."""
    user.name = "changed"
    user.save()
    path_of(file).unlink()
    file.delete()
    mail.outbox[0].to.append("changed@example.cn")
    mail.outbox.clear()


@pytest.mark.parametrize("turn", [1, 2, 3])
def test_each_test_finds_what_was_told_as_it_was_left(reader: User, kept: Any, turn: int) -> None:
    owner, file = kept
    assert owner is reader, "they are copied together"
    assert (reader.name, User.objects.get().name) == ("古丽娜尔·买买提", "古丽娜尔·买买提")
    assert path_of(file).read_bytes() == w.pdf("kept")
    assert EvidenceFile.objects.get() == file
    assert [message.to for message in mail.outbox] == [["reader@example.cn"]]
    assert clock.now() == w.IN_WINDOW + w.UNTIL_REPORT
    change(reader, file)


def test_a_test_may_take_off_the_triggers_of_what_was_told(kept: Any) -> None:
    triggers.take_off(connection)
    EvidenceFile.objects.update(size=1)
    triggers.put_on(connection)


def test_who_takes_less_sees_less(reader: User) -> None:
    assert User.objects.get() == reader
    assert not EvidenceFile.objects.exists()
    assert clock.now() == w.IN_WINDOW


def test_who_takes_nothing_sees_nothing() -> None:
    assert not User.objects.exists()
    assert not mail.outbox


def test_afterwards_it_is_told_again(kept: Any) -> None:
    assert User.objects.count() == EvidenceFile.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_who_has_real_transactions_has_it_told_apart(kept: Any) -> None:
    assert not connection.in_atomic_block
    assert User.objects.count() == EvidenceFile.objects.count() == 1


@told_once(with_cache=True)
def named(reader: User, name: str) -> str:
    """What differs with a parameter of the test; it leaves something in the cache."""
    told.append(f"named {name}")
    cache.set("named", name)
    return f"{reader.username} {name}"


@pytest.mark.parametrize("name", ["one", "other"])
def test_parameter_of_a_test_reaches_the_telling(named: str, name: str) -> None:
    assert named == f"reader {name}"
    assert cache.get("named") == name
    cache.set("named", "changed")


@pytest.mark.parametrize("turn", [1, 2])
@pytest.mark.parametrize("name", ["one", "other"])
def test_each_finds_what_was_left_in_the_cache(named: str, name: str, turn: int) -> None:
    assert cache.get("named") == name
