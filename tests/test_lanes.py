"""A test that asks no database runs once (``./test``): it is known by itself, and pytest-django keeps it from asking one."""

from __future__ import annotations

import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import connection

from tests.support import lanes


def marked(request: pytest.FixtureRequest) -> bool:
    return request.node.get_closest_marker("no_database") is not None


def test_what_asks_no_database_is_marked_and_can_ask_none(request: pytest.FixtureRequest) -> None:
    assert marked(request)
    with pytest.raises(RuntimeError, match="Database access not allowed"):
        ContentType.objects.exists()


@pytest.mark.django_db
def test_what_asks_one_by_its_mark_is_not(request: pytest.FixtureRequest) -> None:
    assert not marked(request)


def test_what_asks_one_by_a_fixture_is_not(request: pytest.FixtureRequest, world: object) -> None:
    assert not marked(request)


def kind() -> str:
    return connection.vendor


class Asking:
    def asks(self) -> str:
        return kind()


def test_what_may_ask_of_which_kind_the_database_is_is_not(request: pytest.FixtureRequest) -> None:
    assert not marked(request) and Asking().asks()


def test_way_to_the_question_is_found_through_functions_classes_and_modules() -> None:
    def within() -> object:
        return lambda: kind()

    def elsewhere() -> object:
        return lanes.connection

    for asking in (kind, Asking, within, elsewhere):
        assert lanes._names_a_connection(asking, set()), asking
    assert not lanes._names_a_connection(marked, set())
