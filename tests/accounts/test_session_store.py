"""Requests of one person at the same time, and what each leaves in the session."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.sessions.backends.base import UpdateError
from django.contrib.sessions.models import Session
from django.db import connection
from django.db.models import F
from django.test.utils import CaptureQueriesContext

from zhicheng.accounts.session_store import SessionStore
from zhicheng.foundation import clock

pytestmark = pytest.mark.django_db


def session(**data: object) -> str:
    """The key of a session that holds ``data``."""
    store = SessionStore()
    store.update(data)
    store.save()
    return str(store.session_key)


def read(key: str) -> SessionStore:
    """The session as a request that begins now finds it."""
    store = SessionStore(key)
    store.load()
    dict(store.items())
    return store


def held(key: str) -> dict[str, object]:
    return dict(SessionStore(key).items())


def test_picture_that_began_earlier_does_not_take_back_what_an_action_says() -> None:
    key = session(user="1")
    picture, action = read(key), read(key)
    action["_messages"] = "已登记"
    action.save()
    picture.save()
    assert held(key) == {"user": "1", "_messages": "已登记"}


def test_two_requests_each_leave_what_they_changed() -> None:
    key = session(user="1", typed="一", told={"a": 1})
    one, other = read(key), read(key)
    one["typed"] = "二"
    one.save()
    other["told"]["b"] = 2
    other.save()
    assert held(key) == {"user": "1", "typed": "二", "told": {"a": 1, "b": 2}}


def test_what_one_request_took_out_does_not_come_back_with_another() -> None:
    key = session(user="1", typed="一")
    one, other = read(key), read(key)
    del one["typed"]
    one.save()
    other["seen"] = True
    other.save()
    assert held(key) == {"user": "1", "seen": True}


@pytest.mark.parametrize("changes", [False, True])
def test_session_that_was_ended_meanwhile_stays_ended(changes: bool) -> None:
    key = session(user="1")
    Session.objects.update(expire_date=F("expire_date") - timedelta(minutes=2))
    late = read(key)
    read(key).flush()
    if changes:
        late["seen"] = True
    with pytest.raises(UpdateError):
        late.save()
    assert not Session.objects.exists()


def test_renewed_key_takes_everything_along_and_nothing_stays_behind() -> None:
    key = session(user="1", typed="一")
    store = read(key)
    store.cycle_key()
    store["seen"] = True
    store.save()
    assert held(str(store.session_key)) == {"user": "1", "typed": "一", "seen": True}
    assert held(key) == {}


def test_emptied_session_is_empty_and_requests_move_the_end() -> None:
    key = session(user="1")
    Session.objects.update(expire_date="2100-01-01T00:00:00Z")
    read(key).save()
    assert Session.objects.get().expire_date.year < 2100
    emptied = SessionStore(key)
    emptied.clear()
    emptied.save()
    assert held(key) == {}


@pytest.mark.django_db(transaction=True)
def test_request_that_changed_nothing_writes_its_new_end_once_a_minute() -> None:
    key = session(user="1")
    for minutes, statements in ((0, 0), (2, 1), (0, 0)):
        Session.objects.update(expire_date=F("expire_date") - timedelta(minutes=minutes))
        looked = read(key)
        with CaptureQueriesContext(connection) as asked:
            looked.save()
        assert len(asked) == statements
    assert timedelta(minutes=29) < Session.objects.get().expire_date - clock.machine_now() <= timedelta(minutes=30)


@pytest.mark.django_db(transaction=True)
def test_request_that_changed_something_writes_it_in_one_statement() -> None:
    key = session(user="1")
    store = read(key)
    store["told"] = "已登记"
    with CaptureQueriesContext(connection) as asked:
        store.save()
    assert len(asked) == 1
    assert held(key) == {"user": "1", "told": "已登记"}


def test_request_saved_twice_writes_what_came_in_between() -> None:
    key = session(user="1")
    store = read(key)
    store["one"] = 1
    store.save()
    store["two"] = 2
    store.save()
    assert held(key) == {"user": "1", "one": 1, "two": 2}


def test_what_another_session_holds_opens_nothing_in_the_row_of_an_own_one(caplog: pytest.LogCaptureFixture) -> None:
    own, officers = session(user="1"), session(user="2")
    row = Session.objects.get(session_key=own)
    row.session_data = Session.objects.get(session_key=officers).session_data
    row.save(force_update=True)
    assert held(own) == {}
    assert "does not belong to its row" in caplog.text
    assert held(officers) == {"user": "2"}
