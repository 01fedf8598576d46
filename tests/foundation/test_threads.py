"""Which language is spoken is the thread's own, and what was said before stays said."""

from __future__ import annotations

import threading

from django.urls import get_script_prefix, set_script_prefix
from django.utils import timezone, translation
from django.utils.translation import trans_real

from zhicheng.foundation.threads import keep_by_thread


def test_process_keeps_it_by_the_thread() -> None:
    assert isinstance(trans_real._active, threading.local)
    assert isinstance(timezone._active, threading.local)


def test_another_thread_speaks_the_platforms_language() -> None:
    told: list[str | None] = []
    with translation.override("en"):
        other = threading.Thread(target=lambda: told.append(translation.get_language()))
        other.start()
        other.join()
        assert translation.get_language() == "en"
    assert told == ["zh-hans"]


def test_what_was_said_stays_said() -> None:
    before = get_script_prefix()
    try:
        set_script_prefix("/below/")
        with translation.override("en"):
            keep_by_thread()
            assert (translation.get_language(), get_script_prefix()) == ("en", "/below/")
    finally:
        set_script_prefix(before)
