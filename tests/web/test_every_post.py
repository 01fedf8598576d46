"""Every form of the site: pressed twice it is done once, and whatever fails afterwards, the page says what is so.

The list of forms is read from the code. An address without an example in ``posts.py`` fails.
"""

from __future__ import annotations

import hashlib
from typing import Any

import pytest
from django.db import OperationalError, connection

from tests.support.every_row import every_row
from tests.web.posts import EXAMPLES, THROUGH_THE_OUTBOX, Press
from tests.web.shared.addresses import takes_posts, views
from zhicheng.foundation.models import AccessLook
from zhicheng.web.access import ACCESS
from zhicheng.web.repeats import CORRECTS, ENDS_SIGN_INS, IN_SESSION, REPEATABLE

FORMS = sorted({name for name, view in views() if ACCESS.get(name) and takes_posts(view)})
# What any request may leave behind beside the matter itself.
BESIDE = {
    "sessions.Session",
    "usersessions.UserSession",
    "foundation.AccessRefusal",
    "foundation.CacheEntry",
    "foundation.SentForm",
}
NOT_DONE = ("没有处理", "没有完成", "没有办理")


@pytest.fixture(autouse=True)
def _through_the_outbox(settings: Any) -> None:
    settings.EMAIL_BACKEND = THROUGH_THE_OUTBOX


def everything() -> dict[str, str]:
    """A hash of every table as it lies in the database, the declared ones left out."""
    return {label: f"{len(rows)} {hashlib.sha256(repr(rows).encode()).hexdigest()}" for label, rows in every_row(BESIDE).items()}


def words(answer: Any) -> str:
    return answer.content.decode()


def test_every_form_has_an_example_and_every_exception_is_a_form():
    assert set(FORMS) == set(EXAMPLES), "tests/web/posts.py"
    declared = [*IN_SESSION, *REPEATABLE, *CORRECTS]
    assert len(declared) == len(set(declared)) and not set(declared) - set(FORMS)


@pytest.mark.parametrize("name", FORMS)
def test_pressed_twice_is_done_once(ready: tuple[Press, str], name: str) -> None:
    press, token = ready
    before = everything()
    first = press.send(token)
    assert first.status_code < 400, words(first)
    done = everything()
    assert done != before or name in IN_SESSION | REPEATABLE, "the example does nothing"
    second = press.send(token)
    assert second.status_code < 400, words(second)
    if name == "desk_identity":
        assert AccessLook.objects.filter(what="number").count() == 2
    elif name not in IN_SESSION | REPEATABLE:
        assert everything() == done
        assert second.get("Location") == first.get("Location")
        assert second.get("Location") or "已经提交成功" in words(second) or second["HX-Refresh"] == "true"


@pytest.mark.parametrize("how", ["fails", "ends"])
@pytest.mark.parametrize("name", FORMS)
def test_session_that_cannot_be_saved_afterwards_is_no_lie(ready: tuple[Press, str], name: str, how: str) -> None:
    """The database refuses the session's row, or somebody ended the session meanwhile: the work is committed all the same."""
    press, token = ready
    press.client.raise_request_exception = False
    before = everything()

    def break_sessions(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.startswith(('UPDATE "django_session"', 'INSERT INTO "django_session"')):
            if how == "fails":
                raise OperationalError("the disk is full")
            execute('DELETE FROM "django_session"', (), False, context)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(break_sessions):
        answer = press.send(token)
    said, done = words(answer), everything()
    if done == before or (name in IN_SESSION and name not in ENDS_SIGN_INS):
        return
    if answer.status_code >= 400:
        assert ("已经办成" in said and "不要再" in said) or "不能确定" in said, said
        assert not [lie for lie in NOT_DONE if lie in said]
        if press.headers:
            assert "<html" not in said
    if how == "fails" and name not in {*REPEATABLE, *ENDS_SIGN_INS}:
        press.send(token)
        assert everything() == done
