"""A public notice read in English: our words where they surely mean the same, else the Chinese ones, marked as Chinese."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from tests.support import world as w
from tests.support.told_once import told_once
from tests.web.applicant.kit import client_of, page
from zhicheng.applications.models import Application
from zhicheng.foundation import clock
from zhicheng.publicity.models import PublicityPeriod
from zhicheng.web.shared.public_facts import facts_of

pytestmark = pytest.mark.django_db


@told_once(at=w.IN_WINDOW + timedelta(days=1))
def period(world) -> PublicityPeriod:
    with clock.travel(w.IN_WINDOW):
        return publicise(world, w.submitted(world))


def publicise(world: w.World, application: Application) -> PublicityPeriod:
    w.unit_pass(world, application)
    return w.open_publicity(world, application)


@pytest.fixture
def reader(world) -> Client:
    client = client_of(world.unit_admin)
    client.cookies["django_language"] = "en"
    return client


def test_notice_reads_in_english(period, reader) -> None:
    shown = page(reader.get(reverse("publicity_notice", args=[period.pk])))
    assert "intermediate" in shown and "Engineering" in shown and "Forestry and grassland" in shown
    assert "<dd>Female</dd>" in shown and "<dd>Uygur</dd>" in shown
    assert period.facts["sex"] not in shown and period.facts["political_status"] not in shown


def test_list_reads_in_english(period, reader) -> None:
    shown = page(reader.get(reverse("publicity_list")))
    assert ">Engineer<" in shown and "工程师" not in shown


def test_chinese_reader_reads_what_was_frozen(world, period) -> None:
    assert facts_of(period) == period.facts
    assert "中级专业技术任职资格" in page(client_of(world.unit_admin).get(reverse("publicity_notice", args=[period.pk])))


def test_word_without_a_sure_match_stays_chinese_and_says_so(period) -> None:
    period.facts = period.facts | {"title": "高级水利师", "ethnic_group": "<某>族", "level": "特"}
    with translation.override("en"):
        told = facts_of(period)
    assert told["title"] == '<span lang="zh-CN">高级水利师</span>'
    assert told["ethnic_group"] == '<span lang="zh-CN">&lt;某&gt;族</span>'
    assert told["level"] == '<span lang="zh-CN">特</span>'
    assert told["series"] == "Engineering"


def test_unit_that_opens_one_reads_the_same_words(world) -> None:
    application = w.submitted(world)
    w.unit_pass(world, application)
    unit = client_of(world.unit_admin)
    address = reverse("unit_publicity_open", args=[application.pk])
    assert "女 · 维吾尔族" in page(unit.get(address))
    unit.cookies["django_language"] = "en"
    shown = page(unit.get(address))
    assert "Female · Uygur · " in shown and "Engineering Forestry and grassland Engineer" in shown


def test_list_of_thirty_takes_the_queries_of_one(world, thirty, reader) -> None:
    def queries() -> dict[str, int]:
        counted = {}
        for language in ("zh-hans", "en"):
            reader.cookies["django_language"] = language
            with CaptureQueriesContext(connection) as captured:
                assert reader.get(reverse("publicity_list")).status_code == 200
            counted[language] = len(captured)
        return counted

    publicise(world, thirty[0])
    queries()
    one = queries()
    assert max(one.values()) <= 12
    for application in thirty[1:30]:
        publicise(world, application)
    assert queries() == one
