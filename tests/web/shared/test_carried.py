"""What was answered at 我能报什么 comes along to the application that is begun next, in this browser alone."""

from __future__ import annotations

import pytest
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.urls import reverse

from tests.support import world as w
from tests.support.world import World
from tests.web.public.test_self_check import ASSISTANT
from tests.web.registering import client_of
from zhicheng.applications.casefile import CaseFile
from zhicheng.applications.models import Application
from zhicheng.campaigns.answers import NO_TITLE, Answers, answers_in
from zhicheng.web.shared.carried import COOKIE, MOST, carried_by, carry, sections_of

pytestmark = pytest.mark.django_db
SLUG = "bortala-2023"
SAID = "education=21&degree=4&held=junior_assistant&since=2020-03-01&nature=institution&to=engineering.engineer"


def carry_on(client: Client, answers: str = SAID) -> HttpResponse:
    return client.post(reverse("self_check_carry", args=[SLUG]), {"answers": answers})


def begin(client: Client) -> HttpResponse:
    chosen = {"series": "engineering", "specialty": "water", "title": "engineer"}
    return client.post(reverse("application_choose", args=[SLUG]), chosen, follow=True)


def drafted(application: Application) -> dict[str, object]:
    case = CaseFile(Application.objects.get(pk=application.pk))
    return {key: case.contents[key] for key in ("education", "current_title") if case.contents.get(key)}


def test_visitor_goes_on_to_register_and_the_browser_keeps_the_answers_alone(world: World, client: Client) -> None:
    answer = carry_on(client)
    assert (answer.status_code, answer["Location"]) == (303, reverse("register_person"))
    cookie = answer.cookies[COOKIE]
    assert "engineering.engineer" in cookie.value and "2020-03-01" in cookie.value
    assert (cookie["httponly"], cookie["samesite"], cookie["max-age"]) == (True, "Lax", 30 * 24 * 3600)
    assert not client.session.keys()


def test_applicant_begins_with_the_answers_and_the_browser_forgets_them(world: World) -> None:
    client = client_of(world.applicant)
    w.accept_prompt(world.applicant, world.version)
    answer = carry_on(client)
    assert answer["Location"] == reverse("application_prompt", args=[SLUG])
    page = client.get(reverse("application_choose", args=[SLUG])).content.decode()
    assert "已按“我能报什么”里看过的选好" in page
    assert page.count(" checked") == 1
    tasks = begin(client)
    assert "填入“学历学位”、“现任专业技术职务任职资格”，请核对补全" in tasks.content.decode()
    application = Application.objects.get()
    found = drafted(application)
    (row,) = found["education"]  # type: ignore[misc]
    assert (row["education"], row["degree"]) == ("21", "4")
    assert found["current_title"]["step"] == "junior_assistant"  # type: ignore[index]
    assert found["current_title"]["acquired_on"] == "2020-03-01"  # type: ignore[index]
    assert not client.cookies[COOKIE].value


def test_who_carries_nothing_begins_with_an_empty_form(world: World) -> None:
    client = client_of(world.applicant)
    w.accept_prompt(world.applicant, world.version)
    assert "我能报什么”里填写的内容" not in begin(client).content.decode()
    assert drafted(Application.objects.get()) == {}


def test_answers_that_make_no_sense_go_back_to_the_questions(world: World, client: Client) -> None:
    answer = carry_on(client, "education=21&since=yesterday")
    assert answer.status_code == 303
    assert answer["Location"].startswith(reverse("self_check", args=[SLUG]))
    assert COOKIE not in answer.cookies
    assert client.post(reverse("self_check_carry", args=["nowhere-2023"]), {"answers": SAID}).status_code == 404


def test_officers_carry_nothing(world: World) -> None:
    assert carry_on(client_of(world.county_officer)).status_code in {403, 404}


@pytest.mark.parametrize("value", ["", "x" * (MOST + 1), "education=<script>&held=emperor&since=0", "%ff%fe"])
def test_cookie_that_somebody_has_changed_carries_nothing_of_it(value: str) -> None:
    request = RequestFactory().get("/")
    request.COOKIES[COOKIE] = value
    found = carried_by(request)
    assert found is None or sections_of(found.answers) == {}


def test_answers_are_read_one_by_one() -> None:
    said = {
        "education": "21",
        "degree": "9",
        "held": "junior_assistant",
        "since": "2020-03-01",
        "work": "soon",
        "county": "652701",
    }
    assert answers_in(said) == Answers(education="21", held="junior_assistant", since=answers_in(said).since)
    assert answers_in({**ASSISTANT, "since": "2020-03-01", "work": "2018-07-01"}).nature == "institution"


def test_who_has_no_title_says_so_and_a_year_alone_is_no_date() -> None:
    assert sections_of(Answers(held=NO_TITLE)) == {"current_title": {"first_title": True}}
    assert sections_of(Answers(held="intermediate")) == {"current_title": {"step": "intermediate", "acquired_on": ""}}
    assert sections_of(Answers(degree="3")) == {"education": [{"education": "", "degree": "3"}]}


def test_cookie_lasts_a_month(settings) -> None:
    settings.HTTPS = True
    answer = HttpResponse()
    carry(answer, SAID)
    assert answer.cookies[COOKIE]["secure"]
