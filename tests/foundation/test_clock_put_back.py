"""The machine's clock is put back by a minute, an hour, a day while people work: no error, and the order stays."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.support.elsewhere import elsewhere_on

SCRIPT = Path(__file__).resolve().parent.parent / "support" / "clock_back.py"


@pytest.mark.django_db
def test_clock_that_is_put_back_stops_nobody_and_keeps_the_order(tmp_path: Path, db: Any) -> None:
    with elsewhere_on(SCRIPT, tmp_path) as there:
        went_back, changes = (int(word) for word in there.run().split())
    assert went_back == 3, "the ledger tells what the clock showed"
    assert changes == 2 + 2 * 4
