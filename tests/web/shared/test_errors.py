"""When something does not work: words, an id that is also in the log, never a trace."""

from __future__ import annotations

import logging
import re
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from django.urls import include, path

from tests.support import world as w
from tests.web.shared.people import browser
from zhicheng import urls as site_urls
from zhicheng.accounts.models import AccountKind
from zhicheng.applications.models import Application
from zhicheng.foundation.models import AccessRefusal
from zhicheng.web.access import ACCESS
from zhicheng.web.shared import errors
from zhicheng.web.shared.http import object_or_404
from zhicheng.web.shared.owner import owner_token_for

pytestmark = pytest.mark.django_db


def broken(request: HttpRequest) -> HttpResponse:
    raise RuntimeError("geheimes Passwort 12345")


def denied(request: HttpRequest) -> HttpResponse:
    raise PermissionDenied("not for you")


def odd(request: HttpRequest) -> HttpResponse:
    raise SuspiciousOperation("odd")


def missing(request: HttpRequest) -> HttpResponse:
    object_or_404(Application.objects.all(), pk=4711)
    raise AssertionError("there is no such application")


def writes(request: HttpRequest) -> HttpResponse:
    with transaction.atomic():
        w.person(AccountKind.OPERATOR, "from-a-get")
    return HttpResponse("written")


# The real table has no broken pages: this test adds some under names that are in it.
urlpatterns = [
    path("broken/", broken, name="home"),
    path("denied/", denied, name="help"),
    path("odd/", odd, name="privacy"),
    path("missing/", missing, name="verify"),
    path("writes/", writes, name="notice"),
    path("nowhere-declared/", denied, name="not_in_the_table"),
    path("", include(site_urls.urlpatterns)),
]
handler400, handler403, handler404 = site_urls.handler400, site_urls.handler403, site_urls.handler404
handler500 = site_urls.handler500


@pytest.fixture(autouse=True)
def _these_urls(settings: Any) -> None:
    settings.ROOT_URLCONF = __name__


def error_id(page: str) -> str:
    found = re.search(r'mono">([0-9A-Z]{8})<', page)
    assert found, page
    return found[1]


def test_mistake_of_ours_is_words_with_an_id_that_is_in_the_log(caplog):
    client = browser(raise_request_exception=False)
    with caplog.at_level(logging.ERROR):
        response = client.get("/broken/")
    page = response.content.decode()
    assert response.status_code == 500
    assert "服务器出了问题" in page
    assert "geheim" not in page
    assert "Traceback" not in page
    logged = [r for r in caplog.records if error_id(page) in r.getMessage()]
    assert logged
    assert logged[0].exc_info
    assert "geheimes Passwort" in caplog.text


def test_mistake_met_by_a_script_is_one_sentence():
    response = browser(raise_request_exception=False).get("/broken/", headers={"HX-Request": "true"})
    assert response.status_code == 500
    assert "错误编号" in response.content.decode()
    assert "<html" not in response.content.decode()


def test_mistake_in_english():
    client = browser(raise_request_exception=False)
    client.cookies["django_language"] = "en"
    assert '<html lang="en">' in client.get("/broken/").content.decode()


def test_mistake_before_the_frame_is_there_still_gets_words():
    """The page for a mistake uses neither session nor database nor a request that has passed any middleware."""
    try:
        raise RuntimeError("early")
    except RuntimeError:
        response = errors.handler500(RequestFactory().get("/"))
    assert response.status_code == 500
    assert "服务器出了问题" in response.content.decode()


def test_denied_is_recorded():
    response = browser().get("/denied/")
    assert response.status_code == 403
    assert AccessRefusal.objects.get().reason == "not for you"


@pytest.mark.parametrize("address", ["/denied/", "/missing/"])
def test_record_and_log_of_a_refusal_hold_no_query(address, caplog):
    browser().get(address + "?name=阿依古丽&number=652701199003071231")
    assert AccessRefusal.objects.get().path == address
    assert "652701199003071231" not in caplog.text


def test_bad_request_has_words_and_an_id():
    response = browser().get("/odd/")
    assert response.status_code == 400
    assert "这次请求不完整" in response.content.decode()
    assert error_id(response.content.decode())


def test_object_out_of_reach_is_404_and_recorded():
    response = browser().get("/missing/")
    assert response.status_code == 404
    refusal = AccessRefusal.objects.get()
    assert refusal.reason == "applications.Application pk=4711"
    assert error_id(response.content.decode()) == refusal.error_id


def test_mistyped_address_is_404_and_not_recorded():
    response = browser().get("/no/such/page/")
    assert response.status_code == 404
    assert "找不到这个页面" in response.content.decode()
    assert not AccessRefusal.objects.exists()


def test_address_outside_the_table_is_there_for_nobody(caplog):
    assert "not_in_the_table" not in ACCESS
    operator = w.person(AccountKind.OPERATOR, "operator")
    assert browser(operator).get("/nowhere-declared/").status_code == 404
    assert browser().get("/nowhere-declared/").status_code == 404
    assert "not in web/access.py" in caplog.text


def test_form_with_an_old_token_is_explained():
    client, text = browser(enforce_csrf_checks=True), "从事灌区工程建设与管理十二年。"
    response = client.post("/accounts/login/", {"login": "a", "note": text})
    assert response.status_code == 403
    assert "请重新打开那个页面" in response.content.decode() and text not in response.content.decode(), "nobody's form of ours"
    owner = owner_token_for(w.person(AccountKind.OPERATOR, "operator"))
    ours = client.post("/accounts/login/", {"login": text, "_owner": owner}).content.decode()
    assert text in ours and '<input type="hidden" name="login"' not in ours


def test_looking_at_a_page_never_writes():
    client = browser(raise_request_exception=False)
    assert client.get("/writes/").status_code == 500
    assert not w.User.objects.filter(username="from-a-get").exists()
    assert client.post("/writes/").content == b"written"
