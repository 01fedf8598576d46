"""What a process does in ``test_instance.py``: the words behind ``python``, once all of the program is loaded under its settings; or, where
there are none yet, once the libraries are that take longest to load.
"""

from __future__ import annotations

import json
import os
import runpy
import sys
from importlib import import_module

import django

LIBRARIES = (
    *("django.core.management.base", "django.db.models", "django.db.backends.sqlite3.base", "django.forms", "django.test"),
    *("asyncio", "environ", "cryptography.x509", "fontTools.ttLib", "pikepdf", "PIL.Image", "pydantic", "sqlparse", "yaml"),
)
if "DJANGO_SETTINGS_MODULE" in os.environ:
    django.setup()
else:
    for name in LIBRARIES:
        import_module(name)


def python_under(environment: str, *words: str) -> None:
    """The same under settings of its own: nothing has read any yet."""
    os.environ.clear()
    os.environ.update(json.loads(environment))
    python(*words)


def python(*words: str) -> None:
    """As ``python -c CODE`` or ``python -m MODULE WORDS`` would."""
    how, what, *_given = words
    sys.argv = ["-c"] if how == "-c" else [*words[1:]]
    if how == "-c":
        exec(what, {"__name__": "__main__"})  # noqa: S102 - one of the test's own lines
    else:
        runpy.run_module(what, run_name="__main__", alter_sys=True)
