"""The conditions of a title say the same everywhere: before anything is filled, beside the form, at 再次核对 and at every desk (S-21)."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from bs4 import BeautifulSoup, Tag
from django.test import Client
from django.urls import reverse

from tests.campaigns.files import bortala
from tests.campaigns.rules.people import engineer
from tests.support import world as w
from tests.support.told_once import told_once
from tests.support.world import World
from tests.web.applicant.kit import client_of, version_of
from zhicheng.applications.casefile import CaseFile
from zhicheng.applications.models import Application
from zhicheng.applications.sections import BY_KEY, SECTIONS
from zhicheng.campaigns.rules import conditions
from zhicheng.web.shared.conditions import ASKED_IN, shown_conditions

pytestmark = pytest.mark.django_db
SHORT = "取得现任职称须满4年，现满2年。"


def holding_since(day: str) -> dict[str, Any]:
    contents = w.sections()
    contents["current_title"]["acquired_on"] = day
    return contents


@told_once
def application(world: World) -> Application:
    """Somebody who has had the title for two years of four."""
    found = w.start(world)
    w.fill(world.applicant, found, holding_since("2021-03-01"))
    return found


@pytest.fixture
def client(world: World) -> Client:
    return client_of(world.applicant)


def soup(answer: Any) -> BeautifulSoup:
    return BeautifulSoup(answer.content, "html.parser")


def lines(part: Tag) -> list[str]:
    """Verdict, sentence and source of each condition, as a reader sees them."""
    return [
        " ".join(item.get_text(" ", strip=True).split("您填写的")[0].split("申报人填写的")[0].split())
        for item in part.select("ul.findings > li")
    ]


def save(client: Client, application: Application, key: str, **typed: str) -> Any:
    version = str(version_of(application, key))
    return client.post(reverse("application_autosave", args=[application.pk, key]), {"base_version": version, **typed})


# --- the words ----------------------------------------------------------------------------------------------------------


def test_each_condition_has_what_was_said_and_the_day_it_holds_from() -> None:
    found = shown_conditions(bortala(), conditions(bortala(), engineer(tenure_started_on=dt.date(2021, 3, 1))))
    assert (found.verdict, found.earliest) == ("not_met", 2025)
    years = next(each for each in found.results if each.told.condition == "years_in_title")
    assert (years.said, years.holds_from, years.section) == ("自2021-03-01", dt.date(2025, 2, 28), "current_title")
    assert all(each.url == "" for each in found.results)
    assert [bool(each.said) for each in found.results if each.told.condition == "schooling"] == [True]


def test_who_may_write_is_led_to_what_does_not_hold_and_to_nothing_else() -> None:
    found = shown_conditions(bortala(), conditions(bortala(), engineer(tenure_started_on=dt.date(2021, 3, 1))), str)
    assert {each.told.result for each in found.results if each.url} == {"not_met"}
    assert [each.url for each in found.results if each.url] == ["current_title.acquired_on"]


def test_earliest_year_is_told_only_where_something_is_missing() -> None:
    assert shown_conditions(bortala(), conditions(bortala(), engineer())).earliest is None


def test_date_that_was_mistyped_prophesies_nothing() -> None:
    found = shown_conditions(bortala(), conditions(bortala(), engineer(tenure_started_on=dt.date(2999, 3, 1))))
    assert found.verdict == "not_met" and found.earliest is None
    assert all(each.holds_from is None for each in found.results)


def test_sections_that_are_asked_about_are_sections_of_the_form() -> None:
    assert set(BY_KEY) >= ASKED_IN


# --- the pages ----------------------------------------------------------------------------------------------------------


def test_same_sentences_stand_at_every_place(world: World, application: Application, client: Client) -> None:
    said: dict[str, list[str]] = {}
    for place in ("tasks", "check"):
        said[place] = lines(soup(client.get(reverse(f"application_{place}", args=[application.pk]))))
    section = soup(client.get(reverse("application_section", args=[application.pk, "education"])))
    said["section"] = lines(section.select_one("#conditions-held"))
    w.submit(world.applicant, application)
    w.to_bureau(world, application)
    for who in (world.unit_admin, world.county_officer, world.bureau):
        page = soup(client_of(who).get(reverse("desk_case", args=[application.pk])))
        said[who.role.value] = lines(page.select_one(".case-conditions"))
        assert page.select_one(".case-conditions details").has_attr("open")
        assert "申报人填写的：自2021-03-01" in page.select_one(".case-conditions").text
    first = said["tasks"]
    assert len(first) >= 3 and any(SHORT in line for line in first)
    plain = {place: [line.replace("查看所填内容", "").split(" 到 ")[0] for line in found] for place, found in said.items()}
    assert len({tuple(found) for found in plain.values()}) == 1, plain


def test_conditions_stand_beside_the_sections_they_ask_about_alone(application: Application, client: Client) -> None:
    for section in SECTIONS:
        page = soup(client.get(reverse("application_section", args=[application.pk, section.key])))
        assert (page.select_one("#conditions-held") is not None) == (section.key in ASKED_IN), section.key


def test_task_list_says_at_its_head_that_a_condition_may_not_be_met(
    world: World, application: Application, client: Client
) -> None:
    page = soup(client.get(reverse("application_tasks", args=[application.pk])))
    assert page.select_one('a[href="#conditions"]') is not None
    assert "最早 2025 年度可以申报" in page.text and "到 2025-02-28 满足" in page.text
    w.fill(world.applicant, application, holding_since("2017-03-01"))
    assert soup(client.get(reverse("application_tasks", args=[application.pk]))).select_one('a[href="#conditions"]') is None


def test_save_by_itself_renews_the_conditions_beside_the_form(application: Application, client: Client) -> None:
    title = w.sections()["current_title"]
    typed = {f"current_title-{name}": str(value) for name, value in title.items() if name != "first_title"}
    answer = soup(save(client, application, "current_title", **typed | {"current_title-acquired_on": "2017-03-01"}))
    held = answer.select_one("#conditions-held")
    assert held["hx-swap-oob"] == "true" and "已满6年" in held.text
    answer = soup(save(client, application, "current_title", **typed | {"current_title-acquired_on": ""}))
    link = answer.select_one("#conditions-held a")
    assert "尚不能判断" in answer.text and link["href"].endswith("#id_current_title-acquired_on")


def test_save_that_makes_another_sections_condition_fail_says_so_in_its_line(
    world: World, application: Application, client: Client
) -> None:
    basic = {f"basic-{name}": str(value) for name, value in w.sections()["basic"].items()}
    answer = soup(save(client, application, "basic", **basic))
    assert "另有 1 条申报条件可能不符合" in answer.select_one("#save-state").text
    w.fill(world.applicant, application, holding_since("2017-03-01"))
    assert "申报条件" not in soup(save(client, application, "basic", **basic)).select_one("#save-state").text


def test_section_without_conditions_sends_none_when_it_is_saved(application: Application, client: Client) -> None:
    answer = soup(save(client, application, "summary", **{"summary-text": "任现职以来负责灌区测量。"}))
    assert answer.select_one("#conditions-held") is None


def test_form_that_was_sent_leads_nowhere_to_change_it(world: World, application: Application, client: Client) -> None:
    w.submit(world.applicant, application)
    page = soup(client.get(reverse("application_section", args=[application.pk, "education"])))
    assert page.select_one("#conditions-held") is not None and page.select_one("#conditions-held a") is None


def test_desk_is_told_of_what_was_sent_and_not_of_the_draft(world: World, application: Application) -> None:
    w.submit(world.applicant, application)
    w.give_back(world.unit_admin, application)
    w.fill(world.applicant, application, holding_since("2017-03-01"))
    case = CaseFile(Application.objects.get(pk=application.pk))
    assert (case.conditions.verdict, case.sent_conditions.verdict) == ("met", "not_met")


def test_met_conditions_are_folded_at_the_desk(world: World) -> None:
    application = w.submitted(world)
    part = soup(client_of(world.unit_admin).get(reverse("desk_case", args=[application.pk]))).select_one(".case-conditions")
    assert not part.select_one("details").has_attr("open") and "符合" in part.select_one("h3").text


def test_last_page_before_the_form_holds_the_answers_against_the_conditions(world: World) -> None:
    client, chosen = client_of(world.applicant), {"series": "engineering", "specialty": "water", "title": "engineer"}
    w.accept_prompt(world.applicant, world.version)
    address = reverse("application_choose", args=["bortala-2023"])
    before = soup(client.get(address, chosen))
    assert before.select_one("main ul.findings") is None and "符合其中一条即可" in before.text
    said = "education=21&degree=4&held=junior_assistant&since=2021-03-01&nature=institution&to=engineering.engineer"
    client.post(reverse("self_check_carry", args=["bortala-2023"]), {"answers": said})
    after = soup(client.get(address, chosen))
    assert any(SHORT in line for line in lines(after.select_one("main")))
    assert "按您在“我能报什么”里填写的内容推算" in after.text
