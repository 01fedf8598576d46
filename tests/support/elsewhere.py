"""Other processes on a database of their own, so that everything they do is really committed.

What they do is the functions of a script, which is loaded once (``tests/support/loaded.py``) and stays loaded for the tests of that script
that follow one another, as long as they want the same environment. These have one folder and one address: whoever was started by a test is
ended with it. Where many tests begin with the same database
and files, these are made once and copied for each of them (``tests/support/beginnings.py``).
"""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from tests.support import beginnings
from tests.support.beginnings import Beginning
from tests.support.loaded import Loaded, Process

ROOT = Path(__file__).resolve().parent.parent.parent


class Elsewhere:
    """Does words of ``script`` in other processes, all on one database and one folder of files."""

    def __init__(self, script: Path, database_url: str, folder: Path) -> None:
        self.script, self.folder, self.url = script, folder, database_url
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("ZHICHENG_", "DJANGO_", "PYTEST_"))}
        paths = [str(ROOT), *filter(None, [kept.get("PYTHONPATH")])]
        self.environment = kept | {
            "PYTHONPATH": os.pathsep.join(paths),
            "ZHICHENG_MODE": "test",
            "ZHICHENG_ENV_FILE": os.devnull,
            "ZHICHENG_DATA_DIR": str(folder),
            "ZHICHENG_DATABASE_URL": database_url,
            "DJANGO_SETTINGS_MODULE": "zhicheng.settings",
            "PYTHONUNBUFFERED": "1",
        }
        self._own = frozenset(self.environment.items())
        self._loaded: dict[frozenset[tuple[str, str]], Loaded] = {}
        self._started: list[Process] = []

    def start(self, word: str, *words: str, log: Any = None, **environment: str) -> Process:
        """Start one that does ``word`` and come back when it runs. ``log``: an open file for what it says on its standard error;
        ``environment``: what else it was loaded with, which takes as long as a start of the program; what is said meanwhile goes to the
        ``log`` of the first that is started so.
        """
        stderr = 2 if log is None else log.fileno()
        process = self._loaded_with(environment, stderr if environment else 2).start(word, *words, stderr=stderr)
        self._started.append(process)
        return process

    def run(self, word: str, *words: str, limit: float = 240, **environment: str) -> str:
        """Run one to its end (``limit`` seconds) and return what it printed; it must succeed."""
        with tempfile.TemporaryFile("w+", encoding="utf-8") as log:
            process = self.start(word, *words, log=log, **environment)
            said, _none = process.communicate(limit)
            log.seek(0)
            assert process.returncode == 0, said + log.read()
        return said.strip()

    def end(self, *, keep_loaded: bool = False) -> None:
        """End what runs, and what waits to be forked; ``keep_loaded``: but for what was loaded with nothing else. One that cannot be ended
        keeps none of the others."""
        kept = {key: loaded for key, loaded in self._loaded.items() if keep_loaded and key == self._own}
        with ExitStack() as ending:  # from the last to the first
            for key in self._loaded.keys() - kept.keys():
                ending.callback(self._loaded[key].end)
            for process in reversed(self._started):
                ending.callback(process.end)
            self._loaded, self._started = kept, []

    def goes_on_from(self, before: Elsewhere) -> None:
        """Take over what was loaded for the one before, where that is what would be loaded here."""
        if before._own == self._own:
            self._loaded, before._loaded = before._loaded, {}
        before.end()

    def _loaded_with(self, environment: dict[str, str], stderr: int) -> Loaded:
        whole = self.environment | environment
        key = frozenset(whole.items())
        if key not in self._loaded:
            self._loaded[key] = Loaded(self.script, whole, stderr)
        return self._loaded[key]


MIGRATING = ROOT / "tests" / "support" / "migrating.py"
MIGRATED = Beginning(
    MIGRATING, ("migrate",), migrated=True
)  # everything, as the program is now; the word marks the folder of files
_put_by: list[Elsewhere] = []  # the one that was used last, for the next test of its script: it stays loaded


@contextmanager
def elsewhere_on(script: Path, folder: Path | None = None, *, after: Beginning | None = None) -> Iterator[Elsewhere]:
    """Other processes on a database of the kind these tests run on, as it is ``after`` a beginning, or empty.

    Its files are in ``folder``; without one in a folder that the tests of ``script`` have one after the other, each of them empty.
    """
    there = _take(script) if folder is None else Elsewhere(script, beginnings.address_in(folder), folder)
    url = there.environment["ZHICHENG_DATABASE_URL"]
    try:
        if after is None:
            beginnings.make(url)
        else:
            beginnings.begin(after, url, there.folder, _teller(there, after))
        yield there
    finally:
        try:
            _leave(there, shared=folder is None)
        finally:
            beginnings.drop(url)


def _leave(there: Elsewhere, *, shared: bool) -> None:
    try:
        there.end(keep_loaded=shared)
    except BaseException:
        there.end()  # nobody goes on from where one could not be ended
        raise
    if shared:
        _end_what_was_put_by()
        _put_by.append(there)


def _take(script: Path) -> Elsewhere:
    """The next test's, which begins with the environment of its own: what another one did to that is not in it."""
    if _put_by and _put_by[0].script == script:
        before = _put_by.pop()
        shutil.rmtree(before.folder)
        before.folder.mkdir()
        there = Elsewhere(script, before.url, before.folder)
        there.goes_on_from(before)
        return there
    _end_what_was_put_by()
    folder = Path(tempfile.mkdtemp(prefix="elsewhere-", dir=beginnings.PLACE))
    return Elsewhere(script, beginnings.address_in(folder), folder)


def _teller(there: Elsewhere, beginning: Beginning) -> Callable[[str], Any]:
    """What does a word of the beginning's script there."""

    def tell(word: str) -> None:
        other = Elsewhere(beginning.script, there.environment["ZHICHENG_DATABASE_URL"], there.folder)
        try:
            other.run(word)
        finally:
            other.end()

    return there.run if there.script == beginning.script else tell


@atexit.register
def _end_what_was_put_by() -> None:
    while _put_by:
        _put_by.pop().end()
