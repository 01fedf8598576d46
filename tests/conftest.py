"""What holds for every test: nothing on this machine is touched, nothing leaks into the next test, what cannot run says why."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from django.core.cache import cache
from django.db import connection
from django.utils import translation

from deploy.translations import compile_translations
from tests.support import beginnings, capabilities, emptied, lanes, told_once
from tests.support import world as w
from tests.support.rehearsed import first_pages, whole_rehearsal
from tests.web.shared.answers import answers
from zhicheng.foundation import clock, logs, memory, triggers

__all__ = ["answers", "first_pages", "whole_rehearsal"]  # fixtures
HERE = Path(__file__).resolve().parent

hypothesis.settings.register_profile("here", deadline=None)
hypothesis.settings.register_profile("ci", deadline=None, derandomize=True, database=None)
hypothesis.settings.load_profile("ci" if os.environ.get("CI") else "here")


def pytest_configure(config: pytest.Config) -> None:
    compile_translations()
    emptied.empty_after_each()
    # As for the cluster of PostgreSQL: what a crash of the machine would lose was never wanted, and no test could see it. A sent application
    # waits some sixty times for the disk. Processes that tests start wait as they do at work.
    os.fsync = lambda descriptor: os.fstat(descriptor) and None  # type: ignore[assignment]  # what is closed is still an error


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the journeys, and put them last (a browser's event loop stays in the process); mark what asks no database; skip what this
    machine cannot do.
    """
    lacks = capabilities.missing()
    on_postgres = os.environ.get("ZHICHENG_TEST_DATABASE") == "postgres"
    for item in items:
        if item.path.is_relative_to(HERE / "journeys"):
            item.add_marker(pytest.mark.journey)
        elif not lanes.asks_a_database(item):
            item.add_marker(pytest.mark.no_database)
        for marker, sentence in lacks.items():
            if item.get_closest_marker(marker):
                item.add_marker(pytest.mark.skip(reason=sentence))
        if item.get_closest_marker("postgres") and not on_postgres:
            item.add_marker(pytest.mark.skip(reason="needs PostgreSQL: ZHICHENG_TEST_DATABASE=postgres gives it one"))
    told_once.mark(items)
    told_once.put_together(items)
    items.sort(key=lambda item: item.get_closest_marker("journey") is not None)


def pytest_collection_finish() -> None:
    """What is loaded stays to the end: as in a web process, nobody looks again and again whether it is still needed."""
    memory.settle()


@pytest.hookimpl(tryfirst=True)
def pytest_fixture_setup(fixturedef: Any, request: Any) -> None:
    """Tell what many tests begin with (``tests/support/told_once.py``) just before the test's own transaction begins."""
    if fixturedef.argname == "_django_db_helper":
        told_once.tell_what_is_wanted(request.node, request.getfixturevalue("django_db_blocker"))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> Any:
    """Undo what the next test does not begin with."""
    try:
        return (yield)
    finally:
        told_once.undo_unless_wanted(nextitem)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> None:
    """The database of the tests is kept as it was made, for the processes that begin with one like it (``tests/support/elsewhere.py``)."""
    with django_db_blocker.unblock():
        beginnings.keep_own()
        emptied.remember(connection)


@told_once.told_once
def world() -> w.World:
    """The small world, at ten o'clock of a day on which applications are taken."""
    return w.make_world()


@pytest.fixture(scope="session")
def _all_files(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Iterator[int]]:
    """Where the uploaded files of all tests lie, and the number of the next one's folder.

    Pytest's own ``mktemp`` looks for it through all folders there are: five seconds for four thousand tests.
    """
    return tmp_path_factory.mktemp("files"), count(1)


@pytest.fixture(autouse=True)
def _own_files(settings: Any, _all_files: tuple[Path, Iterator[int]]) -> None:
    """Each test keeps its uploaded files in a folder of its own."""
    there, numbers = _all_files
    folder = there / str(next(numbers))
    folder.mkdir()
    settings.MEDIA_ROOT = folder
    default = settings.STORAGES["default"] | {"OPTIONS": {"location": folder}}
    settings.STORAGES = settings.STORAGES | {"default": default}


@pytest.fixture(autouse=True)
def _nothing_left_behind() -> Iterator[None]:
    """The cache (sign-in limits) is empty, the language is the first one, no request is under way, and the clock is put back."""
    cache.clear()
    logs.leave()
    translation.activate("zh-hans")
    yield
    assert abs(clock.now() - clock.machine_now()) < timedelta(seconds=5), "the test moved the clock and did not put it back"


@pytest.fixture
def unprotected(db: Any) -> Iterator[None]:
    """The database lets this test put a row where no history has led it: to look at a state without walking there."""
    triggers.take_off(connection)
    yield
    triggers.put_on(connection)
