"""我能报什么: the public page that answers for every open title (S-21, domain §2.5)."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.support.world import World
from zhicheng.campaigns.notice import Notice
from zhicheng.campaigns.queries import notice_of
from zhicheng.web.public.self_check_form import SelfCheckForm

ASSISTANT = {
    "education": "21",
    "degree": "4",
    "held": "junior_assistant",
    "held_series": "engineering",
    "since": "2020.3.1",
    "work": "2018年7月1日",
    "nature": "institution",
    "county": "652701",
}


@pytest.fixture
def notice(world: World) -> Notice:
    return notice_of(world.version)


def ask(client: Client, **answers: Any) -> Any:
    return client.get("/notices/bortala-2023/self-check/", answers)


def test_questions_are_there_without_signing_in_and_nothing_is_a_must(world: World, client: Client) -> None:
    page = client.get("/notices/bortala-2023/self-check/").content.decode()
    assert "最高学历" in page
    assert 'id="result"' not in page
    assert "（选填）" not in page
    assert ask(client, education="").status_code == 200


def test_every_open_title_has_its_verdict_and_the_first_year_it_can_be(world: World, client: Client) -> None:
    page = ask(client, **ASSISTANT, series="engineering").content.decode()
    assert page.count("可能不符合") >= 2
    assert "最早 2024 年度可以申报" in page
    assert "农艺师" not in page  # another series than the one that was asked for
    assert "农艺师" in ask(client, **ASSISTANT).content.decode()


def test_series_by_examination_says_so_with_its_reason(world: World, client: Client, notice: Notice) -> None:
    closed = next(series for series in notice.catalogue.series if not series.is_open)
    page = ask(client, **ASSISTANT, series=closed.code).content.decode()
    assert "不组织评审的系列" in page
    assert str(closed) in page


def test_one_title_is_held_against_each_condition_with_value_clause_day_and_papers(world: World, client: Client) -> None:
    page = ask(client, **ASSISTANT, to="engineering.engineer").content.decode()
    for words in (
        "取得现任职称须满4年，现满3年。",
        "您填写的：自2020-03-01",
        "2024-02-29",
        "人社部发〔2019〕16号",
        "《毕业证书》",
        "年度：2020、2021、2022",  # the tenure's appraisals
        "博乐市人力资源和社会保障局职称办",
        "2023-06-16",
    ):
        assert words in page, words


def test_nothing_said_is_not_known_and_never_a_refusal(world: World, client: Client) -> None:
    page = ask(client, education="", to="engineering.engineer").content.decode()
    assert "尚不能判断" in page
    assert "可能不符合" not in page


def test_what_cannot_be_read_is_said_at_its_field_and_stays(world: World, client: Client) -> None:
    answer = ask(client, **ASSISTANT | {"since": "去年", "education": "99"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "取得现有职称的日期" in page
    assert "去年" in page


def test_year_nobody_will_see_is_answered_in_words(world: World, client: Client) -> None:
    far = ASSISTANT | {"since": "9999-12-31", "work": "9998-02-01"}
    assert ask(client, **far).status_code == 200
    assert ask(client, **far, to="engineering.engineer").status_code == 200


def test_unknown_round_or_title_is_no_error_of_ours(world: World, client: Client) -> None:
    assert client.get("/notices/nothing-1999/self-check/").status_code == 404
    assert ask(client, **ASSISTANT, to="engineering.emperor").status_code == 200


def test_answers_are_an_address_that_says_the_same_again(world: World, notice: Notice) -> None:
    form = SelfCheckForm(notice, ASSISTANT | {"low": ["2021"]})
    assert form.is_valid()
    again = parse_qs(form.address())
    assert again["since"] == ["2020-03-01"]
    assert again["low"] == ["2021"]
    assert "series" not in again


def test_years_that_do_not_count_are_taken_off(world: World, client: Client) -> None:
    page = ask(client, **ASSISTANT, low=["2021"], to="engineering.engineer").content.decode()
    assert "2025-02-28" in page


def test_page_asks_the_same_whoever_answers(world: World, client: Client) -> None:
    ask(client, **ASSISTANT)
    with CaptureQueriesContext(connection) as asked:
        ask(client, **ASSISTANT, to="engineering.engineer")
    assert len(asked) <= 2
