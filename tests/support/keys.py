"""Keys made for one test."""

from __future__ import annotations

import base64
import os


def new_key() -> str:
    """A key as ``ZHICHENG_FIELD_KEYS`` wants one in a test: it says what it is (``foundation.instance``)."""
    return base64.b64encode(b"test-only-key-" + os.urandom(18)).decode()
