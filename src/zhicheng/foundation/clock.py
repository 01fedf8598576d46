"""The one clock (house, decision 4). Every deadline, period and date asks :func:`now`.

Tests move it with :func:`travel`; a rehearsal moves it for all its processes with ``foundation.actions.move_clock``. A production
instance (``settings.CLOCK_CAN_MOVE`` is false) does neither, and never asks the database.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.signals import setting_changed
from django.db import DatabaseError
from django.utils import timezone

BEIJING = ZoneInfo("Asia/Shanghai")  # every deadline is Beijing time (domain §3.9)

# How long a process may go on with the offset it read last. Moving the clock reaches every process within this time.
CACHE_SECONDS = 1.0


class _State:
    """What this process knows: set by :func:`travel`, or read from the database."""

    travelled: Callable[[], datetime] | None = None
    offset = timedelta()
    offset_read_at: float | None = None  # time.monotonic()


def machine_now() -> datetime:
    """The machine's own time, never moved. Only for waiting and retrying in this room; everything else asks :func:`now`."""
    return timezone.now().astimezone(BEIJING)  # noqa: TID251 - the one place that asks the machine


def now() -> datetime:
    """The present moment, time-zone aware, in Beijing time."""
    if not settings.CLOCK_CAN_MOVE:
        return machine_now()
    if _State.travelled is not None:
        return _State.travelled()
    if settings.REHEARSAL:
        return machine_now() + _rehearsal_offset()
    return machine_now()


def today() -> date:
    """The present date in Beijing."""
    return now().date()


def written(moment: datetime) -> str:
    """``2023-05-08 14:03``, Beijing time: how a moment is written in a sentence, a mail or on a paper."""
    return moment.astimezone(BEIJING).strftime("%Y-%m-%d %H:%M")


@contextmanager
def travel(to: datetime, *, tick: bool = False) -> Iterator[None]:
    """Move the whole process to ``to`` (time-zone aware) while the block runs. Time stands still there unless ``tick``.

    For tests. Blocks nest. Raises ``ValueError`` for a naive time and ``RuntimeError`` in production.
    """
    if not settings.CLOCK_CAN_MOVE:
        raise RuntimeError("A production instance does not move its clock.")
    if timezone.is_naive(to):
        raise ValueError(f"travel() needs a time zone: {to!r}")
    there = to.astimezone(BEIJING)
    started = time.monotonic()
    before = _State.travelled
    _State.travelled = (lambda: there + timedelta(seconds=time.monotonic() - started)) if tick else (lambda: there)
    try:
        yield
    finally:
        _State.travelled = before


def forget_cached_offset() -> None:
    """Make this process read the rehearsal's offset again the next time it asks."""
    _State.offset_read_at = None


def _rehearsal_offset() -> timedelta:
    from zhicheng.foundation.models import ClockSetting  # models need the app registry, which asks for settings first

    at = time.monotonic()
    if _State.offset_read_at is None or at - _State.offset_read_at >= CACHE_SECONDS:
        try:
            row = ClockSetting.objects.values_list("offset_microseconds", flat=True).first()
        except DatabaseError:
            # Before the first migration, or in a transaction that has already failed: go on with what is known.
            return _State.offset
        _State.offset = timedelta(microseconds=row or 0)
        _State.offset_read_at = at
    return _State.offset


def _on_setting_changed(*, setting: str, **kwargs: Any) -> None:
    if setting in {"REHEARSAL", "CLOCK_CAN_MOVE", "DATABASES"}:
        forget_cached_offset()


setting_changed.connect(_on_setting_changed, dispatch_uid="zhicheng.foundation.clock")
