"""退回: everything at once, each reason at its place, and nothing typed is lost."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.urls import reverse

from tests.support import world as w
from zhicheng.applications.queries import snapshot_of
from zhicheng.applications.states import State
from zhicheng.foundation import clock
from zhicheng.review.rules import MOST_REASONS
from zhicheng.web.shared.desk.case import asked_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(world, signed_in):
    """A case at the unit's desk, the address of its return, and a browser of the unit's."""
    application = w.submitted(world)
    return application, reverse("desk_return", args=[application.pk]), signed_in(world.unit_admin)


def row(number: int, where: str = "", code: str = "", text: str = "") -> dict[str, str]:
    return {f"where-{number}": where, f"code-{number}": code, f"text-{number}": text}


def shown(response) -> list[tuple[str, str, str]]:
    """The rows of the form as they came back."""
    form = response.context["form"]
    return [tuple(str(r[k].value() or "") for k in ("where", "code", "text")) for r in form.row_fields()]


def test_reasons_go_to_their_places_in_order(case):
    application, address, client = case
    submission = application.current_submission
    education = snapshot_of(submission).sections["education"][0]["id"]
    sent = {"submission": submission.pk, "opinion": ""}
    sent |= row(1, f"education.{education}", "incorrect", "专业与毕业证书不一致，请核对。")
    sent |= row(2)  # left blank: falls away
    sent |= row(3, "summary", "missing", "总结没有写近两年的工作，请补充。")
    assert client.post(address, sent).status_code == 303
    application.refresh_from_db()
    assert application.state == State.RETURNED
    reasons = application.history.latest("id").reasons
    assert [r["where"] for r in reasons] == [f"education.{education}", "summary"]


def test_refusal_stands_beside_its_row_although_an_earlier_one_is_blank(case):
    application, address, client = case
    sent = {"submission": application.current_submission_id, "opinion": "请尽快"}
    sent |= row(1) | row(2, "summary", "", "总结没有写近两年的工作，请补充。") | row(3, "basic", "incorrect", "")
    response = client.post(address, sent)
    assert response.status_code == 422
    assert shown(response) == [("summary", "", "总结没有写近两年的工作，请补充。"), ("basic", "incorrect", "")]
    errors = response.context["form"].errors
    assert set(errors) == {"code-1", "text-2"}
    assert "请尽快" in response.content.decode()


def test_return_of_what_a_colleague_has_passed_meanwhile_asks_again_and_keeps_every_word(world, case):
    application, address, client = case
    seen = client.get(address).context["form"]["state"].value()
    w.unit_pass(world, application)
    sent = {"submission": application.current_submission_id, "opinion": "请尽快", "state": seen}
    sent |= row(1, "summary", "missing", "总结没有写近两年的工作，请补充。")
    answer = client.post(address, sent)
    assert answer.status_code == 422
    said = answer.content.decode()
    assert f"已由{world.unit_admin.name}于" in said and "现在是“待公示”，退回没有生效" in said
    assert shown(answer) == [("summary", "missing", "总结没有写近两年的工作，请补充。")]
    application.refresh_from_db()
    assert application.state == State.UNIT_PASSED
    again = answer.context["form"]["state"].value()
    assert client.post(address, sent | {"state": again}).status_code == 303
    application.refresh_from_db()
    assert application.state == State.RETURNED


def test_last_return_needs_a_tick_and_says_that_the_year_is_over(world, signed_in):
    application = w.submitted(world)
    w.to_bureau(world, application)
    with clock.travel(w.IN_WINDOW + w.UNTIL_REPORT):
        w.arrive(world, application, 3)
        client, address = signed_in(world.bureau), reverse("desk_return", args=[application.pk])
        shown_first = client.get(address).content.decode()
        assert "申报人本年度已提交评审委员会 3 次，退回后本年度不再受理" in shown_first
        sent = {"submission": application.current_submission_id, "opinion": "", "state": application.state}
        sent |= row(1, "summary", "missing", "总结没有写近两年的工作，请补充。")
        answer = client.post(address, sent)
        assert answer.status_code == 422
        assert "请勾选确认：退回后申报人本年度不再受理。" in answer.content.decode()
        done = client.post(address, sent | {"understood": "on"}, follow=True)
        assert "的申请书已退回，本年度不再受理" in done.content.decode()
    application.refresh_from_db()
    assert application.state == State.CLOSED_FOR_YEAR


def test_place_chosen_without_words_is_asked_for_and_not_passed_over(case):
    application, address, client = case
    sent = {"submission": application.current_submission_id}
    sent |= row(1, "summary", "missing", "总结没有写近两年的工作，请补充。") | row(2, "basic")
    response = client.post(address, sent)
    assert response.status_code == 422
    assert "text-2" in response.context["form"].errors


def test_raising_something_at_its_place_keeps_what_was_written(case):
    application, address, client = case
    sent = {"submission": application.current_submission_id, "opinion": "请尽快", "at": "summary"}
    response = client.post(address, sent | row(1, "basic", "incorrect", "出生日期"))
    assert response.status_code == 200
    assert shown(response) == [("basic", "incorrect", "出生日期"), ("summary", "", "")]
    assert "请尽快" in response.content.decode()
    application.refresh_from_db()
    assert application.state == State.UNIT_REVIEW


def test_row_is_dropped_and_the_others_move_up(case):
    application, address, client = case
    sent = {"submission": application.current_submission_id, "drop": "1"}
    response = client.post(address, sent | row(1, "basic", "incorrect", "出生日期") | row(2, "summary", "", "总结"))
    assert shown(response) == [("summary", "", "总结")]


def test_every_section_row_and_file_can_be_pointed_at(case):
    application, address, client = case
    page = client.get(address).content.decode()
    snapshot = snapshot_of(application.current_submission)
    for place in ("basic", "summary", f"achievements.{snapshot.sections['achievements'][0]['id']}"):
        assert f'name="at" value="{place}"' in page
    assert 'name="at" value="material:' in page
    assert 'name="at"' not in client.get(reverse("desk_case", args=[application.pk])).content.decode()


def file_places(response) -> dict[str, str]:
    """Every place among the files that the select of the first row offers."""
    chosen = dict(response.context["form"].fields["where-1"].choices)
    return dict(chosen["材料"])


def test_every_paper_of_a_box_can_be_named_and_each_once(world, signed_in):
    application = w.start(world)
    form = w.sections()
    second = form["achievements"][0] | {"name": "灌区量水设施更新"}
    w.fill(world.applicant, application, form | {"achievements": [*form["achievements"], second]})
    w.submit(world.applicant, application)
    application.refresh_from_db()
    client, address = signed_in(world.unit_admin), reverse("desk_return", args=[application.pk])
    response = client.get(address)
    places = file_places(response)
    snapshot = snapshot_of(application.current_submission)
    row = snapshot.sections["education"][0]["id"]
    assert places[f"material:education-{row}:diploma"] == "材料：《毕业证书》（1. 新疆农业大学）"
    assert places[f"material:education-{row}:e_registration"] == "材料：《教育部学历证书电子注册备案表》（1. 新疆农业大学）"
    assert {"材料：业绩成果材料（1. 博尔塔拉河灌区渠系改造）", "材料：业绩成果材料（2. 灌区量水设施更新）"} <= set(
        places.values()
    )
    assert len(set(places.values())) == len(places) == len(snapshot.materials)
    raised = client.post(address, {"submission": application.current_submission_id, "at": f"material:education-{row}:diploma"})
    assert "《毕业证书》" in str(dict(file_places(raised))[shown(raised)[0][0]])


def test_paper_that_was_asked_for_keeps_its_name_when_it_is_gone(world, signed_in):
    application = w.submitted(world)
    w.give_back(world.unit_admin, application, "备案表已过验证有效期，请重新下载。")
    change = application.history.latest("id")
    row = snapshot_of(application.current_submission).sections["education"][0]["id"]
    page = signed_in(world.unit_admin).get(reverse("desk_case", args=[application.pk]))
    case = page.context["case"]
    for where, place, anchor in (
        (
            f"material:education-{row}:e_registration",
            "材料：《教育部学历证书电子注册备案表》（1. 新疆农业大学）",
            "e_registration",
        ),
        (f"material:education-{row}:certification_report", "", ""),
        (f"material:education-{row}", "《毕业证书》（1. 新疆农业大学）、材料：《教育部学历证书电子注册备案表》", "diploma"),
    ):
        change.reasons[0]["where"] = where
        point = asked_about(case, change)
        assert place in point.place and bool(point.place) == bool(place)
        assert point.anchor.endswith(anchor) and bool(point.anchor) == bool(anchor)
    gone = f"material:education-{row}:certification_report"
    change.reasons[0]["where"] = gone
    point = asked_about(replace(case, file_names=case.file_names | {gone: "《学历认证报告》"}), change)
    assert (point.place, point.anchor) == ("材料：《学历认证报告》", "")


def asked_about(case, change):
    """The first point of the last return, had it been ``change``."""
    (group,) = asked_of(replace(case, asked=[replace(case.asked[0], change=change)]))
    return group["points"][0]


def many(count: int) -> dict[str, str]:
    """So many reasons, each different."""
    sent: dict[str, str] = {}
    for n in range(1, count + 1):
        sent |= row(n, "basic", "incorrect", f"第{n}处：出生日期与身份证不一致。")
    return sent


def test_all_reasons_are_told_at_once_however_many_a_return_may_list(case):
    application, address, client = case
    assert client.post(address, {"submission": application.current_submission_id} | many(MOST_REASONS)).status_code == 303
    application.refresh_from_db()
    assert len(application.history.latest("id").reasons) == MOST_REASONS == 100


@pytest.mark.parametrize("asking", [{"more": "1"}, {"at": "summary"}])
def test_full_list_takes_no_further_row_and_says_so(case, asking):
    application, address, client = case
    sent = {"submission": application.current_submission_id} | asking
    last_place = client.post(address, sent | many(MOST_REASONS - 1))
    assert len(shown(last_place)) == MOST_REASONS
    assert "已经写满" not in last_place.content.decode() and "再写一条" not in last_place.content.decode()
    response = client.post(address, sent | many(MOST_REASONS))
    assert shown(response) == [tuple(many(n)[f"{name}-{n}"] for name in ("where", "code", "text")) for n in range(1, 101)]
    assert "一次退回最多列出 100 条，已经写满。" in response.content.decode()
    assert "已经写满" not in client.post(address, sent | many(MOST_REASONS) | {"drop": "1"} | asking).content.decode()


def test_reasons_beyond_the_most_are_refused_and_all_of_them_stay(case):
    application, address, client = case
    response = client.post(address, {"submission": application.current_submission_id} | many(MOST_REASONS + 5))
    assert response.status_code == 422
    assert "一次退回最多列出100条" in response.content.decode()
    assert shown(response)[-1][2] == "第105处：出生日期与身份证不一致。"
    application.refresh_from_db()
    assert application.state == State.UNIT_REVIEW


def test_list_is_shown_again_as_it_is_in_another_language_and_nothing_is_decided(case):
    application, address, client = case
    sent = {"submission": application.current_submission_id, "opinion": "请尽快", "shown_again": "1"}
    sent |= (
        row(1, "basic", "incorrect", "姓名与身份证不一致，请核对。")
        | row(2, "summary", "missing", "总结没有写近两年的工作。")
        | row(3)
    )
    client.cookies["django_language"] = "en"
    response = client.post(address, sent)
    assert response.status_code == 200
    assert shown(response) == [
        ("basic", "incorrect", "姓名与身份证不一致，请核对。"),
        ("summary", "missing", "总结没有写近两年的工作。"),
        ("", "", ""),
    ]
    page = response.content.decode()
    assert "data-shown-again" in page and "再写一条" not in page
    application.refresh_from_db()
    assert application.state == State.UNIT_REVIEW


def test_form_with_one_reason_is_a_page_like_any_other(case):
    _application, address, client = case
    assert "data-shown-again" not in client.get(address).content.decode()


def test_return_is_not_ticked_off(case):
    application, address, client = case
    sent = {"submission": application.current_submission_id} | row(1, "summary", "missing", "总结没有写近两年的工作，请补充。")
    answer = client.post(address, sent, follow=True).content.decode()
    assert "callout-info" in answer and "callout-good" not in answer
    shown = client.get(reverse("desk_case", args=[application.pk])).content.decode()
    assert "timeline-mark-back" in shown
