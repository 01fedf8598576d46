"""The plan on the pages: the applicant's task list and progress, a desk's case and its return."""

from __future__ import annotations

from datetime import datetime

import pytest
from bs4 import BeautifulSoup
from django.urls import reverse

from tests.support import world as w
from tests.web.registering import client_of
from zhicheng.applications.casefile import CaseFile
from zhicheng.applications.models import Application
from zhicheng.foundation import clock
from zhicheng.web.shared.planning import plan_in_force, plan_shown

pytestmark = pytest.mark.django_db


def page(client, name: str, application: Application) -> BeautifulSoup:
    answer = client.get(reverse(name, args=[application.pk]))
    assert answer.status_code == 200
    return BeautifulSoup(answer.content, "html.parser")


def rows_of(soup: BeautifulSoup) -> list[list[str]]:
    """The cells of the plan's table, as they are read."""
    table = soup.find("details", class_="disclosure").find("table")
    return [
        [" ".join(cell.get_text(" ").split()) for cell in row.find_all(["th", "td"])]
        for row in table.find("tbody").find_all("tr")
    ]


def test_task_list_says_the_last_safe_day_of_every_step(world) -> None:
    application = w.start(world)
    soup = page(client_of(world.applicant), "application_tasks", application)
    rows = rows_of(soup)
    assert [row[0].split()[0] for row in rows] == [
        "上报",
        "单位审核",
        "公示第一天",
        "公示满5个工作日，单位上报",
        "县（市）人社局职称办审核",
        "州人力资源和社会保障局终审",
    ]
    assert [row[1] for row in rows] == ["2023-06-08", "2023-06-13", "2023-06-14", "2023-06-21", "2023-07-04", "2023-07-18"]
    assert rows[0][3] == "2023-06-16 18:00"
    assert {row[3] for row in rows[1:]} == {"未规定"}
    assert "纸质材料最迟 2023-06-21 送到" in rows[4][0]
    words = soup.get_text()
    assert "如果在2023-07-18（含当日）以前被退回，按3个工作日修改，还来得及在2023-07-21 18:00（北京时间）前重新上报" in words
    assert "单位3个工作日、县（市）5个工作日、州10个工作日" in words
    assert "通知没有规定这些用时，是假定的。" in words
    assert "偏晚" not in words
    assert words.count("“上报”最好不晚于2023-06-08。") == 2  # above the list of tasks, and with the plan


def test_who_begins_late_is_told_which_steps_are_late(world) -> None:
    application = w.start(world)
    with clock.travel(datetime(2023, 6, 15, 9, tzinfo=clock.BEIJING)):
        rows = rows_of(page(client_of(world.applicant), "application_tasks", application))
        words = page(client_of(world.applicant), "application_tasks", application).get_text()
    assert all("偏晚" in row[2] for row in rows)
    assert "照现在的进度，“州人力资源和社会保障局终审”估计在2023-07-" in words
    assert "晚于最迟稳妥日2023-07-18：以后如果被退回，可能来不及修改后重新上报。" in words


def test_unit_reads_the_plan_beside_the_case_and_what_a_return_leaves(world) -> None:
    application = w.submitted(world)
    client = client_of(world.unit_admin)
    case = page(client, "desk_case", application)
    history = case.find(id="case-history").get_text()
    assert "通知未规定期限；最迟稳妥日2023-06-13" in history
    assert "如果在2023-07-18（含当日）以前被退回" in history
    assert "纸质材料最迟 2023-06-21 送到" in " ".join(history.split())
    with clock.travel(datetime(2023, 7, 10, 9, tzinfo=clock.BEIJING)):
        late = page(client, "desk_case", application).find(id="case-history").get_text()
    assert "按估计偏晚" in late and "偏晚" in late
    words = page(client, "desk_return", application).get_text()
    assert "还来得及在2023-07-21 18:00（北京时间）前重新上报" in words


def test_return_that_leaves_too_little_time_says_so_before_it_is_sent(world) -> None:
    application = w.submitted(world)
    with clock.travel(datetime(2023, 7, 20, 9, tzinfo=clock.BEIJING)):
        words = page(client_of(world.unit_admin), "desk_return", application).get_text()
    assert "现在起如果再被退回，按3个工作日修改，在规定的期限内来不及重新上报" in words


def test_returned_application_shows_the_plan_again(world) -> None:
    application = w.submitted(world)
    w.give_back(world.unit_admin, application)
    rows = rows_of(page(client_of(world.applicant), "application_tasks", application))
    assert rows[0][0].startswith("修改后重新上报")
    assert rows[0][3] == "2023-07-21 18:00"


def test_accepted_application_has_no_plan(world) -> None:
    application = w.submitted(world)
    w.to_bureau(world, application)
    soup = page(client_of(world.applicant), "my_application", application)
    assert len(rows_of(soup)) == 1
    w.pass_on(world.bureau, application)
    assert "最迟稳妥日" not in page(client_of(world.applicant), "my_application", application).get_text()


def test_what_need_not_be_shown_again_is_reported_at_once(world) -> None:
    application = w.submitted(world)
    w.publicise_and_report(world, application)
    w.give_back(world.county_officer, application)
    w.submit(world.applicant, application)
    w.unit_pass(world, application)
    case = CaseFile(Application.objects.get(pk=application.pk))
    shown = plan_shown(case, plan_in_force(case))
    assert shown is not None
    assert next(row.what for row in shown.rows) == "单位上报"


def test_year_without_published_holidays_makes_no_plan(world) -> None:
    application = w.start(world)
    case = CaseFile(Application.objects.get(pk=application.pk))
    with clock.travel(datetime(2023, 6, 1, 9, tzinfo=clock.BEIJING)):
        window = case.window
        case.__dict__["window"] = type(window)(
            window.phase, window.apply_from, window.apply_until, datetime(2099, 7, 1, tzinfo=clock.BEIJING)
        )
        assert plan_in_force(case) is None
        assert plan_shown(case, None) is None


def test_last_arrival_is_promised_no_correction_on_any_page(world) -> None:
    application = w.submitted(world)
    w.to_bureau(world, application)
    with clock.travel(w.IN_WINDOW + w.UNTIL_REPORT):
        w.arrive(world, application, 3)
    pages = [(world.applicant, "my_application"), (world.unit_admin, "desk_case"), (world.bureau, "desk_case")]
    for actor, name in pages:
        words = page(client_of(actor), name, application).get_text()
        assert "这是本年度最后一次提交评审委员会，如果再被退回，本年度不再受理。" in words, name
        assert "还来得及" not in words, name


def test_before_the_last_arrival_both_are_said(world) -> None:
    application = w.submitted(world)
    w.to_bureau(world, application)
    with clock.travel(w.IN_WINDOW + w.UNTIL_REPORT):
        w.arrive(world, application, 2)
    w.give_back(world.bureau, application)
    words = page(client_of(world.applicant), "application_tasks", application).get_text()
    assert "还来得及" in words and "下一次到达州是本年度最后一次，在那里被退回的，本年度不再受理。" in words
