"""A rehearsal as its first pages show it, for the tests of its pages."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from zhicheng.foundation import clock
from zhicheng.rehearsal import seeding
from zhicheng.rehearsal.seeding import Seeded


@pytest.fixture
def seeded(first_pages: Seeded) -> Iterator[Seeded]:
    """The rehearsal at its beginning: Monday, 22 May 2023, ten o'clock in Beijing."""
    with clock.travel(seeding.BEGINS):
        yield first_pages
