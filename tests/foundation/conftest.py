"""A second process for the tests that kill one: with a database of its own, so that everything it does is really committed."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.beginnings import Beginning
from tests.support.elsewhere import Elsewhere, elsewhere_on
from zhicheng.foundation import outbox

__all__ = ["Elsewhere"]
PROCESSES = Path(__file__).with_name("processes.py")


@pytest.fixture
def elsewhere(db: Any) -> Iterator[Elsewhere]:
    """``processes.py`` on a migrated database."""
    with elsewhere_on(PROCESSES, after=Beginning(PROCESSES, ("migrate",))) as there:
        yield there


@pytest.fixture
def register() -> Iterator[Callable[..., Any]]:
    """``outbox.handler``, forgotten again after the test."""
    known = dict(outbox._handlers)
    yield outbox.handler
    outbox._handlers.clear()
    outbox._handlers.update(known)


@pytest.fixture
def unused_tcp_port() -> int:
    """A port of this machine on which nobody answers."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])
