"""Keyset pages: every row once, in order, one query a page."""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from zhicheng.foundation.models import AccessRefusal
from zhicheng.web.shared import paging
from zhicheng.web.shared.paging import KeysetPage, keyset_page, page_of

BEGIN = datetime(2023, 5, 22, 10, 0, tzinfo=UTC)
ORDERS = [("at", "id"), ("-at", "-id"), ("-at", "id"), ("actor", "at", "id")]


def row(minute: int, actor: str = "user:1") -> AccessRefusal:
    return AccessRefusal(at=BEGIN + timedelta(minutes=minute), actor=actor, path="/", reason="", error_id="A")


def walk(order: tuple[str, ...], size: int) -> tuple[list[int], KeysetPage]:
    """Every id met by following ``after``, and the last page."""
    met: list[int] = []
    page = keyset_page(AccessRefusal.objects.all(), order=order, size=size)
    while True:
        assert len(page) <= size
        assert len(met) <= 100, "the walk does not end"
        met += [r.pk for r in page]
        if not page.after:
            return met, page
        page = keyset_page(AccessRefusal.objects.all(), order=order, after=page.after, size=size)


class EveryRowOnceTests(TestCase):
    @settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])
    @given(
        rows=st.lists(st.tuples(st.integers(0, 4), st.sampled_from(["user:1", "user:2"])), max_size=25),
        size=st.integers(1, 7),
        order=st.sampled_from(ORDERS),
    )
    def test_walking_forth_and_back_gives_every_row_once(self, rows, size, order):
        AccessRefusal.objects.bulk_create([row(minute, actor) for minute, actor in rows])
        wanted = list(AccessRefusal.objects.order_by(*order).values_list("pk", flat=True))
        met, page = walk(order, size)
        assert met == wanted
        back = [r.pk for r in page]
        while page.before:
            page = keyset_page(AccessRefusal.objects.all(), order=order, before=page.before, size=size)
            back = [r.pk for r in page] + back
        assert back == wanted


@pytest.mark.django_db
def test_page_keeps_its_place_when_rows_arrive_and_go():
    AccessRefusal.objects.bulk_create([row(n) for n in range(10)])
    first = keyset_page(AccessRefusal.objects.all(), order=("at", "id"), size=4)
    AccessRefusal.objects.bulk_create([row(-1)])
    AccessRefusal.objects.filter(pk=first.items[-1].pk)._raw_delete("default")
    second = keyset_page(AccessRefusal.objects.all(), order=("at", "id"), after=first.after, size=4)
    assert [r.at for r in second] == [BEGIN + timedelta(minutes=n) for n in range(4, 8)]


@pytest.mark.django_db
def test_page_takes_one_query_and_counts_nothing():
    AccessRefusal.objects.bulk_create([row(n) for n in range(50)])
    first = keyset_page(AccessRefusal.objects.all(), order=("at", "id"), size=20)
    for cursor in ({}, {"after": first.after}, {"before": first.after}):
        with CaptureQueriesContext(
            connection,
        ) as queries:
            keyset_page(AccessRefusal.objects.all(), order=("at", "id"), size=20, **cursor)
        assert len(queries) == 1
        assert "count(" not in queries[0]["sql"].lower()
        assert "offset" not in queries[0]["sql"].lower()


@pytest.mark.django_db
@pytest.mark.parametrize("cursor", ["nonsense", "eyJ9:abc", "'; DROP TABLE x; --", "é" * 50])
def test_damaged_cursor_gives_the_first_page(cursor):
    AccessRefusal.objects.bulk_create([row(n) for n in range(3)])
    page = page_of(RequestFactory().get("/", {"after": cursor}), AccessRefusal.objects.all(), order=("at", "id"))
    assert len(page) == 3


@pytest.mark.django_db
def test_cursor_of_another_order_gives_the_first_page():
    AccessRefusal.objects.bulk_create([row(n) for n in range(5)])
    other = keyset_page(AccessRefusal.objects.all(), order=("id",), size=2)
    page = keyset_page(AccessRefusal.objects.all(), order=("at", "id"), after=other.after, size=2)
    assert [r.at for r in page] == [BEGIN, BEGIN + timedelta(minutes=1)]


@pytest.mark.django_db
def test_empty_list_has_no_pages_around_it():
    page = keyset_page(AccessRefusal.objects.all(), order=("at", "id"))
    assert (list(page), page.after, page.before) == ([], "", "")


def test_page_without_an_order_is_a_mistake():
    with pytest.raises(ValueError, match="order"):
        keyset_page(AccessRefusal.objects.all(), order=())


def test_changed_cursor_is_an_event_of_the_security_log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, logger="zhicheng.security")
    assert paging._decode("WzFd:forged", 1) is None
    assert "event=input.tampered result=refused what=cursor" in caplog.text and "forged" not in caplog.text
