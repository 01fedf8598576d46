"""Asking a place that may hang: a file system of another machine does not fail when that machine is gone, it waits for it, for ever.

What waits there cannot be ended, by nobody. So it is asked in a thread of its own, and whoever asks waits for so long and no longer. While
one thread hangs nobody asks that place again: they learn at once what that thread has not come back to say.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

_hanging: dict[str, list[threading.Thread]] = {}
_lock = threading.Lock()


def within(seconds: float, place: str, ask: Callable[[], T]) -> T:
    """What ``ask`` returns or raises; raises ``TimeoutError`` (an ``OSError``) when it has not ended after ``seconds``, and at once while
    somebody of this process still hangs at ``place``. What was begun may end later. ``ask`` must not use the database."""
    with _lock:
        _hanging[place] = [one for one in _hanging.get(place, []) if one.is_alive()]
        if _hanging[place]:
            raise TimeoutError(f"{place} has not answered yet")
    answers: list[T] = []
    raised: list[BaseException] = []

    def run() -> None:
        try:
            answers.append(ask())
        except BaseException as error:
            raised.append(error)

    thread = threading.Thread(target=run, name=f"asks {place}", daemon=True)
    thread.start()
    thread.join(seconds)
    if thread.is_alive():
        with _lock:
            _hanging.setdefault(place, []).append(thread)
        raise TimeoutError(f"{place} did not answer within {seconds:g} s")
    if raised:
        raise raised[0]
    return answers[0]
