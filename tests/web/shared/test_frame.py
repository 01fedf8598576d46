"""The frame of every page: language, header, ribbon, footer, small addresses."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup
from django.urls import reverse

from tests.web.shared.people import browser, users_by_role
from zhicheng.organizations.actors import Role

pytestmark = pytest.mark.django_db


def test_page_is_chinese_until_english_is_chosen():
    client = browser()
    assert '<html lang="zh-CN">' in client.get("/").content.decode()
    response = client.post(reverse("set_language"), {"language": "en", "next": "/help/"})
    assert response["Location"] == "/help/"
    assert '<html lang="en">' in client.get("/help/").content.decode()


def test_language_switch_leads_nowhere_else():
    response = browser().post(reverse("set_language"), {"language": "en", "next": "https://evil.example/"})
    assert response["Location"] == "/"


def test_header_says_who_is_signed_in_and_for_whom(world):
    page = browser(users_by_role(world)[Role.UNIT]).get("/").content.decode()
    assert "王芳" in page
    assert "博乐市水利管理站" in page
    assert "退出登录" in page


def test_names_stand_in_writing_until_there_is_a_picture_of_them(settings):
    settings.OFFICE_NAME = "某州人力资源和社会保障局"
    page = BeautifulSoup(browser().get("/").content, "html.parser")
    assert page.select_one(".site-name").get_text(" ", strip=True) == "某州人力资源和社会保障局 专业技术职称申报服务平台"
    assert "主办：某州人力资源和社会保障局" in page.select_one(".site-footer").get_text()
    settings.WORDMARK = "zhicheng/icon.svg"
    page = BeautifulSoup(browser().get("/").content, "html.parser")
    assert page.select_one(".site-name").get_text(strip=True) == ""
    assert page.select_one(".site-name img")["alt"] == "某州人力资源和社会保障局 · 专业技术职称申报服务平台"


def test_footer_tells_the_servers_time(world):
    assert "2023-05-22 10:00" in browser().get("/").content.decode()


def test_rehearsal_is_marked_on_every_page_and_nothing_else_is(settings):
    assert not BeautifulSoup(browser().get("/").content, "html.parser").select(".rehearsal-ribbon")
    settings.REHEARSAL = True
    for path in ("/", "/help/", "/accounts/login/", "/no/such/page/"):
        ribbon = BeautifulSoup(browser().get(path).content, "html.parser").select_one(".rehearsal-ribbon")
        assert ribbon
        assert "演练" in ribbon.get_text()


def test_open_page_can_ask_to_stay_signed_in(world):
    assert browser(users_by_role(world)[Role.APPLICANT]).get(reverse("still_here")).status_code == 204
    assert browser().get(reverse("still_here")).status_code == 302


def test_skip_link_leads_to_the_content():
    page = BeautifulSoup(browser().get("/").content, "html.parser")
    assert page.select_one("a.skip-link")["href"] == "#main"
    assert page.find("main", id="main")


def test_visitors_page_asks_the_database_little(django_assert_max_num_queries, world):
    with django_assert_max_num_queries(4):
        browser().get("/")
