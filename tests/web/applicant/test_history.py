"""The history of a section, taken back with one press, and the form read as a whole."""

from __future__ import annotations

from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from django.urls import reverse

from tests.support import world as w
from tests.support.told_once import told_once
from tests.support.versions import FIRST, SECOND, written_over
from tests.web.applicant.kit import client_of, page, version_of
from zhicheng.applications.actions import save_section
from zhicheng.applications.queries import draft_of
from zhicheng.applications.states import State
from zhicheng.foundation import clock

pytestmark = pytest.mark.django_db


@told_once
def application(world):
    return written_over(world)


@pytest.fixture
def client(world):
    return client_of(world.applicant)


def history(application, key: str = "summary") -> str:
    return reverse("application_section_history", args=[application.pk, key])


def soup_of(answer) -> BeautifulSoup:
    return BeautifulSoup(page(answer), "html.parser")


def test_history_says_when_and_what_and_is_linked_from_the_section(application, client) -> None:
    section = page(client.get(reverse("application_section", args=[application.pk, "summary"])))
    assert f'href="{history(application)}"' in section
    soup = soup_of(client.get(history(application)))
    now, first = soup.select("main section.panel")
    assert "现在的内容" in now.h2.get_text()
    assert "比前一版改动了" in now.get_text() and FIRST in now.get_text() and SECOND in now.get_text()
    assert "保留下来的最早的一版" in first.get_text()
    assert [form.select_one("[name=version]")["value"] for form in soup.select("main section form")] == ["1"]


def test_one_press_takes_back_and_what_was_there_is_kept(application, client) -> None:
    form = soup_of(client.get(history(application))).select_one("main section form")
    sent = {field["name"]: field["value"] for field in form.select("input[name]")}
    answer = client.post(history(application), sent, follow=True)
    assert "已恢复成原来的内容" in page(answer)
    assert draft_of(application).contents["summary"] == {"text": FIRST}
    numbers = [form["value"] for form in soup_of(client.get(history(application))).select("main section [name=version]")]
    assert numbers == ["2"]  # the first is the same as now


def test_older_page_takes_nothing_back(application, client) -> None:
    answer = client.post(history(application), {"version": "1", "base_version": "1"})
    assert answer.status_code == 422
    assert "另一个窗口" in page(answer)
    assert draft_of(application).contents["summary"] == {"text": SECOND}


@pytest.mark.parametrize("number", ["99", "x", ""])
def test_version_that_is_not_kept_is_said(application, client, number: str) -> None:
    answer = client.post(history(application), {"version": number, "base_version": "2"})
    assert answer.status_code == 422
    assert "这一版已经不在了" in page(answer)


def test_who_has_handed_it_on_may_look_and_takes_nothing_back(world, application, client) -> None:
    w.fill(world.applicant, application)
    w.submit(world.applicant, application)
    answer = client.get(history(application))
    assert "不在您手里" in page(answer)
    assert not soup_of(answer).select("main section form")
    sent = {"version": "1", "base_version": str(version_of(application, "summary"))}
    assert client.post(history(application), sent).status_code == 422


def test_section_that_was_never_saved_has_no_history(application, client) -> None:
    assert "还没有保存过" in page(client.get(history(application, "awards")))
    assert "修改记录" not in page(client.get(reverse("application_section", args=[application.pk, "awards"])))
    assert client.get(history(application, "nothing")).status_code == 404


def test_row_that_would_go_names_its_files(world, client) -> None:
    application = written_over_rows(world)
    said = soup_of(client.get(history(application, "education"))).select_one("main").get_text()
    assert "它们的材料会移出申报材料" in said
    assert "新增" in said


def written_over_rows(world):
    application = w.start(world, specialty="construction")
    typed = [{"id": "00000001", "school": "某学校"}]
    with clock.travel(clock.now() - timedelta(hours=1)):
        save_section(actor=world.applicant, application_id=application.pk, key="education", typed=typed, base_version=0)
    w.fill(world.applicant, application)
    return application


@pytest.mark.parametrize("state", [State.DRAFT, State.RETURNED, State.COUNTY_REVIEW, State.ACCEPTED])
def test_whole_form_is_read_on_a_page_of_its_own(world, state: State) -> None:
    found = w.reach(world, state)
    client = client_of(world.applicant)
    if state is State.DRAFT:
        w.fill(world.applicant, found)
    answer = client.get(reverse("application_reading", args=[found.pk]))
    said = page(answer)
    assert "按评审表的样式" in said
    assert "博乐市" in said and "毕业证书" in said
    assert not soup_of(answer).select("main form, main [aria-invalid]")


def test_whole_form_names_what_is_empty(application, client) -> None:
    said = page(client.get(reverse("application_reading", args=[application.pk])))
    assert "没有填写的栏目：" in said and "获奖情况" in said
    assert SECOND in said


def test_strangers_read_neither(world, application) -> None:
    other = client_of(world.new_applicant())
    assert other.get(history(application)).status_code == 404
    assert other.get(reverse("application_reading", args=[application.pk])).status_code == 404
