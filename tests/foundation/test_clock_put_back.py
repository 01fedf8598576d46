"""The machine's clock is put back by a minute, an hour, a day while people work: no error, and the order stays."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from tests.support.capabilities import libfaketime
from tests.support.elsewhere import MIGRATED, elsewhere_on
from zhicheng.foundation import clock

SCRIPT = Path(__file__).resolve().parent.parent / "support" / "clock_back.py"


@pytest.mark.django_db
def test_clock_that_is_put_back_stops_nobody_and_keeps_the_order(db: Any) -> None:
    with elsewhere_on(SCRIPT, after=MIGRATED) as there:
        told(there.run("main"))


@pytest.mark.faketime
@pytest.mark.django_db
def test_clock_that_is_put_back_below_python_stops_nobody_either(tmp_path: Path, db: Any) -> None:
    """Whatever in the process asks the C library is told another time, whichever way it asks."""
    away = int((datetime.fromisoformat("2023-05-24T10:00:00+08:00") - clock.machine_now()).total_seconds())
    moved = tmp_path / "moved"
    moved.write_text(f"{away}\n")
    with elsewhere_on(SCRIPT, after=MIGRATED) as there:
        said = there.run(
            "main",
            LD_PRELOAD=libfaketime(),
            FAKETIME_TIMESTAMP_FILE=str(moved),
            FAKETIME_NO_CACHE="1",
            FAKETIME_DONT_FAKE_MONOTONIC="1",
            SECONDS_TO_SHOWN=str(away),
        )
    told(said)


def told(said: str) -> None:
    """How often the ledger went back, and how many moves there were."""
    went_back, changes = (int(word) for word in said.split())
    assert went_back == 3, "the ledger tells what the clock showed"
    assert changes == 2 + 2 * 4
