"""How much one file, one account and one network may cost. Pure: figures in, verdict out."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from zhicheng.evidence.models import Lane

MOST_ATTEMPTS = 3
"""How often a file is taken up again after whoever examined it died."""


TURNS = (0, 90, 180, 270)
"""By how many degrees a page can be turned, clockwise."""
Repair = tuple[int, int, bool, bool]
"""What is to be done with one page (from 1): turned by how many degrees clockwise, straightened, cropped."""


def found_repairs(warnings: Iterable[Mapping[str, Any]]) -> list[Repair]:
    """What mends the findings of a file that can be mended here: its pages that lie turned or skewed."""
    turns: dict[int, int] = {}
    skewed: set[int] = set()
    for warning in warnings:
        if warning.get("code") == "sideways":
            turns[int(warning["page"])] = (360 - int(warning["degrees"])) % 360
        elif warning.get("code") == "skewed":
            skewed.add(int(warning["page"]))
    return [(page, turns.get(page, 0), page in skewed, False) for page in sorted({*turns, *skewed})]


@dataclass(frozen=True, slots=True)
class Allowance:
    """What one examination may take: CPU seconds, and bytes of memory."""

    seconds: int
    memory: int


_ALLOWANCES = {
    # A clean 20 MB scan takes about 5 seconds, an ordinary file a third of one.
    Lane.PEOPLE: (Allowance(5, 1_200_000_000), Allowance(20, 1_200_000_000)),
    Lane.VISITORS: (Allowance(1, 400_000_000), Allowance(5, 400_000_000)),
}


def allowance(lane: str, round_: int) -> Allowance:
    """What a file of ``lane`` may cost in its first (0) or second (1) round.

    The first is short: a file that needs longer goes behind those that do not, so that fifty that are made to waste time hold up an
    honest one by a fifth of what they could.
    """
    return _ALLOWANCES[Lane(lane)][min(round_, 1)]


def most_pages_checked(lane: str) -> int:
    """How many pages of a file are looked at for legibility: of a stranger's, who brings a licence, a few."""
    return 5 if Lane(lane) is Lane.VISITORS else 1000


def may_take_longer(lane: str, round_: int) -> bool:
    """Whether a file that used up its allowance is given a longer one."""
    return round_ + 1 < len(_ALLOWANCES[Lane(lane)])


@dataclass(frozen=True, slots=True)
class Usage:
    """What one account or network has brought: files waiting, CPU seconds of the last hour, bytes held (of visitors)."""

    waiting: int = 0
    cpu_seconds: float = 0
    held_bytes: int = 0


SITE, PROVIDED = 56, 48
"""What one connection gets of IPv6 (256 networks), and what one customer may get at most."""


def site_of(network: str, bits: int = SITE) -> str:
    """The /56 that the /64 of a visitor lies in: providers give as much to one connection, so that 256 networks are one stranger's. Of
    an IPv4 address, itself.
    """
    if ":" not in network:  # asked for every network that waits, and to find out by trying is a hundred times as dear
        return network
    try:
        return str(ipaddress.IPv6Network(network).supernet(new_prefix=bits))
    except ValueError:
        return network


@dataclass(frozen=True, slots=True)
class Limits:
    """What may stand in :class:`Usage` at most; ``None`` for no limit."""

    waiting: int
    cpu_seconds: float | None = None
    held_bytes: int | None = None


def over(usage: Usage, limits: Limits, *, size: int) -> str:
    """Which limit one more file of ``size`` bytes would break: ``queue_full``, ``budget``, ``space``; empty when none."""
    if usage.waiting >= limits.waiting:
        return "queue_full"
    if limits.cpu_seconds is not None and usage.cpu_seconds >= limits.cpu_seconds:
        return "budget"
    if limits.held_bytes is not None and usage.held_bytes + size > limits.held_bytes:
        return "space"
    return ""
