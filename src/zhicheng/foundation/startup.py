"""What a starting process says of its settings: which of them changed since the last start. Names only, never a value.

Beside the data lies a file with a few bits of a keyed hash of every variable: enough to see that one changed, too few to guess a
password by.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import logging
import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.conf import settings

from zhicheng.foundation import securitylog
from zhicheng.foundation.algorithms import HMAC_SHA_256

logger = logging.getLogger(__name__)
FILE = "settings-fingerprint.json"
PREFIX = "ZHICHENG_"
_CHARACTERS = 6  # of hexadecimal: one change in 16 million is not seen


def note_changed_settings(environment: Mapping[str, str] | None = None, *, folder: Path | None = None) -> list[str]:
    """Compare the settings with those of the last start, note the names that differ, remember the new ones; return the names.

    The first start has nothing to compare with and names nothing. A folder that cannot be written is a warning: the instance runs.
    """
    place = (folder or Path(settings.DATA_DIR)) / FILE
    now = {name: value for name, value in (os.environ if environment is None else environment).items() if name.startswith(PREFIX)}
    before = _read(place)
    salt = before.get("salt") or secrets.token_hex(16)
    marks = {name: _mark(salt, value) for name, value in now.items()}
    known: dict[str, str] | None = before.get("marks")
    changed = [] if known is None else sorted(n for n in {*known, *marks} if known.get(n) != marks.get(n))
    if changed or known is None:
        _write(place, {"algorithm": HMAC_SHA_256, "salt": salt, "marks": marks})
    if changed:
        securitylog.note(event="settings.changed", names=",".join(changed))
    return changed


def _mark(salt: str, value: str) -> str:
    return hmac.new(salt.encode(), value.encode(), hashlib.sha256).hexdigest()[:_CHARACTERS]


def _read(place: Path) -> dict[str, Any]:
    try:
        found = json.loads(place.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) and isinstance(found.get("marks"), dict) else {}


def _write(place: Path, found: dict[str, object]) -> None:
    beside = place.with_suffix(f".{os.getpid()}")
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        beside.write_text(json.dumps(found), encoding="utf-8")
        beside.chmod(0o600)
        beside.replace(place)
    except OSError as error:
        logger.warning("which settings changed cannot be remembered: %s", error.strerror)
