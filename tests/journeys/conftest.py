"""Browser journeys: a real Chromium against an instance that ``./run`` started."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.support.journeys import DESKTOP, PHONE, Instance, Watcher, new_context, open_browser
from tests.support.rehearsal_once import instance_of_its_own


@pytest.fixture(scope="session")
def instance(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Instance]:
    """One seeded rehearsal instance for all journeys; a journey that changes much works with people of its own."""
    with instance_of_its_own(tmp_path_factory, "instance") as started:
        yield started


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The browser of all journeys. Its driver runs an event loop in this thread, so Django has to be told that database calls are meant."""
    expect.set_options(timeout=30_000)  # a file is examined apart, which takes a while on a busy machine
    before = os.environ.get("DJANGO_ALLOW_ASYNC_UNSAFE")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        opened = open_browser(playwright.chromium)
        yield opened
        opened.close()
    if before is None:
        del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def watcher() -> Iterator[Watcher]:
    """What all pages of one journey report to; the journey fails at its end for what was seen."""
    watching = Watcher()
    yield watching
    watching.check()


def _page(
    browser: Browser, instance: Instance, watcher: Watcher, viewport: dict[str, int], *, javascript: bool = True
) -> Iterator[Page]:
    context = new_context(browser, instance, viewport, javascript=javascript)
    page = context.new_page()
    watcher.watch(page)
    yield page
    context.close()


@pytest.fixture
def page(browser: Browser, instance: Instance, watcher: Watcher) -> Iterator[Page]:
    """A desktop window with its own cookies."""
    yield from _page(browser, instance, watcher, DESKTOP)


@pytest.fixture
def phone(browser: Browser, instance: Instance, watcher: Watcher) -> Iterator[Page]:
    """A telephone's window with its own cookies."""
    yield from _page(browser, instance, watcher, PHONE)


@pytest.fixture
def page_without_scripts(browser: Browser, instance: Instance, watcher: Watcher) -> Iterator[Page]:
    """A desktop window in which no script runs."""
    yield from _page(browser, instance, watcher, DESKTOP, javascript=False)
