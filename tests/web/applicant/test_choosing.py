"""What is applied for, in two pages: the series, then what the notice opens in it (S-21)."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup
from django.urls import reverse

from tests.support import world as w
from tests.web.applicant.kit import client_of
from zhicheng.campaigns.queries import notice_of
from zhicheng.campaigns.rules import choose, openings
from zhicheng.foundation.errors import Refused
from zhicheng.web.applicant.choosing import chosen_in, questions_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def notice(world):
    return notice_of(world.version)


def asked(world, **said: str):
    """The page with what is chosen so far: the answer, and the page as read."""
    w.accept_prompt(world.applicant, world.version)
    answer = client_of(world.applicant).get(reverse("application_choose", args=[notice_of(world.version).slug]), said)
    return answer, BeautifulSoup(answer.content, "html.parser")


def names(soup: BeautifulSoup) -> set[str]:
    return {tag["name"] for tag in soup.select("main input[type=radio]")}


def test_specialty_and_title_stand_on_one_page(world):
    answer, soup = asked(world, series="engineering", asked="series")
    assert answer.status_code == 200
    assert names(soup) == {"specialty", "title"}
    assert not soup.select(".field-error")


def test_title_that_one_specialty_has_is_asked_alone_and_tells_the_specialty(world):
    _answer, soup = asked(world, series="agriculture", asked="series")
    assert names(soup) == {"title"}
    assert [tag.get_text(strip=True) for tag in soup.select(".choice-group")][:2] == ["农艺", "畜牧"]
    _answer, soup = asked(world, series="agriculture", title="veterinarian", asked="title")
    assert soup.select_one("input[type=hidden][name=specialty]")["value"] == "veterinary"
    assert "我要申报" in soup.select_one("main form button").get_text()


def test_each_missing_answer_is_said_at_its_question_and_what_was_chosen_stays(world):
    answer, soup = asked(world, series="engineering", specialty="water", asked="title")
    assert answer.status_code == 422
    assert soup.select_one("input[value=water]").has_attr("checked")
    assert [tag.get_text(strip=True) for tag in soup.select(".field-error")] == ["请选择一个任职资格。"]
    answer, soup = asked(world, series="engineering", asked="title")
    assert [tag.get_text(strip=True) for tag in soup.select(".field-error")] == ["请选择一个专业。", "请选择一个任职资格。"]
    assert {a["href"] for a in soup.select("[data-error-summary] a")} == {
        f"#{tag['id']}" for tag in soup.select("fieldset.field-wrong")
    }


def test_every_choice_of_the_notice_can_be_made_and_no_other(notice):
    series = [opening for opening in openings(notice) if opening.choosable]
    titles = {title.code for opening in series for s in opening.specialties for title in s.titles}
    for opening in series:
        for specialty in opening.specialties:
            for title in titles:
                said = {"series": opening.series.code, "specialty": specialty.specialty.code, "title": title}
                chosen = chosen_in(notice, said)
                try:
                    choice = choose(notice, **said)
                except Refused:
                    assert chosen.title is None
                    continue
                assert chosen.title == choice.title
                assert chosen.specialty is not None and chosen.specialty.specialty == choice.specialty


def test_title_that_some_specialties_have_is_held_against_the_one_that_was_chosen(notice):
    """No series of this notice mixes them: one that does asks both, and says what does not fit."""
    (opening,) = [each for each in openings(notice) if each.series.code == "engineering"]
    water, *others = opening.specialties
    mixed = type(opening)(opening.series, True, "", (type(water)(water.specialty, water.titles[:1]), *others))
    last = water.titles[-1].code
    said = {"specialty": water.specialty.code, "title": last}
    of_specialty, of_title = questions_in(mixed, said, asked=True)
    assert not of_specialty.problems
    assert str(water.specialty) in of_title.problems[0].text
    assert not any(question.problems for question in questions_in(mixed, said, asked=False))
