"""Keys made for one test."""

from __future__ import annotations

import base64
import os


def new_key() -> str:
    """A key as ``ZHICHENG_FIELD_KEYS`` wants one."""
    return base64.b64encode(os.urandom(32)).decode()
