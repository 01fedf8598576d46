"""The timeline: who has it and since when, and until when each desk has to be done, as far as the notice says."""

from __future__ import annotations

import re
from collections import Counter
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from tests.campaigns.files import other_text
from tests.review.test_second_campaign import CHOICE, START, form
from tests.support import world as w
from tests.support.asked import asking
from tests.support.told_once import told_once
from tests.web.registering import client_of
from zhicheng.accounts.models import User
from zhicheng.applications.actions import discard_application
from zhicheng.applications.actions.durations import keep_durations
from zhicheng.applications.casefile import CaseFile
from zhicheng.applications.queries import get_application
from zhicheng.applications.states import State
from zhicheng.foundation import clock, outbox
from zhicheng.integrity.actions import record_fraud
from zhicheng.organizations.actors import Actor
from zhicheng.organizations.models import Organization
from zhicheng.publicity.models import PublicityPeriod
from zhicheng.web.shared.planning import plan_in_force
from zhicheng.web.shared.timeline import Entry, entries_of

pytestmark = pytest.mark.django_db


def lines(application, actor: Actor, phase: str) -> list[Entry]:
    found = get_application(actor, application.pk)
    assert found is not None
    case = CaseFile(found)
    return [e for e in entries_of(case, audience="applicant", plan=plan_in_force(case)) if e.phase == phase]


@told_once
def bortala():
    return w.make_world()


@told_once(at=START)
def other():
    """A campaign whose notice sets the unit and the county an end."""
    world = w.make_world(with_supervising=True, campaign_text=other_text())
    Organization.objects.update(region_code="653001")
    Organization.objects.filter(kind="unit").update(verified_year=2025)
    world.unit.refresh_from_db()
    return world


def test_draft_says_until_when_it_can_be_sent(bortala) -> None:
    application = w.start(bortala)
    (now,) = lines(application, bortala.applicant, "now")
    assert (now.who, now.text) == ("申报人", "需要申报人填写、核对，在2023-06-16 18:00（北京时间）前上报。")


def test_returned_one_says_until_when_it_can_be_sent_again(bortala) -> None:
    application = w.submitted(bortala)
    w.give_back(bortala.unit_admin, application)
    (now,) = lines(application, bortala.applicant, "now")
    assert "在2023-07-21 18:00（北京时间）前重新上报" in now.text


def test_returned_one_says_when_the_time_to_send_it_again_is_over(bortala) -> None:
    application = w.submitted(bortala)
    w.give_back(bortala.unit_admin, application)
    with clock.travel(datetime(2023, 7, 21, 18, tzinfo=clock.BEIJING)):
        (now,) = lines(application, bortala.applicant, "now")
    assert now.text == "修改后重新上报的期限已于2023-07-21 18:00（北京时间）结束，不能再上报。"


def test_coming_steps_name_their_desks_and_their_last_safe_day_where_the_notice_sets_no_end(bortala) -> None:
    application = w.submitted(bortala)
    (now,) = lines(application, bortala.applicant, "now")
    assert (now.who, now.when, now.text) == (
        "博乐市水利管理站",
        application.entered_state_at,
        "通知未规定期限；最迟稳妥日2023-06-13",
    )
    coming = lines(application, bortala.applicant, "next")
    assert [e.who for e in coming] == [bortala.unit.name] * 2 + [bortala.county.name] + [bortala.prefecture.name] * 2
    days = ["2023-06-14", "2023-06-21", "2023-07-04", "2023-07-18"]
    assert [e.text for e in coming] == [*(f"通知未规定期限；最迟稳妥日{day}" for day in days), ""]


def test_desk_without_an_end_is_told_that_nothing_returned_can_come_again(bortala) -> None:
    application = w.submitted(bortala)
    with clock.travel(datetime(2023, 7, 22, 9, tzinfo=clock.BEIJING)):
        (now,) = lines(application, bortala.applicant, "now")
    assert now.text == "通知未规定期限；退回后重新上报的期限已于2023-07-21 18:00（北京时间）结束"


def test_desks_with_an_end_show_it(other) -> None:
    application = w.start(other, **CHOICE)
    w.fill(other.applicant, application, form())
    w.submit(other.applicant, application)
    application.refresh_from_db()
    (now,) = lines(application, other.applicant, "now")
    assert now.text == "单位须在2025-10-24 20:00（北京时间）前完成审核、公示并上报"
    texts = {e.title: e.text for e in lines(application, other.applicant, "next")}
    assert texts["县（市）终审"] == "须在2025-11-07 20:00（北京时间）前办完"
    # Its notice gives nothing to reckon with: what returned work has to keep to is said instead.
    assert texts["主管单位审核"] == "通知未规定期限；被退回的，须在2025-10-31 20:00（北京时间）前重新上报"


def test_running_publicity_shows_its_last_day(bortala) -> None:
    application = w.submitted(bortala)
    w.unit_pass(bortala, application)
    period = w.open_publicity(bortala, application)
    (now,) = lines(application, bortala.applicant, "now")
    assert f"公示到{period.ends_on}（含当日）期满" in now.text
    assert period.ends_on == clock.today() + timedelta(days=9)


def test_length_of_publicity_is_the_notices(other) -> None:
    application = w.start(other, **CHOICE)
    titles = [e.title for e in lines(application, other.applicant, "next")]
    assert "单位公示，不少于7个工作日" in titles


def test_over_has_nothing_ahead(bortala) -> None:
    application = w.start(bortala)
    discard_application(actor=bortala.applicant, application_id=application.pk)
    assert lines(application, bortala.applicant, "next") == []
    assert lines(application, bortala.applicant, "now")[0].who == ""


def test_days_of_each_publicity_are_said_in_the_readers_language(bortala) -> None:
    application = w.submitted(bortala)
    w.unit_pass(bortala, application)
    first = w.open_publicity(bortala, application)
    w.give_back(bortala.unit_admin, application)
    w.submit(bortala.applicant, application)
    w.unit_pass(bortala, application)
    second = w.open_publicity(bortala, application, days=10)
    opened = [e for e in lines(application, bortala.applicant, "done") if e.title == "开始公示"]
    assert [e.text for e in opened] == [f"公示：{p.starts_on}至{p.ends_on}" for p in (first, second)]
    with translation.override("en"):
        read = [e.text for e in lines(application, bortala.applicant, "done") if "至" in e.text or str(first.starts_on) in e.text]
    assert read == [f"Publicity: {p.starts_on} to {p.ends_on}" for p in (first, second)]


@pytest.mark.parametrize(("year", "words"), [(2022, "integrity record"), (2023, "2023")])
def test_why_the_system_ended_it_is_said_in_the_readers_language(bortala, year: int, words: str) -> None:
    application = w.start(bortala)
    record_fraud(
        actor=bortala.bureau,
        person_index=bortala.applicant.person_index,
        name="某",
        application_year=year,
        ban_years=5,
        source="paper:1",
        reason="查实提供虚假业绩证明材料。",
    )
    outbox.drain(1000)
    with translation.override("en"):
        text = lines(application, bortala.applicant, "done")[-1].text
    assert words in text and not re.search(r"[\u4e00-\u9fff]", text)


def test_words_of_people_stay_as_they_were_typed(bortala) -> None:
    application = w.submitted(bortala)
    w.give_back(bortala.unit_admin, application, "毕业证书扫描件不清晰。")
    with translation.override("en"):
        assert (
            lines(application, bortala.applicant, "done")[-1].text
            == "1. Diploma and its online registration: 毕业证书扫描件不清晰。"
        )


def test_timeline_takes_the_same_number_of_queries_however_often_it_was_shown(bortala) -> None:
    def taken() -> int:
        with CaptureQueriesContext(connection) as captured:
            lines(application, bortala.applicant, "done")
        return len(captured)

    application = w.submitted(bortala)
    w.unit_pass(bortala, application)
    w.open_publicity(bortala, application)
    once = taken()
    for _again in range(3):
        w.give_back(bortala.unit_admin, application)
        w.submit(bortala.applicant, application)
        w.unit_pass(bortala, application)
        w.open_publicity(bortala, application)
    assert taken() == once


def test_who_acted_is_named_to_the_desks_and_to_nobody_else(bortala) -> None:
    """Name and office for the staff; the applicant and the public read the office alone."""
    application = w.submitted(bortala)
    w.unit_pass(bortala, application)
    w.open_publicity(bortala, application)
    admin = User.objects.get(pk=bortala.unit_admin.user_id)
    User.objects.filter(pk=admin.pk).update(name="经办甲乙丙")
    desk = client_of(bortala.unit_admin).get(reverse("desk_case", args=[application.pk])).content.decode()
    assert f"{bortala.unit.name}（经办甲乙丙）" in desk
    for visitor, name in ((client_of(bortala.applicant), "my_application"), (client_of(bortala.applicant), "publicity_notice")):
        what = application.pk if name == "my_application" else PublicityPeriod.objects.get().pk
        page = visitor.get(reverse(name, args=[what])).content.decode()
        assert bortala.unit.name in page and "经办甲乙丙" not in page


def test_desk_that_has_it_is_named_with_its_telephone_what_is_waited_for_and_how_long_it_usually_takes(bortala) -> None:
    application = w.submitted(bortala)
    counted = {
        (bortala.unit.pk, State.UNIT_REVIEW): Counter({0: 5, 2: 15, 4: 3}),
        (bortala.county.pk, State.COUNTY_REVIEW): Counter({1: 30}),
    }
    keep_durations(year=2023, counted=counted)
    (now,) = lines(application, bortala.applicant, "now")
    assert (now.who, now.phone, now.waits) == ("博乐市水利管理站", "0909-2312345", "等待单位审核上报的内容。")
    assert now.usual == "通常2个工作日办完，九成在4个工作日以内（本年度23份）"
    county = [entry for entry in lines(application, bortala.applicant, "next") if entry.who == bortala.county.name]
    assert [entry.usual for entry in county] == ["通常1个工作日办完，九成在1个工作日以内（本年度30份）"]
    page = client_of(bortala.applicant).get(reverse("my_application", args=[application.pk])).content.decode()
    assert "电话0909-2312345" in page and now.usual in page and now.waits in page


def test_higher_desk_waits_for_the_paper_until_it_is_recorded(bortala) -> None:
    application = w.submitted(bortala)
    w.publicise_and_report(bortala, application)
    with clock.travel(w.IN_WINDOW + w.UNTIL_REPORT):
        (now,) = lines(application, bortala.applicant, "now")
        assert now.waits == "等待纸质材料送到；登记收到后才能审核通过。"
        w.record_dossier(bortala.county_officer, application)
        (now,) = lines(application, bortala.applicant, "now")
        assert now.waits == "纸质材料已经收到，等待审核。"
        client = client_of(bortala.applicant)
        page = reverse("my_application", args=[application.pk])
        client.get(page)
        with asking() as asked:
            client.get(page)
        assert asked.count <= 12, "the budget of the page, wherever the application is"
