"""Brings a rehearsal instance to the point where it can be served: database, translations, static files, sample data.

Runs inside the project's environment, in one process because each start of Django costs a second. The data folder and
the mode come from the environment, as for every other command.
"""

from __future__ import annotations

import io
import os
import sys
from pathlib import Path

import django
from django.conf import settings
from django.core.management import call_command, get_commands

sys.path.insert(0, str(Path(__file__).resolve().parent))

from environment import step
from translations import compile_translations


def main() -> None:
    """Prepare the instance; every step may be repeated."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "zhicheng.settings")
    django.setup()
    if not settings.REHEARSAL:
        sys.exit("prepare.py fills an instance with invented people: it works in a rehearsal only (ZHICHENG_MODE=rehearsal).")
    data = Path(settings.DATA_DIR)
    data.mkdir(parents=True, exist_ok=True)
    with step("Database"):
        call_command("migrate", interactive=False, verbosity=0)
    with step("Translations") as notes:
        notes.append(f"{compile_translations()} compiled")
    with step("Static files"):
        call_command("collectstatic", interactive=False, verbosity=0)
    if "rehearse" in get_commands():
        with step("Rehearsal data"):
            call_command("rehearse")
        accounts = io.StringIO()
        call_command("rehearse", accounts=True, stdout=accounts)
        (data / "accounts.txt").write_text(accounts.getvalue(), encoding="utf-8")


if __name__ == "__main__":
    main()
