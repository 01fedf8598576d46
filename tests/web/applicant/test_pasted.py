"""Rows that are pasted: shown first, kept when the page is saved, and without a script."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup
from django.urls import reverse

from tests.support import world as w
from tests.support.told_once import told_once
from tests.web.applicant.kit import client_of, page, version_of
from zhicheng.applications.queries import draft_of

pytestmark = pytest.mark.django_db
PASTED = "2013.7-2016.8 博乐市水利站 灌区管理 技术员\n2016年9月至今\t博乐市水利局\t工程管理\t站长\t多余的\t再多的\t更多的"


@told_once
def application(world):
    return w.start(world)


@pytest.fixture
def client(world):
    return client_of(world.applicant)


def at(application, key: str) -> str:
    return reverse("application_section", args=[application.pk, key])


def form_of(answer) -> dict[str, list[str]]:
    """What the form of the page would send."""
    form = BeautifulSoup(page(answer), "html.parser").select_one("#section-form")
    sent: dict[str, list[str]] = {}
    for control in form.select("input, textarea, select"):
        if control.name == "select":
            chosen = control.select_one("option[selected]")
            sent.setdefault(control["name"], []).append(chosen["value"] if chosen else "")
        elif control.get("type") not in {"checkbox", "submit", "file"} or control.has_attr("checked"):
            sent.setdefault(control["name"], []).append(control.get("value", control.get_text().strip("\n")))
    return sent


def test_rows_are_shown_then_kept_when_the_page_is_saved(application, client) -> None:
    answer = client.post(at(application, "work_history"), {"base_version": "0", "paste": PASTED, "read_paste": "1"})
    said = page(answer)
    assert "读出 2 行，放在下面，还没有保存。" in said
    assert "已保存" not in BeautifulSoup(said, "html.parser").select_one("#save-state").get_text()
    assert "第 2 行“更多的”：没有地方可放。" in said
    assert draft_of(application).contents["work_history"] == []
    sent = form_of(answer)
    assert sent.pop("paste") == [""]
    client.post(at(application, "work_history"), sent | {"save": "1"})
    first, second = draft_of(application).contents["work_history"]
    assert (first["started_on"], first["employer"], first["post"]) == ("2013-07-01", "博乐市水利站", "技术员")
    assert (second["started_on"], second["ended_on"], second["employer"]) == ("2016-09-01", "", "博乐市水利局")


@pytest.mark.parametrize("button", ["save", "next", "return", "read_paste"])
def test_what_was_typed_is_saved_and_what_was_pasted_is_not_passed_over(application, client, button: str) -> None:
    row = {"row": "0a1b2c3d", "0a1b2c3d-employer": "博乐市水利管理站"}
    answer = client.post(at(application, "work_history"), {"base_version": "0", "paste": PASTED, button: "1"} | row)
    assert "读出 2 行" in page(answer)
    assert [r["employer"] for r in draft_of(application).contents["work_history"]] == ["博乐市水利管理站"]


def test_year_that_is_filled_in_is_not_changed(world, application, client) -> None:
    w.fill(world.applicant, application)
    here = at(application, "appraisals")
    stored = draft_of(application).contents["appraisals"]
    text = f"{stored[0]['year']} 优秀 事业\n1999 合格 事业"
    answer = client.post(here, {**form_of(client.get(here)), "paste": text})
    said = page(answer)
    assert "读出 1 行" in said
    assert f"{stored[0]['year']}年已经填有内容，没有改动。" in said


def test_text_comes_back_when_nothing_is_saved(world, application, client) -> None:
    w.fill(world.applicant, application)
    sent = {"base_version": "0", "row": "0a1b2c3d", "0a1b2c3d-employer": "另一个", "paste": PASTED}
    conflict = client.post(at(application, "work_history"), sent | {"read_paste": "1"})
    assert conflict.status_code == 422
    assert BeautifulSoup(page(conflict), "html.parser").select_one("input[name=paste]")["value"].startswith("2013.7")
    assert version_of(application, "work_history") == 1


def test_autosave_leaves_the_box_alone(application, client) -> None:
    here = reverse("application_autosave", args=[application.pk, "work_history"])
    answer = client.post(here, {"base_version": "0", "row": "0a1b2c3d", "0a1b2c3d-employer": "水利站", "paste": PASTED})
    assert answer.status_code == 200
    assert [row["employer"] for row in draft_of(application).contents["work_history"]] == ["水利站"]


def test_section_of_one_form_has_no_box(application, client) -> None:
    assert "id_paste" not in page(client.get(at(application, "basic")))
    assert "id_paste" in page(client.get(at(application, "awards")))


def test_long_text_says_how_long_it_is_advised_to_be(application, client) -> None:
    soup = BeautifulSoup(page(client.get(at(application, "summary"))), "html.parser")
    area = soup.select_one("textarea[data-count]")
    assert area["data-count"] == "1500 3000 5000"
    assert "建议1500至3000字，最多5000字。" in soup.select_one(f"#{area['aria-describedby']}").get_text()


def test_paste_that_is_too_long_is_refused_in_words_and_stays_in_its_box(application, client) -> None:
    text = "2013.7-2016.8 博乐市水利站 灌区管理 技术员\n" * 3000
    answer = client.post(at(application, "work_history"), {"base_version": "0", "paste": text, "read_paste": "1"})
    soup = BeautifulSoup(page(answer), "html.parser")
    assert answer.status_code == 422
    link = soup.select_one("[data-error-summary] a")
    assert "没有读" in link.get_text() and soup.select_one(link["href"]).name == "details"
    assert soup.select_one("textarea[name=paste]").get_text().strip() == text.strip()
