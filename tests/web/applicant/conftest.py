from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support import world as w
from zhicheng.foundation import clock


@pytest.fixture
def world() -> Iterator[w.World]:
    with clock.travel(w.IN_WINDOW):
        yield w.make_world()
