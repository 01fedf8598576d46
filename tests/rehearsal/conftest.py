"""A whole rehearsal for the tests of this folder that look at one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from zhicheng.foundation import clock
from zhicheng.rehearsal import seeding
from zhicheng.rehearsal.seeding import Seeded


@pytest.fixture
def seeded(whole_rehearsal: Seeded) -> Iterator[Seeded]:
    """The rehearsal at its beginning: Monday, 22 May 2023, ten o'clock in Beijing."""
    with clock.travel(seeding.BEGINS):
        yield whole_rehearsal
