"""Maintenance: while it is announced, every page but ``/healthz`` says so in words and until when.

It is a file in the data folder, so that it needs no database and survives every restart. Each machine has its own.
"""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings

from zhicheng.foundation import clock

FILE = "maintenance.json"
USUAL_SECONDS = 600  # to come back after, when no end is named


@dataclass(frozen=True, slots=True)
class Maintenance:
    """``until``: when it is expected to be over (a time of the machine), if that was said."""

    until: datetime | None

    @property
    def is_late(self) -> bool:
        """Whether the end that was announced has gone by."""
        return self.until is not None and self.until <= clock.machine_now()

    @property
    def retry_after(self) -> int:
        """After how many seconds to look again: at least half a minute."""
        if self.until is None:
            return USUAL_SECONDS
        return max(30, int((self.until - clock.machine_now()).total_seconds()))


def current() -> Maintenance | None:
    """What was announced, or ``None``. A file that cannot be read counts as announced: it was put there by somebody."""
    try:
        text = _file().read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    except OSError:
        return Maintenance(None)
    until = None
    with suppress(ValueError, KeyError, TypeError):
        until = datetime.fromisoformat(json.loads(text)["until"])
    return Maintenance(until if until is not None and until.tzinfo is not None else None)


def announce(*, until: datetime | None = None) -> None:
    """Begin: from now on every page says so."""
    _file().parent.mkdir(parents=True, exist_ok=True)
    _file().write_text(json.dumps({"until": until.isoformat() if until else None}), encoding="utf-8")


def end() -> bool:
    """Take the announcement down; return whether there was one."""
    try:
        _file().unlink()
    except FileNotFoundError:
        return False
    return True


def _file() -> Path:
    return Path(settings.DATA_DIR) / FILE
