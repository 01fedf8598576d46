"""What a process of some mode does in ``test_instance.py``: the words behind ``python``, once all of the program is loaded."""

from __future__ import annotations

import runpy
import sys

import django

django.setup()


def python(*words: str) -> None:
    """As ``python -c CODE`` or ``python -m MODULE WORDS`` would."""
    how, what, *_given = words
    sys.argv = ["-c"] if how == "-c" else [*words[1:]]
    if how == "-c":
        exec(what, {"__name__": "__main__"})  # noqa: S102 - one of the test's own lines
    else:
        runpy.run_module(what, run_name="__main__", alter_sys=True)
