"""A form is carried out once: what the person meets when it is pressed again, changed and sent again, or came without its token."""

from __future__ import annotations

import re
import threading
from typing import Any

import pytest
from django.db import connection

from tests.support import world as w
from tests.support.forms import token_for
from tests.support.told_once import told_once
from tests.web.posts import EXAMPLES, Press
from tests.web.registering import page_of
from tests.web.shared.people import browser
from zhicheng.accounts.models import User
from zhicheng.foundation.models import SentForm
from zhicheng.publicity.models import Objection
from zhicheng.settings import PACKAGE_DIR
from zhicheng.web.shared import once

pytestmark = pytest.mark.django_db
BARE = {"X-Bare-Form": "1"}  # what a page from before an update sends


@told_once
def objection(world: w.World) -> Press:
    return EXAMPLES["unit_objection"](world)


def test_every_form_of_ours_carries_the_token():
    """Sign-out, language and how pages look (base.html, display.html) are done again by doing them again; three pages carry the token
    that was sent."""
    bare = []
    for path in (PACKAGE_DIR / "web" / "templates").rglob("*.html"):
        for form in re.findall(r"<form\b(?=[^>]*post).*?(?:</form>|\Z)", path.read_text("utf-8"), re.S | re.I):
            if not re.search(r"{% form_tokens %}|{{ tokens }}", form) and path.name not in {
                "base.html",
                "components.html",
                "display.html",
                "500.html",
                "403_csrf.html",
                "maintenance.html",
            }:
                bare.append(f"{path.name}: {form[:80]}")
    assert not bare, "{% form_tokens %}"


def form_on(answer: Any) -> dict[str, str]:
    """The fields of the form in the middle of a page, as a browser would send them."""
    form = page_of(answer).select_one("main form")
    assert form is not None
    return {str(f["name"]): str(f.get("value", "")) for f in form.select("input[name]")}


def test_the_page_carries_a_token_of_its_own_for_every_form(world: w.World, objection: Press) -> None:
    page = page_of(objection.client.get(objection.path.replace("objections/", "")))
    tokens = [str(f["value"]) for f in page.select(f"main input[name={once.FIELD}]")]
    assert len(tokens) >= 3 and len(set(tokens)) == len(tokens)


def test_pressed_again_gives_the_first_result_with_its_words(objection: Press) -> None:
    token = token_for(objection.client)
    first, second = objection.send(token), objection.send(token)
    assert (second.status_code, second["Location"]) == (303, first["Location"])
    assert Objection.objects.count() == 1
    assert "异议已登记" in page_of(objection.client.get(second["Location"])).main.get_text()


def test_words_that_wait_already_are_said_once(objection: Press) -> None:
    token = token_for(objection.client)
    objection.send(token)
    page = page_of(objection.client.get(objection.send(token)["Location"]))
    assert len([m for m in page.select("[role=status]") if "异议已登记" in m.get_text()]) == 1


def test_what_was_refused_is_not_taken_for_done(objection: Press) -> None:
    token = token_for(objection.client)
    objection.data["received_on"] = "2023-02-30"
    assert objection.send(token).status_code == 422 and not SentForm.objects.exists()
    objection.data["received_on"] = "2023-05-22"
    assert objection.send(token).status_code == 303 and Objection.objects.count() == 1


def test_gone_back_changed_and_sent_again_asks_first(objection: Press) -> None:
    token = token_for(objection.client)
    objection.send(token)
    objection.data["content"] = "反映业绩成果为集体完成，另有论文不实。"
    asked = objection.send(token)
    words = page_of(asked).main.get_text()
    assert asked.status_code == 422 and "已经提交过一次" in words and "另有论文不实" in words
    assert Objection.objects.count() == 1
    done = objection.client.post(objection.path, form_on(asked))
    assert done.status_code == 303 and Objection.objects.count() == 2


def test_form_without_a_token_is_shown_once_more_with_all_that_was_typed(objection: Press) -> None:
    asked = objection.client.post(objection.path, objection.data, headers=BARE)
    assert asked.status_code == 422 and "请再次确认" in page_of(asked).main.get_text()
    assert "反映业绩成果为集体完成。" in page_of(asked).main.get_text() and not Objection.objects.exists()
    assert objection.client.post(objection.path, form_on(asked), headers=BARE).status_code == 303
    assert Objection.objects.get().content == "反映业绩成果为集体完成。"


@pytest.mark.parametrize("whose", ["another person's", "too old", "made up"])
def test_token_that_is_not_good_counts_as_none(world: w.World, objection: Press, monkeypatch: Any, whose: str) -> None:
    other = browser(User.objects.get(pk=world.other_admin.user_id))
    token = {"another person's": token_for(other), "too old": token_for(objection.client), "made up": "x:y:z"}[whose]
    if whose == "too old":
        monkeypatch.setattr(once, "VALID_SECONDS", -1)
    assert objection.send(token).status_code == 422 and not Objection.objects.exists()


def test_script_without_a_token_is_told_in_one_sentence(world: w.World) -> None:
    press = EXAMPLES["unit_information_licence"](world)
    answer = press.client.post(press.path, {}, headers={**press.headers, **BARE})
    assert answer.status_code == 409 and "请刷新页面" in answer.content.decode() and "<" not in answer.content.decode()


def test_password_is_not_written_into_the_page(world: w.World) -> None:
    press = EXAMPLES["register_person"](world)
    asked = press.client.post(press.path, press.data, headers=BARE)
    again = form_on(asked)
    assert press.data["password"] not in asked.content.decode()
    assert again["password"] == again["password_again"] == "" and again["username"] == "person1"
    typed = again | {"password": press.data["password"], "password_again": press.data["password"]}
    assert press.client.post(press.path, typed, headers=BARE).status_code == 303


def test_mistake_of_ours_gives_back_what_was_typed_under_the_same_token(objection: Press) -> None:
    token = token_for(objection.client)
    objection.client.raise_request_exception = False

    def break_the_ledger(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.startswith('INSERT INTO "foundation_ledgerentry"'):
            raise RuntimeError("a mistake of ours")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(break_the_ledger):
        failed = objection.send(token)
    assert failed.status_code == 500 and "没有完成" in failed.content.decode() and not Objection.objects.exists()
    again = form_on(failed)
    assert again[once.FIELD] == token
    assert objection.client.post(objection.path, again).status_code == 303
    assert Objection.objects.get().content == objection.data["content"]


def test_file_has_to_be_chosen_again_and_the_page_says_so(world: w.World) -> None:
    press = EXAMPLES["unit_publicity_paper"](world)
    press.data["_once"] = "old"
    assert "文件没有保留" in page_of(press.send("old")).main.get_text()


def test_what_is_kept_of_a_sending_shows_nothing_that_was_typed(world: w.World) -> None:
    press = EXAMPLES["register_person"](world)
    assert press.send(token_for(press.client)).status_code == 303
    row = SentForm.objects.get()
    typed = [
        v for v in press.data.values() if len(v) > 7 or (len(v) > 1 and not v.isascii())
    ]  # four digits stand in a hash by chance
    assert not [v for v in typed if v in f"{row.key} {row.form} {row.sender} {row.address} {row.location}"]
    with connection.cursor() as cursor:
        cursor.execute("SELECT said FROM foundation_sentform")
        assert cursor.fetchone()[0].startswith("v") or not row.said


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_presses_at_the_same_moment_are_one(world: w.World) -> None:
    press = EXAMPLES["unit_objection"](world)
    token, ready, answers = token_for(press.client), threading.Barrier(4), []

    def go() -> None:
        try:
            ready.wait(10)
            answers.append(Press(_same_browser(press), press.path, press.data).send(token))
        finally:
            connection.close()

    threads = [threading.Thread(target=go) for _n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert [a.status_code for a in answers] == [303] * 4 and len({a["Location"] for a in answers}) == 1
    assert Objection.objects.count() == 1


def _same_browser(press: Press) -> Any:
    client = browser()
    client.cookies = press.client.cookies
    return client
