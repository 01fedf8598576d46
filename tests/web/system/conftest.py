"""A rehearsal as its first pages show it, for the tests of its pages."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.rehearsed import rehearsed
from zhicheng.foundation import clock
from zhicheng.rehearsal import seeding
from zhicheng.rehearsal.seeding import Seeded


@pytest.fixture(scope="module")
def seeded_once(django_db_setup: None, django_db_blocker: Any) -> Iterator[Seeded]:
    """The database holds what a rehearsal begins with while this module's tests run."""
    with rehearsed(django_db_blocker, whole=False) as held:
        yield held


@pytest.fixture
def seeded(seeded_once: Seeded, db: None) -> Iterator[Seeded]:
    """The rehearsal at its beginning: Monday, 22 May 2023, ten o'clock in Beijing."""
    with clock.travel(seeding.BEGINS):
        yield seeded_once
