"""One application's page and the lists: what happened, the count, the papers, taking back; and what a neighbour gets."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.support import world as w
from tests.support.told_once import told_once
from tests.web.applicant.kit import client_of, page
from zhicheng.applications import actions
from zhicheng.applications.states import State
from zhicheng.documents.queries import papers_of
from zhicheng.foundation import clock
from zhicheng.foundation.models import AccessRefusal

pytestmark = pytest.mark.django_db


@told_once
def application(world):
    return w.submitted(world)


@pytest.fixture
def client(world):
    return client_of(world.applicant)


def shown(client, application) -> str:
    answer = client.get(reverse("my_application", args=[application.pk]))
    assert answer.status_code == 200
    return page(answer)


def queries_of(client, address: str) -> int:
    client.get(address)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    return len(captured)


def test_timeline_names_offices_not_people(world, application, client):
    w.give_back(world.unit_admin, application)
    text = shown(client, application)
    assert "单位退回" in text
    assert "《毕业证书》、《教育部学历证书电子注册备案表》" in text, "a reason says what it is about"
    assert "博乐市水利管理站" in text
    assert world.unit_admin.name not in text
    assert "毕业证书扫描件不清晰" in text
    assert "单位公示，不少于5个工作日" in text


def test_who_was_stopped_for_an_objection_is_sent_to_the_county_that_can_lift_it(world, client):
    application = w.reach(world, State.STOPPED)
    advice = client.get(reverse("my_application", args=[application.pk])).context["advice"]
    assert world.county.name in advice and "解除" in advice and "单位" not in advice


def test_withdraw_asks_then_takes_back(application, client):
    address = reverse("application_withdraw", args=[application.pk])
    assert "撤回申请书？" in page(client.get(address))
    application.refresh_from_db()
    assert application.state == State.UNIT_REVIEW
    assert client.post(address).url == reverse("application_tasks", args=[application.pk])
    application.refresh_from_db()
    assert application.state == State.DRAFT


def test_withdraw_after_the_unit_passed_is_refused_in_words(world, application, client):
    w.unit_pass(world, application)
    answer = client.post(reverse("application_withdraw", args=[application.pk]))
    assert answer.status_code == 422
    assert "不能再办理“撤回”" in page(answer)
    assert "撤回" not in shown(client, application).split("办理进度")[0]


def test_discard_asks_then_ends_it(world, client):
    application = w.start(world)
    address = reverse("application_discard", args=[application.pk])
    assert "不能恢复" in page(client.get(address))
    client.post(address)
    application.refresh_from_db()
    assert application.state == State.DISCARDED
    assert client.post(address).status_code == 422
    assert "只供查看" in shown(client, application)


def test_review_form_is_handed_out_when_issued_and_not_when_void(world, application, client):
    w.unit_pass(world, application)
    paper = papers_of(f"application:{application.pk}").get(kind="review_form")
    address = reverse("application_paper", args=[application.pk, paper.serial])
    assert address in shown(client, application)
    assert client.get(address).content.startswith(b"%PDF")
    assert client_of(world.new_applicant()).get(address).status_code == 404
    w.give_back(world.unit_admin, application)
    assert client.get(address).status_code == 404
    assert "已作废" in shown(client, application)


def test_drafts_and_commitment_print(world, client):
    application = w.start(world)
    actions.save_section(
        actor=world.applicant,
        application_id=application.pk,
        key="current_title",
        typed={"acquired_on": "去年春天", "step": "unknown"},
        base_version=0,
    )
    for name in ("application_draft_pdf", "application_commitment_pdf"):
        answer = client.get(reverse(name, args=[application.pk]))
        assert answer.content.startswith(b"%PDF")
        assert answer["Cache-Control"] == "private, no-store"


def test_drafts_are_printed_so_often_an_hour_and_no_oftener(world, client, monkeypatch):
    from zhicheng.web.applicant import printing

    monkeypatch.setattr(printing, "PRINTS_PER_HOUR", 2)
    application = w.start(world)
    names = ("application_draft_pdf", "application_commitment_pdf", "application_draft_pdf")
    answers = [client.get(reverse(name, args=[application.pk])) for name in names]
    assert [answer.status_code for answer in answers] == [200, 200, 429] and answers[2]["Retry-After"] == "3600"


def test_form_too_long_for_paper_says_which_field(world, client):
    application = w.start(world)
    rows = [{"name": "项目", "description": "长" * 3500}]
    actions.save_section(actor=world.applicant, application_id=application.pk, key="achievements", typed=rows, base_version=0)
    answer = client.get(reverse("application_draft_pdf", args=[application.pk]))
    assert answer.status_code == 422
    assert "业绩成果 第1项 内容与成效" in page(answer)


def test_count_is_shown_with_each_arrival_and_the_closed_year(world, application, client):
    w.unit_pass(world, application)
    period = w.open_publicity(world, application)
    with clock.travel(w.IN_WINDOW + timedelta(days=11)):
        client = client_of(world.applicant)
        w.add_papers(world, period)
        w.report(world, application)
        for arrival in (1, 2, 3):
            if arrival > 1:
                w.unit_pass(world, application)
                w.report(world, application)
            w.pass_on(world.county_officer, application)
            assert f"第 {arrival} / 3 次提交评审委员会" in shown(client, application)
            w.give_back(world.bureau, application)
            if arrival < 3:
                w.submit(world.applicant, application)
        assert "本年度不再受理" in shown(client, application)
        home = page(client.get(reverse("my_titles")))
        assert "本年度不再受理" in home
        assert reverse("application_prompt", args=["bortala-2023"]) not in home
        answer = client.get(reverse("application_prompt", args=["bortala-2023"]))
        assert "已达到规定次数" in page(answer)


@pytest.mark.parametrize(
    "name",
    [
        "my_application",
        "application_tasks",
        "application_check",
        "application_submit",
        "application_withdraw",
        "application_discard",
    ],
)
def test_application_of_another_person_is_404_and_recorded(world, application, name):
    address = reverse(name, args=[application.pk])
    other = client_of(world.new_applicant())
    assert other.get(address).status_code == 404
    assert AccessRefusal.objects.filter(path=address).exists()
    if name not in {"my_application", "application_tasks"}:
        assert other.post(address).status_code == 404


def test_tasks_of_an_application_on_its_way_lead_to_its_page(application, client):
    for name in ("application_tasks", "application_check"):
        assert client.get(reverse(name, args=[application.pk])).url == reverse("my_application", args=[application.pk])


def test_lists_and_pages_take_the_same_queries_for_one_and_thirty(world, client):
    application = w.start(world)
    lists = [reverse(name) for name in ("my_titles", "my_applications")]
    pages = [reverse(name, args=[application.pk]) for name in ("application_tasks", "my_application", "application_check")]
    before = [queries_of(client, address) for address in lists + pages]
    for _n in range(29):
        actions.discard_application(actor=world.applicant, application_id=application.pk)
        application = w.start(world)
    w.fill(world.applicant, application)
    pages = [reverse(name, args=[application.pk]) for name in ("application_tasks", "my_application", "application_check")]
    after = [queries_of(client, address) for address in lists + pages]
    assert before == after
    assert all(count <= 12 for count in after[:2])
