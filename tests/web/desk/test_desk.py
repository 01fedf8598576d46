"""The desk over HTTP: queue, case, decisions, dossier, files; and what a neighbour gets."""

from __future__ import annotations

from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from tests.support import world as w
from tests.support.told_once import told_once
from zhicheng.accounts.models import User
from zhicheng.applications.models import Application
from zhicheng.applications.queries import snapshot_of
from zhicheng.applications.states import State
from zhicheng.foundation import clock
from zhicheng.foundation.models import AccessRefusal
from zhicheng.organizations.actors import Actor
from zhicheng.publicity.models import PublicityPeriod

pytestmark = pytest.mark.django_db


def client_of(actor: Actor) -> Client:
    client = Client()
    client.force_login(User.objects.get(pk=actor.user_id), backend="zhicheng.accounts.backends.AuthenticationBackend")
    return client


def at_county(world: w.World) -> Application:
    application = w.submitted(world)
    w.publicise_and_report(world, application)
    return application


@told_once
def application(world: w.World) -> Application:
    return w.submitted(world)


@told_once
def arrived(world: w.World) -> Application:
    return at_county(world)


def test_queue_shows_what_waits_for_this_desk_only(world, application):
    page = client_of(world.unit_admin).get(reverse("desk_queue")).content.decode()
    assert application.number in page
    assert application.number not in client_of(world.other_admin).get(reverse("desk_queue")).content.decode()
    assert application.number not in client_of(world.county_officer).get(reverse("desk_queue")).content.decode()


def test_case_shows_the_frozen_form_with_its_evidence(world, application):
    client = client_of(world.unit_admin)
    page = client.get(reverse("desk_case", args=[application.pk])).content.decode()
    assert "博尔塔拉河灌区渠系改造" in page
    assert "毕业证书" in page
    submission = application.current_submission
    assert submission is not None
    file_id = snapshot_of(submission).materials[0].file_id
    sent = client.get(reverse("desk_file", args=[application.pk, file_id]))
    assert (sent.status_code, sent["Content-Type"]) == (200, "application/pdf")
    assert b"".join(sent.streaming_content).startswith(b"%PDF")
    assert client.get(reverse("desk_preview", args=[application.pk, file_id, 1])).status_code == 200


def test_case_of_another_county_is_404_and_recorded(world, arrived):
    application = arrived
    response = client_of(world.other_officer).get(reverse("desk_case", args=[application.pk]))
    assert response.status_code == 404
    assert AccessRefusal.objects.filter(path=f"/desk/applications/{application.pk}/").exists()


def test_file_that_no_submission_lists_is_404(world, application):
    stray = w.evidence(world.applicant.user_id or 0, "stray")
    assert client_of(world.unit_admin).get(reverse("desk_file", args=[application.pk, stray.pk])).status_code == 404


def test_unit_passes_and_the_review_form_can_be_opened(world, application):
    client = client_of(world.unit_admin)
    address = reverse("desk_pass", args=[application.pk])
    assert client.get(address).status_code == 200
    response = client.post(address, {"submission": application.current_submission_id, "opinion": ""}, follow=True)
    application.refresh_from_db()
    assert application.state == State.UNIT_PASSED
    paper = response.context["case"].papers[0]
    pdf = client.get(reverse("desk_paper", args=[paper.serial]))
    assert pdf.content.startswith(b"%PDF")
    assert client_of(world.other_admin).get(reverse("desk_paper", args=[paper.serial])).status_code == 404


def test_return_without_reasons_keeps_what_was_typed(world, application):
    client = client_of(world.unit_admin)
    address = reverse("desk_return", args=[application.pk])
    response = client.post(
        address, {"submission": application.current_submission_id, "text-1": "毕业证书看不清", "code-1": "", "opinion": "请尽快"}
    )
    assert response.status_code == 422
    page = response.content.decode()
    assert "毕业证书看不清" in page
    assert "请尽快" in page
    more = client.post(
        address, {"submission": application.current_submission_id, "text-1": "毕业证书看不清", "rows": "1", "more": "1"}
    )
    assert "text-2" in more.content.decode()
    done = client.post(
        address,
        {"submission": application.current_submission_id, "code-1": "illegible", "text-1": "毕业证书看不清，请重新扫描。"},
    )
    assert done.status_code == 303
    application.refresh_from_db()
    assert application.state == State.RETURNED


@pytest.mark.parametrize("number", ["²", "٣", "9" * 30, "9" * 5000, "-1", "1.0"])
def test_number_that_is_none_finds_nothing_and_breaks_nothing(world, application, number):
    client = client_of(world.unit_admin)
    assert client.get(reverse("desk_case", args=[application.pk]), {"file": number}).status_code == 200
    page = client.post(reverse("desk_return", args=[application.pk]), {"text-1": "毕业证书看不清", "drop": number})
    assert page.status_code == 200 and "毕业证书看不清" in page.content.decode()
    assert client.post(reverse("unit_report", args=[application.pk]), {"submission": number}).status_code == 303
    application.refresh_from_db()
    assert application.state == State.UNIT_REVIEW


def test_second_officer_learns_that_it_is_decided(world, application):
    w.give_back(world.unit_admin, application)
    response = client_of(world.unit_admin).post(
        reverse("desk_pass", args=[application.pk]), {"submission": application.current_submission_id}
    )
    assert response.status_code == 422
    assert "已退回申报人" in response.content.decode()


def test_dossier_tells_whether_the_print_is_current_and_blocks_until_in_order(world, arrived):
    application = arrived
    client = client_of(world.county_officer)
    blocked = client.post(reverse("desk_pass", args=[application.pk]), {"submission": application.current_submission_id})
    assert "还没有登记纸质材料" in blocked.content.decode()
    facts = {
        "submission": application.current_submission_id,
        "received_on": clock.today().isoformat(),
        "copies": "1",
        "printed_mark": "PS2023-999999",
        "record": "1",
    }
    shown = client.post(reverse("desk_dossier", args=[application.pk]), facts, follow=True).content.decode()
    assert "不是本申请书的打印件" in shown
    listed = client.get(reverse("desk_pass", args=[application.pk])).content.decode()
    assert "没有签字" in listed
    assert "应为2份" in listed


def test_dossier_is_listed_with_its_submission_and_green_only_while_its_form_holds(world, arrived):
    application = arrived
    client, address = client_of(world.county_officer), reverse("desk_case", args=[application.pk])

    def listed() -> list[str]:
        page = BeautifulSoup(client.get(address).content.decode(), "html.parser")
        return [" ".join(p.get_text().split()) for p in page.select(".dossier > p:first-child")]

    with clock.travel(clock.now() + timedelta(days=11)):
        w.record_dossier(world.county_officer, application)
        assert "第 1 次上报" in listed()[0] and "与当前版本一致" in listed()[0]
        w.give_back(world.county_officer, application)
        assert "第 1 次上报 · 评审表已作废" in listed()[0]
        w.submit(world.applicant, application)
        w.unit_pass(world, application)
        w.report(world, application)
        w.record_dossier(world.county_officer, application)
        newer, older = listed()
    assert "第 2 次上报 · 与当前版本一致" in newer
    assert "第 1 次上报 · 较早一次上报的材料" in older and "与当前版本一致" not in older


def test_publicity_early_end_is_refused_with_the_legal_date(world, application):
    w.unit_pass(world, application)
    client = client_of(world.unit_admin)
    address = reverse("unit_publicity_open", args=[application.pk])
    assert client.get(address).status_code == 200
    form = {
        "submission": application.current_submission_id,
        "starts_on": "2023-05-22",
        "ends_on": "2023-05-25",
        "political_conduct": "遵纪守法",
        "results": "节水",
        "contribution": "质量控制",
        "office": "综合",
        "phone": "0909-2312345",
    }
    refused = client.post(address, form)
    assert refused.status_code == 422
    assert "2023-05-26" in refused.content.decode()
    opened = client.post(address, form | {"ends_on": "2023-05-26"}, follow=True)
    assert opened.status_code == 200
    listed = client.get(reverse("publicity_list"))
    assert "古丽娜尔·买买提" in listed.content.decode()
    assert "古丽娜尔·买买提" not in Client().get(reverse("publicity_list")).content.decode()
    number = User.objects.get(pk=world.applicant.user_id).id_number
    notice = client.get(reverse("publicity_notice", args=[application.publicity_periods.get().pk]))
    assert number not in notice.content.decode()
    assert notice["X-Robots-Tag"]


def test_prefecture_fraud_bars_and_annulment_lifts(world, arrived):
    application = arrived
    w.pass_on(world.county_officer, application)
    client = client_of(world.bureau)
    page = client.get(reverse("desk_case", args=[application.pk])).content.decode()
    assert "登记弄虚作假" in page
    response = client.post(
        reverse("office_fraud", args=[application.pk]), {"reason": "毕业证书经学校核实系伪造，本人承认。"}, follow=True
    )
    assert "2024—2028" in response.content.decode()
    found = client.post(reverse("office_person"), {"id_number": User.objects.get(pk=world.applicant.user_id).id_number})
    assert "不得申报" in found.content.decode()


def test_fields_a_decision_needs_are_not_called_optional(world, application):
    client = client_of(world.unit_admin)
    page = BeautifulSoup(client.get(reverse("desk_return", args=[application.pk])).content, "html.parser")
    named = {label.get_text(strip=True) for label in page.select(".field-label")}
    assert "问题和修改要求" in named and "总体说明（选填）" in named
    w.unit_pass(world, application)
    opening = client.get(reverse("unit_publicity_open", args=[application.pk])).content
    assert not BeautifulSoup(opening, "html.parser").select(".optional")


def test_what_stands_against_passing_is_told_before_anybody_decides(world, arrived):
    application = arrived
    client = client_of(world.county_officer)
    case = client.get(reverse("desk_case", args=[application.pk])).content.decode()
    assert "还没有登记纸质材料" in case
    page = client.get(reverse("desk_pass", args=[application.pk]))
    assert page.status_code == 200
    assert "data-error-summary" not in page.content.decode()
    assert "确认审核通过" not in page.content.decode()
    sent = {"submission": application.current_submission_id, "opinion": "材料齐全，同意。"}
    refused = client.post(reverse("desk_pass", args=[application.pk]), sent).content.decode()
    assert "材料齐全，同意。" in refused


def test_refused_paper_of_a_publicity_is_told_beside_its_upload(world, application):
    w.unit_pass(world, application)
    w.open_publicity(world, application)
    client = client_of(world.unit_admin)
    lie = SimpleUploadedFile("公示.pdf", b"not a pdf at all")
    response = client.post(reverse("unit_publicity_paper", args=[application.pk, "notice_file"]), {"file": lie})
    assert response.status_code == 422
    box = BeautifulSoup(response.content.decode(), "html.parser").select_one("#at-notice_file")
    assert box is not None
    assert box.select_one(".field-wrong") is not None
    assert box.select_one("[data-upload-error-text]").get_text()


def test_end_of_a_publicity_that_may_move_is_called_provisional(world, application):
    w.unit_pass(world, application)
    period = w.open_publicity(world, application)
    client = client_of(world.unit_admin)
    addresses = [reverse("desk_case", args=[application.pk]), reverse("unit_publicity", args=[application.pk])]
    assert all("暂定" not in client.get(a).content.decode() for a in addresses)
    PublicityPeriod.objects.filter(pk=period.pk).update(provisional=True)
    assert all("暂定" in client.get(a).content.decode() for a in addresses)


@pytest.mark.parametrize("name", ["unit_publicity", "desk_case"])
def test_pages_about_a_case_belong_to_the_desk_in_the_header(world, application, name):
    w.unit_pass(world, application)
    w.open_publicity(world, application)
    page = client_of(world.unit_admin).get(reverse(name, args=[application.pk])).content.decode()
    current = BeautifulSoup(page, "html.parser").select(".role-nav [aria-current=page]")
    assert [a.get_text() for a in current] == ["工作台"]


MOVED = {
    "desk_pass": "不能再办理“审核通过”",
    "desk_return": "不能再办理“退回”",
    "desk_dossier": "不能再办理“登记纸质材料”",
}


@pytest.mark.parametrize("name", MOVED)
def test_case_that_went_on_shows_where_it_is_and_no_form(world, arrived, name):
    application = arrived
    w.pass_on(world.county_officer, application)
    client = client_of(world.county_officer)
    response = client.get(reverse(name, args=[application.pk]), follow=True)
    page = response.content.decode()
    assert response.redirect_chain[0][0] == reverse("desk_case", args=[application.pk])
    assert MOVED[name] in page and "“待终审”" in page and "现在由博州人力资源和社会保障局办理。" in page
    assert "确认" not in page and 'name="submission"' not in page
    assert client_of(world.bureau).get(reverse(name, args=[application.pk])).status_code == 200


def test_refused_pass_of_a_case_that_went_on_promises_nothing_and_keeps_the_words(world, arrived):
    application = arrived
    w.pass_on(world.county_officer, application)
    sent = {"submission": application.current_submission_id, "opinion": "材料齐全，同意。"}
    response = client_of(world.county_officer).post(reverse("desk_pass", args=[application.pk]), sent)
    assert response.status_code == 422
    page = response.content.decode()
    assert "材料齐全，同意。" in page
    assert "这将计为" not in page and "确认审核通过" not in page


def test_supervising_body_reads_what_its_pass_makes_and_where_the_case_goes():
    with clock.travel(w.IN_WINDOW):
        world = w.make_world(with_supervising=True)
        application = at_county(world)
        w.record_dossier(world.supervisor, application)
        client = client_of(world.supervisor)
        page = client.get(reverse("desk_pass", args=[application.pk])).content.decode()
    assert "《主管单位推荐意见》" in page
    assert "申请书报送博乐市人社局职称办审核。" in page


def test_nothing_is_counted_before_anything_arrived(world, application):
    page = client_of(world.unit_admin).get(reverse("desk_case", args=[application.pk])).content.decode()
    assert "尚未提交评审委员会（最多 3 次）" in page
    assert "0 / 3" not in page


def test_rows_of_a_year_stand_close_together_on_the_desk(world, application):
    page = client_of(world.unit_admin).get(reverse("desk_case", args=[application.pk]))
    close = BeautifulSoup(page.content, "html.parser").select(".case-part.by-year .section-title")
    assert [title.get_text(strip=True)[:4] for title in close] == ["继续教育", "年度考核"]
