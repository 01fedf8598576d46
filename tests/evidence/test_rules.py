"""How much a file, an account and a network may cost: plain values in, a verdict out."""

from __future__ import annotations

import pytest

from zhicheng.evidence.models import Lane
from zhicheng.evidence.rules import Limits, Usage, allowance, may_take_longer, over, site_of


def test_visitor_may_cost_five_seconds_and_400_megabytes_at_most() -> None:
    most = [allowance(Lane.VISITORS, number) for number in range(4)]
    assert max(a.seconds for a in most) == 5
    assert {a.memory for a in most} == {400_000_000}


def test_first_round_is_short_and_the_second_is_the_last() -> None:
    for lane in Lane:
        assert allowance(lane, 0).seconds * 4 <= allowance(lane, 1).seconds * 2
        assert may_take_longer(lane, 0)
        assert not may_take_longer(lane, 1)


@pytest.mark.parametrize(
    ("usage", "verdict"),
    [
        (Usage(), ""),
        (Usage(waiting=2, cpu_seconds=9.9, held_bytes=90), ""),
        (Usage(waiting=3), "queue_full"),
        (Usage(cpu_seconds=10), "budget"),
        (Usage(held_bytes=91), "space"),
    ],
)
def test_limit_that_would_be_broken_is_named(usage: Usage, verdict: str) -> None:
    assert over(usage, Limits(waiting=3, cpu_seconds=10, held_bytes=100), size=10) == verdict


@pytest.mark.parametrize(
    ("network", "site"),
    [
        ("2001:db8:0:12ff::/64", "2001:db8:0:1200::/56"),
        ("2001:db8::/64", "2001:db8::/56"),
        ("203.0.113.9", "203.0.113.9"),
        ("unknown", "unknown"),
        ("not:a:network", "not:a:network"),
        ("", ""),
    ],
)
def test_site_of_a_network(network: str, site: str) -> None:
    assert site_of(network) == site
