"""撤回审核通过 over HTTP: who finds the way to it, what it says, and that opening a case ends it."""

from __future__ import annotations

from datetime import datetime

import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse

from tests.support import world as w
from tests.support.told_once import told_once
from zhicheng.applications.casefile import CaseFile
from zhicheng.applications.models import Application
from zhicheng.applications.states import State
from zhicheng.campaigns.data import BORTALA_2023
from zhicheng.documents.queries import papers_of
from zhicheng.foundation import clock, looks
from zhicheng.foundation.models import AccessLook
from zhicheng.publicity.queries import uploads_of
from zhicheng.review import actions
from zhicheng.review.models import Decision
from zhicheng.review.opening import begun_since

pytestmark = pytest.mark.django_db
LATER = w.IN_WINDOW + w.UNTIL_REPORT
REASON = "点错了申请书，应先核实毕业证书。"


@told_once(at=LATER)
def road() -> tuple[w.World, Application]:
    """Passed by the county, not opened by the bureau."""
    with clock.travel(w.IN_WINDOW):
        world = w.make_world()
        application = w.submitted(world)
        w.to_bureau(world, application)
    return world, application


def address(application: Application, name: str = "desk_take_back") -> str:
    return reverse(name, args=[application.pk])


def told(answer) -> str:
    return " ".join(answer.content.decode().split())


def test_county_is_led_to_it_reads_what_it_undoes_and_takes_its_pass_back(road, signed_in):
    world, application = road
    client = signed_in(world.county_officer)
    page = told(client.get(address(application, "desk_case")))
    assert "博州人力资源和社会保障局打开申请书或者登记纸质材料以前可以撤回" in page and address(application) in page
    page = client.get(address(application))
    assert "申请书回到“待县（市）审核”" in told(page) and "这次提交评审委员会不再计次。" in told(page)
    change = page.context["form"].initial["change"]
    answer = client.post(address(application), {"change": change, "reason": "太短"})
    assert answer.status_code == 422 and "不少于10个字" in told(answer) and "太短" in told(answer)
    answer = client.post(address(application), {"change": change, "reason": REASON}, follow=True)
    assert "的申请书：审核通过已撤回，现在由本部门重新审核。" in told(answer)
    assert Application.objects.get().state == State.COUNTY_REVIEW
    history = told(answer)
    assert "县（市）审核通过（已撤回）" in history and "县（市）撤回审核通过" in history and REASON in history
    mine = told(signed_in(world.applicant).get(reverse("my_application", args=[application.pk])))
    assert "县（市）撤回审核通过" in mine and REASON in mine and "陈县" not in mine


def test_case_opened_at_the_bureau_is_noted_once_for_each_officer_and_ends_it(road, signed_in):
    world, application = road
    for _again in range(2):
        assert signed_in(world.bureau).get(address(application, "desk_case")).status_code == 200
    signed_in(world.county_officer).get(address(application, "desk_case"))
    (look,) = AccessLook.objects.filter(what=looks.CASE)
    assert (look.actor, look.thing) == (world.bureau.ref, f"move:{application.history.latest('id').pk}")
    page = told(signed_in(world.county_officer).get(address(application, "desk_case")))
    assert "打开这份申请书，不能再撤回" in page and address(application) not in page
    page = told(signed_in(world.county_officer).get(address(application)))
    assert "现在不能撤回" in page and "确认撤回" not in page


@pytest.mark.parametrize("name", ["desk_pass", "desk_return", "desk_dossier"])
def test_every_page_that_shows_the_case_counts_as_opening_it(road, signed_in, name):
    world, application = road
    assert signed_in(world.bureau).get(address(application, name)).status_code == 200
    assert AccessLook.objects.filter(what=looks.CASE).count() == 1


def test_every_paper_and_file_of_the_case_counts_as_having_begun(road, signed_in):
    world, application = road
    client = signed_in(world.bureau)
    papers = papers_of(f"application:{application.pk}")
    addresses = [reverse("desk_paper", args=[paper.serial]) for paper in papers]
    files = [*(m.file_id for m in CaseFile(application).materials[:1]), uploads_of(application.publicity_periods.get())[0][1].pk]
    addresses += [reverse("desk_file", args=[application.pk, file]) for file in files]
    assert {paper.kind for paper in papers} >= {"review_form", "publicity_notice"}
    for one in addresses:
        with transaction.atomic():
            assert not begun(application)
            answer = client.get(one)
            b"".join(answer.streaming_content) if answer.streaming else None
            assert answer.status_code == 200 and begun(application), one
            transaction.set_rollback(True)


def begun(application: Application) -> bool:
    return begun_since(CaseFile(application), application.history.latest("id")) is not None


def test_case_is_shown_where_its_opening_cannot_be_written_down(road, signed_in, monkeypatch, caplog):
    world, application = road

    def full(**_given):
        raise DatabaseError("database or disk is full")

    monkeypatch.setattr(actions, "note_opening", full)
    assert signed_in(world.bureau).get(address(application, "desk_case")).status_code == 200
    assert "could not be written down" in caplog.text


def test_bureau_finds_a_case_that_was_taken_back_at_the_county(road, signed_in):
    world, application = road
    last = application.history.latest("id").pk
    actions.take_back_pass(actor=world.county_officer, application_id=application.pk, change_id=last, reason=REASON)
    page = told(signed_in(world.bureau).get(address(application, "desk_case")))
    assert "不在本部门办理" in page and not AccessLook.objects.exists()
    listed = told(signed_in(world.bureau).get(reverse("desk_queue") + "?show=other"))
    assert application.number in listed or application.applicant_name in listed


def test_final_pass_tells_before_and_after_until_when_it_can_be_taken_back(road, signed_in):
    world, application = road
    w.record_dossier(world.bureau, application)
    client = signed_in(world.bureau)
    assert "后续环节开始办理以前可以撤回" in told(client.get(address(application, "desk_pass")))
    application.refresh_from_db()
    client.post(address(application, "desk_pass"), {"submission": application.current_submission_id, "opinion": ""})
    assert address(application) in told(client.get(address(application, "desk_case")))
    change = Decision.objects.latest("pk").change_id
    client.post(address(application), {"change": change, "reason": REASON})
    assert Application.objects.get().state == State.PREFECTURE_REVIEW


def test_page_of_a_pass_that_is_not_the_last_leads_back_to_the_case(road, signed_in):
    world, application = road
    answer = signed_in(world.unit_admin).get(address(application), follow=True)
    assert "不能再办理“单位撤回审核通过”" in told(answer)
    assert signed_in(world.other_officer).get(address(application)).status_code == 404


def test_unit_reads_on_the_page_of_the_pass_and_of_the_case_that_it_can_come_back(world, signed_in):
    application = w.submitted(world)
    client = signed_in(world.unit_admin)
    assert "开始公示以前可以撤回" in told(client.get(address(application, "desk_pass")))
    w.unit_pass(world, application)
    assert address(application) in told(client.get(address(application, "desk_case")))
    assert "请手工填写下面这句话" in told(client.get(address(application, "desk_case")))
    page = told(client.get(address(application)))
    assert ("申请书回到“待单位审核”" in page and "评审表》”作废" in page) or "评审表”作废" in page


@pytest.mark.parametrize("how", ["taken back", "returned and sent again"])
def test_unit_is_not_told_to_print_a_form_that_is_void(world, signed_in, how):
    application = w.submitted(world)
    w.unit_pass(world, application)
    if how == "taken back":
        last = application.history.latest("id").pk
        actions.take_back_pass(actor=world.unit_admin, application_id=application.pk, change_id=last, reason=REASON)
    else:
        w.give_back(world.unit_admin, application)
        w.submit(world.applicant, application)
    page = told(signed_in(world.unit_admin).get(address(application, "desk_case")))
    assert "已作废的文书" in page and "手工填写" not in page and "正反面打印" not in page


def test_pass_after_the_desks_last_moment_is_not_taken_back_unwarned(signed_in):
    end = "    correct_until: 2023-07-21 18:00 #"
    text = BORTALA_2023.read_text("utf-8").replace(end, "    desk_until: {county: 2023-06-30 18:00}\n" + end)
    with clock.travel(w.IN_WINDOW):
        world = w.make_world(campaign_text=text)
        application = w.submitted(world)
        w.to_bureau(world, application)
    for at, said in ((LATER, False), (datetime(2023, 7, 22, 9, tzinfo=clock.BEIJING), True)):
        with clock.travel(at):
            page = told(signed_in(world.county_officer).get(address(application)))
            assert ("撤回后不能再审核通过，只能退回申报人。" in page) is said
