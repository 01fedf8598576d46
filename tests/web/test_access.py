"""The table of addresses: every route is in it, and it is what happens."""

from __future__ import annotations

import pytest
from django.urls import resolve

from tests.web.shared.addresses import address, patterns
from tests.web.shared.answers import Answer
from tests.web.shared.people import browser, users_by_role
from zhicheng.foundation import clock
from zhicheng.foundation.models import AccessRefusal
from zhicheng.organizations.actors import Role
from zhicheng.web.access import ACCESS, NOBODY
from zhicheng.web.shared.navigation import NAVIGATION

ROUTES = sorted({name: address(chain) for name, chain in patterns()}.items())


def test_every_route_is_declared():
    undeclared = sorted({name or address(chain) for name, chain in patterns()} - set(ACCESS))
    assert not undeclared, f"put these into web/access.py: {undeclared}"


def test_every_name_leads_to_one_address():
    """Two routes of one name would share one line of the table, and a link could lead to either."""
    names = [name for name, _chain in patterns()]
    assert all(names)
    assert not sorted({name for name in names if names.count(name) > 1})


def test_every_declared_name_is_a_route():
    gone = sorted(set(ACCESS) - {name for name, _chain in patterns()})
    assert not gone, f"these are in web/access.py and lead nowhere: {gone}"


def test_example_addresses_lead_where_they_say():
    assert {name: resolve(path).view_name for name, path in ROUTES} == {name: name for name, _path in ROUTES}


def test_navigation_offers_each_role_only_what_it_may_open():
    for role, entries in NAVIGATION.items():
        for name, _words in entries:
            assert role in ACCESS[name], f"{role} is offered {name}"


@pytest.mark.django_db
def test_every_address_opens_for_its_roles_and_for_nobody_else(answers: list[Answer]):
    """URL × role, over HTTP. An allowed page may be empty or miss its object (404), but is neither forbidden nor broken."""
    assert {(answer.name, answer.path) for answer in answers} == set(ROUTES)
    wrong = []
    for answer in answers:
        may_open = ACCESS[answer.name]
        to_sign_in = answer.status == 302 and answer.get("Location").startswith("/accounts/login/?next=")
        if may_open is NOBODY or not may_open:
            right = answer.status == 404
        elif answer.role in may_open:
            right = answer.status not in {401, 403, 500} and not to_sign_in
        elif answer.role is Role.ANONYMOUS:
            right = to_sign_in
        else:
            right = answer.status == 403
        if not right:
            wrong.append(f"{answer.role} {answer.name} {answer.path}: {answer.status}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.django_db
def test_wrong_role_is_told_in_words_and_recorded(world):
    response = browser(users_by_role(world)[Role.APPLICANT]).get("/desk/")
    assert response.status_code == 403
    refusal = AccessRefusal.objects.get()
    assert refusal.actor == world.applicant.ref
    assert refusal.path == "/desk/"
    page = response.content.decode()
    assert "您不能打开这个页面" in page
    assert refusal.error_id in page


@pytest.mark.django_db
def test_visitor_is_sent_to_sign_in_and_back():
    response = browser().get("/desk/?state=all")
    assert response.status_code == 302
    assert response["Location"] == "/accounts/login/?next=/desk/%3Fstate%3Dall"


@pytest.mark.django_db
def test_script_of_a_visitor_gets_no_page_to_swap_in():
    response = browser().get("/desk/", headers={"HX-Request": "true"})
    assert (response.status_code, response.content) == (401, b"")


@pytest.mark.django_db
def test_account_without_a_role_is_refused_not_sent_round_in_circles(world):
    user = users_by_role(world)[Role.COUNTY]
    user.memberships.update(until=clock.now())
    client = browser(user)
    assert client.get("/desk/").status_code == 403
    assert client.get("/").status_code == 200
    assert client.post("/accounts/logout/").status_code == 302
