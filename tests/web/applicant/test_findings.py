"""What the rules noticed, as the applicant meets it: beside the field, at 再次核对, and with room for a sentence."""

from __future__ import annotations

import re
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.urls import reverse

from tests.support import world as w
from tests.support.told_once import told_once
from tests.web.applicant.kit import client_of
from zhicheng.applications.actions import save_section
from zhicheng.applications.models import Application, DraftSection, Submission
from zhicheng.applications.queries import draft_of, snapshot_of

pytestmark = pytest.mark.django_db
SAID = "2022年度总学时72，少于规定的90学时。"
NOTE = "2018年度：本年度不要求，未附材料。"


def page(answer) -> BeautifulSoup:
    return BeautifulSoup(answer.content, "html.parser")


@told_once
def application(world):
    found = w.start(world)
    w.fill(world.applicant, found, w.short_of_hours())
    return found


@pytest.fixture
def client(world):
    return client_of(world.applicant)


def get(client, name: str, *arguments: object) -> Any:
    return page(client.get(reverse(name, args=arguments)))


def controls(client, application) -> dict[str, str]:
    """The controls of the page of answers, with what stands in them."""
    soup = get(client, "application_findings", application.pk)
    found = {area["name"]: area.text.strip() for area in soup.select("textarea[name^=answer-]")}
    return found | {"base_version": soup.select_one("[name=base_version]").get("value", "")}


def send(client, application, **changed: str):
    sent = controls(client, application)
    name = next(n for n in sent if n.startswith("answer-"))
    return client.post(reverse("application_findings", args=[application.pk]), sent | {name: changed.pop("text")} | changed)


def test_finding_stands_beside_its_field_and_leads_to_where_it_is_answered(client, application):
    soup = get(client, "application_section", application.pk, "continuing_education")
    (finding,) = soup.select(".form-row .finding")
    assert SAID in finding.text and "人社部令25号" in finding.text
    assert finding.select_one("a")["href"].startswith(reverse("application_findings", args=[application.pk]))


def test_finding_of_a_field_nobody_types_stands_above_the_form(client, application, world):
    version = draft_of(application).versions["education"]
    rows = draft_of(application).contents["education"]
    rows[0]["verification_code"] = "ABCDE"
    save_section(actor=world.applicant, application_id=application.pk, key="education", typed=rows, base_version=version)
    assert "12 位或 16 位" in get(client, "application_section", application.pk, "education").select_one(".finding").text


def test_check_page_lists_findings_and_lets_one_go_on(client, application):
    soup = get(client, "application_check", application.pk)
    panel = soup.select_one("#findings")
    assert SAID in panel.text and "继续教育" in panel.text
    answer = client.post(reverse("application_check", args=[application.pk]), w.check_read(application))
    assert answer.status_code == 303 and answer.url == reverse("application_submit", args=[application.pk])


def test_year_nobody_asks_for_is_told_once_and_asks_for_nothing(client, application):
    soup = get(client, "application_section", application.pk, "continuing_education")
    (note,) = [found for found in soup.select(".finding") if NOTE in found.text]
    assert not note.find_parent(class_="form-row") and "通知（八）" in note.text
    panel = get(client, "application_check", application.pk).select_one("#findings")
    assert panel.text.index(SAID) < panel.text.index(NOTE) and panel.text.count("写一句说明") == 1
    assert NOTE not in get(client, "application_findings", application.pk).text
    assert "有1处提示" in get(client, "application_tasks", application.pk).text


@pytest.mark.parametrize("name", ["application_check", "application_findings", "application_section", "my_application"])
def test_no_number_of_our_own_list_is_shown_as_a_source(client, application, world, name):
    arguments = [application.pk, "continuing_education"] if name == "application_section" else [application.pk]
    if name == "my_application":
        w.submit(world.applicant, application)
    assert not re.search(r"[SG]-[0-9]|domain §", get(client, name, *arguments).main.text)


def test_autosave_says_how_many_there_are(client, application):
    row = draft_of(application).contents["continuing_education"][0]
    version = draft_of(application).versions["continuing_education"]
    typed = {"base_version": version, "row": row["id"], f"{row['id']}-year": "2022", f"{row['id']}-hours_total": "72"}
    typed |= {f"{row['id']}-hours_professional": "60"}
    answer = client.post(reverse("application_autosave", args=[application.pk, "continuing_education"]), typed)
    assert "有 1 处提示" in page(answer).text


def test_answer_is_kept_shown_and_sent(client, application, world):
    answer = send(client, application, text="2022年的培训一并填写。")
    assert answer.status_code == 303 and answer.url.endswith("#findings")
    assert "2022年的培训一并填写。" in controls(client, application).values()
    assert "2022年的培训一并填写。" in get(client, "application_check", application.pk).select_one("#findings").text
    w.submit(world.applicant, application)
    assert snapshot_of(Submission.objects.get()).answers[0].answer == "2022年的培训一并填写。"
    assert "2022年的培训一并填写。" in get(client, "my_application", application.pk).text
    assert client.get(reverse("application_findings", args=[application.pk])).status_code == 303


def test_answer_that_is_too_long_keeps_what_was_typed(client, application):
    answer = send(client, application, text="长" * 301)
    assert answer.status_code == 422
    soup = page(answer)
    assert "最多300个字" in soup.text and "长" * 301 in soup.select_one("textarea[name^=answer-]").text
    assert not DraftSection.objects.filter(key="answers").exists()


def test_answers_of_an_older_window_are_not_kept_and_stay_on_the_page(client, application):
    send(client, application, text="新的说明")
    answer = send(client, application, text="旧的说明", base_version="0")
    assert answer.status_code == 422
    assert "另一个窗口" in page(answer).text and "旧的说明" in page(answer).select_one("textarea[name^=answer-]").text
    assert "新的说明" in controls(client, application).values()


def test_form_with_nothing_to_notice_says_so(client, application, world):
    rows = [r for r in draft_of(application).contents["continuing_education"] if r["year"] != 2022]
    version = draft_of(application).versions["continuing_education"]
    save_section(
        actor=world.applicant, application_id=application.pk, key="continuing_education", typed=rows, base_version=version
    )
    assert "没有需要提示的地方" in get(client, "application_findings", application.pk).text
    assert "没有需要提示的地方" in get(client, "application_check", application.pk).select_one("#findings").text
    assert Application.objects.get(pk=application.pk).state == "draft"


def test_findings_of_another_person_are_not_found(application, world):
    assert client_of(world.new_applicant()).get(reverse("application_findings", args=[application.pk])).status_code == 404
