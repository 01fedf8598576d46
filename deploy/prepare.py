"""Brings a rehearsal instance to the point where it can be served: database, translations, static files, sample data.

Runs inside the project's environment, in one process because each start of Django costs a second. The data folder and
the mode come from the environment, as for every other command.
"""

from __future__ import annotations

import hashlib
import io
import os
import sys
import traceback
from collections.abc import Callable
from pathlib import Path

import django
from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command

sys.path.insert(0, str(Path(__file__).resolve().parent))

from environment import step
from translations import compile_translations

FAILED = 2


def collect_static(stamp: Path) -> bool:
    """Collect the static files where one has changed since ``stamp`` was written; gives whether that was so."""
    files = [(name, Path(storage.path(name)).stat()) for finder in get_finders() for name, storage in finder.list([])]
    facts = sorted(f"{name} {file.st_size} {file.st_mtime_ns}" for name, file in files)
    made_from = hashlib.sha256("\n".join([settings.STORAGES["staticfiles"]["BACKEND"], *facts]).encode()).hexdigest()
    if stamp.exists() and stamp.read_text() == made_from and (Path(settings.STATIC_ROOT) / "staticfiles.json").exists():
        return False
    call_command("collectstatic", interactive=False, verbosity=0, clear=True)
    stamp.write_text(made_from)
    return True


def beside(work: Callable[[], bool]) -> Callable[[], bool]:
    """Do ``work`` in a process of its own from now on; what is returned waits for what it gave. Ends this process where it failed."""
    sys.stdout.flush()
    if not (child := os.fork()):
        status = FAILED
        try:
            status = int(work())
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(status)

    def gave() -> bool:
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        if status not in (0, 1):
            sys.exit(FAILED)
        return bool(status)

    return gave


def main() -> None:
    """Prepare the instance; every step may be repeated."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "zhicheng.settings")
    django.setup()
    if not settings.REHEARSAL:
        sys.exit("prepare.py fills an instance with invented people: it works in a rehearsal only (ZHICHENG_MODE=rehearsal).")
    from zhicheng.rehearsal.seeding import still_to_come  # asks for the settings

    data = Path(settings.DATA_DIR)
    data.mkdir(parents=True, exist_ok=True)
    static = beside(lambda: collect_static(data / "static-made-from"))  # needs no database: it goes on beside what does
    with step("Database"):
        call_command("migrate", interactive=False, verbosity=0)
    with step("Translations") as notes:
        notes.append(f"{compile_translations()} compiled")
    with step("Rehearsal data") as notes:
        call_command("rehearse", first=True)
        waiting = len(still_to_come())
        notes.append(f"{waiting} stories to come while the instance runs" if waiting else "complete")
    with step("Static files") as notes:
        notes.append("collected" if static() else "unchanged")
    # ./run reads it: who starts Django only to hear that nothing is missing loses a second at every start.
    (data / "stories-to-come").write_text(str(waiting))
    accounts = io.StringIO()
    call_command("rehearse", accounts=True, stdout=accounts)
    (data / "accounts.txt").write_text(accounts.getvalue(), encoding="utf-8")


if __name__ == "__main__":
    main()
