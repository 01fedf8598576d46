"""Marks of the pages do not contradict each other: what is called done, returned, to be looked at or saved is so."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup
from django.urls import reverse

from tests.support import world as w
from tests.support.told_once import told_once
from tests.web.applicant.kit import bar_for_fraud, client_of, page
from zhicheng.applications.models import Application
from zhicheng.foundation import clock
from zhicheng.rehearsal import acts
from zhicheng.review.rules import ReturnReason

pytestmark = pytest.mark.django_db
ALL_THERE = "需要的都已上传"


@told_once
def filled(world) -> Application:
    application = w.start(world)
    w.fill(world.applicant, application)
    return application


@pytest.fixture
def client(world):
    return client_of(world.applicant)


def slot(application: Application, key: str) -> str:
    return reverse("application_slot", args=[application.pk, key])


def test_slot_with_a_returned_file_is_not_called_done(world, filled, client):
    assert ALL_THERE in page(client.get(slot(filled, "appointment")))
    w.submit(world.applicant, filled)
    acts.give_back(world.unit_admin, filled, [ReturnReason("material:appointment", "incorrect", "请重新扫描。")])
    shown = page(client.get(slot(filled, "appointment")))
    assert "需修改" in shown and ALL_THERE not in shown


def test_slot_with_a_file_to_look_at_is_not_called_done(world, filled, client):
    material = w.bring_warned(world.applicant, filled)
    shown = page(client.get(slot(filled, material.slot)))
    assert "待查看确认" in shown and ALL_THERE not in shown


def test_last_slot_leads_to_the_check_when_nothing_else_is_left(filled, client):
    content = BeautifulSoup(client.get(slot(filled, "other")).content, "html.parser")
    ways = [a.get_text(strip=True) for a in content.select("main .form-actions a")]
    assert ways == ["继续：再次核对", "返回清单"]


def test_last_check_that_can_be_opened_is_not_called_locked(world, client):
    application = w.start(world)
    content = BeautifulSoup(client.get(reverse("application_tasks", args=[application.pk])).content, "html.parser")
    check = next(li for li in content.select(".task") if li.a and "再次核对" in li.a.text)
    assert "可以先预览" in check.text and "暂不能开始" not in check.text and "尚缺内容" in check.text


def test_saving_itself_is_promised_only_where_scripts_run(filled, client):
    content = BeautifulSoup(client.get(reverse("application_tasks", args=[filled.pk])).content, "html.parser")
    promise = next(e for e in content.select("main [data-scripted]") if "自动保存" in e.text)
    assert promise.has_attr("hidden")
    promise.decompose()
    assert "自动保存" not in content.main.text and "请点“保存”" in content.main.noscript.text


def test_empty_row_is_not_called_filled_in(world, client):
    application = w.start(world)
    address = reverse("application_section", args=[application.pk, "awards"])
    removed = page(client.post(address, {"base_version": "0", "row": "0a1b2c3d", "remove_row": "0a1b2c3d"}, follow=True))
    added = page(client.post(address, {"base_version": "1", "add_row": "1"}))
    for shown in (removed, added):
        assert "已保存" in shown and "这一项已经填好" not in shown


def test_hint_of_an_upload_names_every_format_that_is_taken(filled, client):
    assert "PDF、JPG、PNG、HEIC格式" in page(client.get(slot(filled, "appointment")))


def test_who_may_begin_nothing_this_year_is_told_so_instead_of_a_button(world, filled, client):
    address, new = reverse("my_applications"), reverse("application_new")
    w.submit(world.applicant, filled)
    w.to_bureau(world, filled)
    with clock.travel(w.IN_WINDOW + w.UNTIL_REPORT):
        assert new in page(client.get(address))
        w.arrive(world, filled, 3)
        w.give_back(world.bureau, filled)
        shown = page(client.get(address))
    assert "本年度不再受理" in shown and new not in shown


def test_who_is_barred_reads_why_instead_of_a_button(world, client):
    bar_for_fraud(world)
    shown = page(client.get(reverse("my_applications")))
    assert "2027年（含）以前不得申报" in shown and reverse("application_new") not in shown
