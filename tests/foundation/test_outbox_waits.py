"""A message that is left alone for a while before it is done: the mails of a decision that may still be taken back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction

from tests.foundation.queueing import let_time_pass
from zhicheng.foundation import outbox


@pytest.fixture
def seen(register: Callable[..., Any]) -> list[str]:
    """The keys of the messages of kind ``test.kind`` that were handled."""
    keys: list[str] = []
    register("test.kind")(lambda message: keys.append(message.key))
    return keys


@pytest.mark.django_db
def test_message_that_waits_is_done_when_its_time_has_come_or_when_it_is_hastened(seen: list[str]) -> None:
    with transaction.atomic():
        for key in ("first", "second"):
            message = outbox.queue(kind="test.kind", payload={}, key=key, wait=outbox.LONGEST_POSTPONED)
    outbox.tidy()  # it is no message of before the clock was put back
    assert outbox.drain() == 0 and not outbox.has_due(message.lane)
    assert outbox.hasten(kind="test.kind", key="second") is True
    assert outbox.drain() == 1 and seen == ["second"]
    assert outbox.hasten(kind="test.kind", key="second") is False
    let_time_pass(minutes=0)
    assert outbox.drain() == 1 and seen == ["second", "first"]


@pytest.mark.django_db
@pytest.mark.parametrize("wait", [timedelta(seconds=-1), outbox.LONGEST_POSTPONED + timedelta(seconds=1)])
def test_message_waits_no_longer_than_any_other_that_was_put_off(wait: timedelta) -> None:
    with pytest.raises(ValueError, match="waits"):
        outbox.queue(kind="test.kind", payload={}, key="one", wait=wait)
