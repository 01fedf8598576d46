"""How often a lane asks for work."""

from __future__ import annotations

import pytest

from zhicheng.foundation import worker


def test_rest_is_short_after_work_and_longer_when_there_was_none_for_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1000.0
    monkeypatch.setattr(worker.time, "monotonic", lambda: now)
    rest = worker.Rest()
    assert rest.seconds(busy=True) == 0
    now += worker.CALM_AFTER.total_seconds() - 1
    assert rest.seconds(busy=False) < 0.3
    now += 2
    calm = [rest.seconds(busy=False) for _ in range(50)]
    assert 0.75 < min(calm) < max(calm) < 1.25, "one process asks a little earlier than the next"
    assert rest.seconds(busy=True) == 0 and rest.seconds(busy=False) < 0.3
