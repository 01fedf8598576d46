"""Eight processes on the same few rows: each call is answered with a result or a refusal, and afterwards everything is as it must be."""

from __future__ import annotations

from typing import Any

import pytest

from tests.faults.racing import SCRIPT, run
from tests.support.elsewhere import MIGRATED, elsewhere_on

pytestmark = pytest.mark.django_db(transaction=True)  # there is a database to begin with one like it, though it runs alone
SECONDS, TURNS = 8, 4  # on a machine that is busy otherwise it takes longer


def test_eight_processes_on_the_same_rows(
    tmp_path_factory: pytest.TempPathFactory, django_db_setup: None, django_db_blocker: Any
) -> None:
    with django_db_blocker.unblock(), elsewhere_on(SCRIPT, tmp_path_factory.mktemp("racing"), after=MIGRATED) as there:
        there.run("make")
        told = run(there, seed=8, processes=8, seconds=SECONDS, turns=TURNS)
    assert told["steps"] >= 8 * 2 * TURNS
    assert sum(told["refused"].values()) > 0 and sum(told["accepted"].values()) > 0
