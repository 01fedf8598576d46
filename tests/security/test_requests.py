"""Requests that a page of another site, a bookmark or a script could make in somebody's name (ASVS 3.5)."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.support import world as w
from tests.web.shared.addresses import address, patterns, takes_posts, views
from tests.web.shared.people import browser, users_by_role
from zhicheng.accounts.models import User
from zhicheng.foundation import clock
from zhicheng.foundation.models import LedgerEntry
from zhicheng.organizations.actors import Role
from zhicheng.web.access import ACCESS

pytestmark = pytest.mark.django_db
FORMS = sorted(name for name, view in views() if takes_posts(view) and ACCESS.get(name))


@pytest.mark.parametrize("sent", [{}, {"csrfmiddlewaretoken": "a" * 64}])
def test_no_form_is_taken_that_did_not_come_from_our_own_page(sent: dict[str, str]) -> None:
    """Every address that takes a form, for somebody who may send it there, without the page's secret."""
    with clock.travel(w.IN_WINDOW):
        users = users_by_role(w.make_world())
        before = LedgerEntry.objects.count()
        taken = []
        paths = {name: address(chain) for name, chain in patterns()}
        for name in FORMS:
            role = min(ACCESS[name] - {Role.SYSTEM})
            client = browser(users.get(role), enforce_csrf_checks=True)
            answer = client.post(paths[name], sent)
            if answer.status_code != 403:
                taken.append(f"{name}: {answer.status_code}")
        assert len(FORMS) > 60 and not taken
        assert LedgerEntry.objects.count() == before


def test_no_view_does_without_the_check() -> None:
    assert not [name for name, view in views() if getattr(view, "csrf_exempt", False)]


def test_methods_that_no_page_knows_are_not_answered() -> None:
    """Neither TRACE nor what another site would ask first (OPTIONS) gets anything."""
    for method in ("TRACE", "CONNECT", "PROPFIND"):
        answer = Client().generic(method, "/accounts/login/")
        assert answer.status_code in {403, 405}, method
    assert not [h for h in Client().options("/accounts/login/").headers if h.startswith("Access-Control-")]


def test_new_database_has_no_account() -> None:
    """Nobody is there by default, and nobody has a password that came with the program (ASVS 6.3.2)."""
    assert not User.objects.exists()
