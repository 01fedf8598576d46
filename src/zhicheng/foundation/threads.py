"""What Django keeps for the request in hand (language, time zone, where the site lies) is kept by the thread.

Django asks asgiref for it, so that it goes along from a thread into tasks and back. Nothing here runs in tasks: the server answers each request
in one thread (``deploy/gunicorn.conf.py``). A page asks which language is spoken some hundred times, and a thread knows it ten times faster.
"""

from __future__ import annotations

import threading
from typing import Any

from django.urls import base as addresses
from django.utils import timezone
from django.utils.translation import trans_real

_KEPT: tuple[tuple[Any, str], ...] = (
    (trans_real, "_active"),
    (timezone, "_active"),
    (addresses, "_prefixes"),
    (addresses, "_urlconfs"),
)


def keep_by_thread() -> None:
    """Called once, while the process starts; what this thread has said already stays said."""
    for module, name in _KEPT:
        before, kept = getattr(module, name), threading.local()
        if hasattr(before, "value"):
            kept.value = before.value
        setattr(module, name, kept)
