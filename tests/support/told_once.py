"""What many tests begin with is told once: the database, the files and the mails are as the telling left them for each of them.

``@told_once`` makes a fixture of a function that tells something with real actions. The first test that wants it has it told inside a
transaction, which stays open while the tests that follow want the same; each of them runs in a savepoint of it and leaves nothing behind.
A test that does not want it does not see it: it is undone before. Tellings build on each other (``def application(world)``), or on what a
test is parametrized with (``def ready(world, name)``: the tests of one name then come one after the other), and on nothing else: what a
fixture gives is one test's own. Each test has copies of its own of what they gave. A test whose transactions are real
(``transaction=True``) has everything told for itself.

It is told before any fixture of the test: what that patches is no part of what others find.

What takes seconds to tell is ``dear``: whatever file they stand in, all tests that take it come one after the other, those that take least
of what builds on it first, and its files (hundreds) are not copied for each.
"""

from __future__ import annotations

import copy
import inspect
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from _pytest.python import get_direct_param_fixture_func  # how pytest gives what is written in parametrize
from django.conf import settings
from django.core import mail
from django.core.cache import cache
from django.db import connection, transaction
from django.test import override_settings

from tests.support.world import IN_WINDOW
from zhicheng.foundation import clock

_TOLD = "_told_once"  # the mark a fixture's function carries
_FIXTURES = ("request", "db", "_own_files")  # what the fixture needs besides the tellings
_COPIES = pytest.StashKey[dict[str, Any]]()
_FILES = pytest.StashKey[list[Any]]()


class Telling:
    """What is told: ``tell`` at the time ``at`` (or now), after those of its parameters that are tellings themselves."""

    def __init__(self, tell: Callable[..., Any], at: datetime | None, *, with_cache: bool, dear: bool) -> None:
        self.tell = tell
        self.with_cache = with_cache
        self.dear = dear
        self.at = at
        self.name = tell.__name__
        self.builds_on = tuple(inspect.signature(tell).parameters)

    def there(self) -> Any:
        """The time in which it is told, and in which the test runs."""
        return clock.travel(self.at) if self.at is not None else nullcontext()


@dataclass(frozen=True)
class _Wanted:
    """A telling that a test takes, with those of the test's parameters that it builds on."""

    telling: Telling
    parameters: tuple[tuple[str, Any], ...] = ()


class _Standing:
    """A telling that has been told and not been undone: what it gave, its files, the mails it sent and, if wanted, what it left in the cache."""

    def __init__(self, wanted: _Wanted, given: dict[str, Any], blocker: Any) -> None:
        self.wanted = wanted
        self.telling = telling = wanted.telling
        self._blocker = blocker
        self.folder = Path(tempfile.mkdtemp(prefix="told-", dir=settings.DATA_DIR))
        self._block = transaction.atomic()
        before = len(mail.outbox)
        cache.clear()  # of the test before: its limits are none of what is told
        with blocker.unblock():
            self._block.__enter__()
            try:
                with _files_in(self.folder), telling.there():
                    self.value = telling.tell(**given)
                # The database checks now what it would check at the commit: nothing is pending then that would keep a test from its triggers.
                connection.check_constraints()
            except BaseException:
                self.undo()
                raise
        self.mails, mail.outbox[before:] = mail.outbox[before:], []
        self.cached = dict(cache._cache), dict(cache._expire_info)  # type: ignore[attr-defined]  # LocMemCache: tests/settings.py
        cache.clear()

    def undo(self) -> None:
        """Leave nothing of it behind."""
        with self._blocker.unblock():
            transaction.set_rollback(True)
            self._block.__exit__(None, None, None)
        shutil.rmtree(self.folder)


@contextmanager
def _files_in(folder: Path) -> Iterator[None]:
    default = settings.STORAGES["default"] | {"OPTIONS": {"location": folder}}
    with override_settings(MEDIA_ROOT=folder, STORAGES=settings.STORAGES | {"default": default}):
        yield


_standing: list[_Standing] = []  # the later ones build on what was told before them


def told_once(
    tell: Callable[..., Any] | None = None, *, at: datetime | None = IN_WINDOW, with_cache: bool = False, dear: bool = False
) -> Any:
    """Make a fixture of ``tell``, whose parameters are names of other tellings or of parameters of the test.

    The test that takes it runs at the time ``at`` (None: now); ``with_cache``: it begins with what the telling left in the cache; ``dear``:
    it is told once in the whole run, and its files are not there.
    """
    if tell is None:
        return lambda function: told_once(function, at=at, with_cache=with_cache, dear=dear)
    telling = Telling(tell, at, with_cache=with_cache, dear=dear)
    if telling.name in telling.builds_on:
        raise TypeError(f"{tell.__module__}.{telling.name} cannot be told: it builds on a telling of its own name.")

    def fixture(request: pytest.FixtureRequest, db: None, _own_files: None, **given: Any) -> Iterator[Any]:
        with telling.there():
            copies = request.node.stash.get(_COPIES, {})
            if telling.name in copies:
                _give_files_and_mails(request.node)
                yield copies[telling.name]
            else:
                yield tell(**given)

    parameters = [inspect.Parameter(name, inspect.Parameter.POSITIONAL_OR_KEYWORD) for name in _FIXTURES + telling.builds_on]
    fixture.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]  # pytest asks it for the fixtures to give
    fixture.__doc__, fixture.__name__ = tell.__doc__, telling.name
    setattr(fixture, _TOLD, telling)
    return pytest.fixture(fixture)


def _wanted(item: pytest.Item | None) -> list[_Wanted]:
    """The tellings ``item`` takes, each after what it builds on; none for a test whose transactions are real."""
    if not isinstance(item, pytest.Function):
        return []
    marker = item.get_closest_marker("django_db")
    if (marker is not None and marker.kwargs.get("transaction")) or {"transactional_db", "live_server"} & set(item.fixturenames):
        return []
    parameters = item.callspec.params if hasattr(item, "callspec") else {}
    wanted: list[_Wanted] = []

    def add(telling: Telling, above: tuple[Telling, ...] = ()) -> None:
        if telling in [one.telling for one in wanted]:
            return
        if telling in above:
            raise _cannot(item, telling, "it builds on itself")
        for name in telling.builds_on:
            other = _telling_of(item, name)
            if other is not None:
                add(other, (*above, telling))
            elif not _is_parameter(item, name):
                raise _cannot(item, telling, f"{name} is neither a telling nor a parameter of the test")
            elif not _can_be_compared(parameters[name]):
                raise _cannot(item, telling, f"its parameter {name} is not hashable")
        wanted.append(_Wanted(telling, tuple((n, parameters[n]) for n in telling.builds_on if n in parameters)))

    for telling in filter(None, [_telling_of(item, name) for name in item.fixturenames]):
        add(telling)
    return wanted


def _telling_of(item: pytest.Function, name: str) -> Telling | None:
    """The telling that is the fixture ``name`` of this test."""
    made = item._fixtureinfo.name2fixturedefs.get(name)
    return getattr(made[-1].func, _TOLD, None) if made else None


def _is_parameter(item: pytest.Function, name: str) -> bool:
    """Whether the test is given ``name`` as it is written, and not by a fixture that takes it as its own parameter."""
    made = item._fixtureinfo.name2fixturedefs.get(name)
    written = not made or made[-1].func is get_direct_param_fixture_func
    return written and hasattr(item, "callspec") and name in item.callspec.params


def _can_be_compared(value: Any) -> bool:
    try:
        hash(value)
    except TypeError:
        return False
    return True


def _cannot(item: pytest.Item, telling: Telling, why: str) -> pytest.UsageError:
    where = f"{telling.tell.__module__}.{telling.name}"
    return pytest.UsageError(f"{item.nodeid} cannot take the telling {where}: {why} (tests/support/told_once.py).")


def mark(items: list[pytest.Item]) -> None:
    """Have each test that takes a telling begin with its database, so that it is told before the fixtures of the test have patched anything."""
    for item in items:
        if _wanted(item) and item.get_closest_marker("django_db") is None:
            item.add_marker(pytest.mark.django_db)


def put_together(items: list[pytest.Item]) -> None:
    """Put the tests that take one telling with the same parameters, or a dear one, one after the other, of whatever module they are."""
    groups: dict[tuple[Any, ...], list[pytest.Item]] = {}
    for number, item in enumerate(items):
        told = [one for one in _wanted(item) if one.parameters or one.telling.dear]
        if told and told[0].telling.dear:
            del told[1:]
        groups.setdefault(tuple(told) if told else (number,), []).append(item)
    items[:] = [item for group in groups.values() for item in sorted(group, key=lambda item: len(_wanted(item)))]


def undo_unless_wanted(item: pytest.Item | None) -> None:
    """Undo what was told and ``item``, the test that comes next, does not want; all of it when there is none."""
    if not _standing:
        return
    broken = connection.connection is None or connection.needs_rollback  # by the test before
    wanted = [] if broken else _wanted(item)
    while [one.wanted for one in _standing] != wanted[: len(_standing)]:
        _standing.pop().undo()


def tell_what_is_wanted(item: pytest.Item, blocker: Any) -> None:
    """Tell what ``item`` wants and was not told before, and copy for it what was: to be called before its own transaction begins.

    ``blocker`` is pytest-django's, which keeps everything from the database that is no test's.
    """
    undo_unless_wanted(item)
    wanted = _wanted(item)
    for one in wanted[len(_standing) :]:
        values = {told.telling.name: told.value for told in _standing} | dict(one.parameters)
        _standing.append(_Standing(one, {name: values[name] for name in one.telling.builds_on}, blocker))
    if wanted:
        item.stash[_COPIES] = copy.deepcopy({one.telling.name: one.value for one in _standing})
        item.stash[_FILES] = list(_standing)


def _give_files_and_mails(item: pytest.Item) -> None:
    """Put the files that were kept while telling into the folder of the test ``item``, and the mails that were sent into its outbox. Once."""
    for one in item.stash[_FILES]:
        if not one.telling.dear:
            shutil.copytree(one.folder, settings.MEDIA_ROOT, dirs_exist_ok=True)
        mail.outbox.extend(copy.deepcopy(one.mails))
        if one.telling.with_cache:
            for held, was in zip((cache._cache, cache._expire_info), one.cached, strict=True):  # type: ignore[attr-defined]
                held.update(was)
    item.stash[_FILES] = []
