"""What is given back after a time-out stands under the labels it was typed under, not under names of controls."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import pytest
from bs4 import BeautifulSoup
from django.contrib.sessions.models import Session

from tests.support import world as w
from tests.web.shared.people import browser
from zhicheng.accounts.models import User
from zhicheng.applications.queries import draft_of
from zhicheng.foundation import clock
from zhicheng.web.shared.kept import KeptForm
from zhicheng.web.shared.kept_words import Typed, words_of
from zhicheng.web.shared.owner import owner_token_for


def words(path: str, data: Any) -> list[Typed]:
    return words_of(KeptForm(path, urlencode(data, doseq=True), 1, "2023-05-22T10:00:00+08:00"))


def test_section_of_rows_names_row_and_field_and_says_codes_in_words() -> None:
    sent = [("row", "0a1b2c3d"), ("0a1b2c3d-school", "新疆农业大学"), ("0a1b2c3d-study_form", "full_time"), ("next", "1")]
    sent += [("base_version", "3"), ("row", "ffffffff"), ("ffffffff-school", "石河子大学"), ("0a1b2c3d-degree", "")]
    assert words("/my/applications/7/sections/education/?back=check", sent) == [
        Typed("毕业院校", "新疆农业大学", "第 1 项"),
        Typed("学习形式", "全日制", "第 1 项"),
        Typed("毕业院校", "石河子大学", "第 2 项"),
    ]


def test_section_of_one_form_has_no_rows() -> None:
    assert words("/my/applications/7/sections/basic/", {"basic-post": "站长", "save": "1"}) == [Typed("行政职务", "站长")]
    assert words("/my/applications/7/sections/nothing/", {"basic-post": "站长"}) == []


def test_form_of_the_views_module_gives_its_labels() -> None:
    found = words("/applicant/information/contact/", {"mobile": "13900001111", "position": "高级工程师"})
    assert [(t.label, t.value) for t in found] == [("手机号码", "13900001111"), ("职务", "高级工程师")]


def test_return_of_a_desk_gives_every_reason_and_no_code() -> None:
    sent = {"submission": "12", "where-1": "education.0a1b2c3d", "code-1": "illegible", "text-1": "看不清", "text-2": "请补充"}
    found = words("/desk/applications/7/return/", sent)
    assert [t.value for t in found if t.label == "问题和修改要求"] == ["看不清", "请补充"]
    assert "illegible" not in str(found)
    assert "0a1b2c3d" not in str(found)


def test_words_without_a_form_are_shown_all_the_same() -> None:
    assert words("/no/such/page/", {"a": "请核对毕业证书", "token": "a3f9" * 9}) == [Typed("其他内容", "请核对毕业证书")]
    assert words("/applicant/information/contact/", {"note": "请核对"}) == [Typed("其他内容", "请核对")]


@pytest.mark.django_db
def test_section_sent_after_a_time_out_is_shown_in_words_and_saved_by_one_press() -> None:
    with clock.travel(w.IN_WINDOW):
        world = w.make_world()
        application = w.start(world)
        user = User.objects.get(pk=world.applicant.user_id)
        client = browser(user)
        path = f"/my/applications/{application.pk}/sections/basic/"
        Session.objects.all().delete()
        typed = {"base_version": "0", "basic-post": "站长", "basic-ethnic_group": "05", "save": "1"}
        client.post(path, typed | {"_owner": owner_token_for(user)})
        client.post("/accounts/login/", {"login": user.username, "password": "rehearsal-2023"})
        page = BeautifulSoup(client.get("/kept/").content, "html.parser")
        assert [dt.text for dt in page.select(".kept-values dt")] == ["族别", "行政职务"]
        assert "维吾尔族" in page.select_one(".kept-values").text
        form = page.find("form", action=path)
        client.post(path, {str(f["name"]): str(f.get("value", "")) for f in form.find_all("input")})
        assert draft_of(application).contents["basic"]["post"] == "站长"
