"""再次核对 after a return: every point with what changed, an answer where nothing did; warned files are looked at one by one."""

from __future__ import annotations

from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from django.urls import reverse

from tests.support import world as w
from tests.support.told_once import told_once
from tests.web.applicant.kit import client_of, page
from zhicheng.applications.actions import add_material, save_section
from zhicheng.applications.casefile import CaseFile
from zhicheng.applications.models import Application
from zhicheng.applications.queries import draft_of
from zhicheng.evidence.queries import what_is_said
from zhicheng.foundation import clock
from zhicheng.rehearsal import acts
from zhicheng.review.rules import ReturnReason

pytestmark = pytest.mark.django_db
WHY = "经核对，考核结果与登记表一致。"


@told_once
def returned(world):
    """Returned with two points, of which one is mended."""
    application = w.submitted(world)
    reasons = [
        ReturnReason("summary", "incorrect", "总结没有写明本人承担的工作。"),
        ReturnReason("appraisals", "incorrect", "考核结果请核对。"),
    ]
    acts.give_back(world.unit_admin, application, reasons)
    draft = draft_of(application)
    text = draft.contents["summary"]["text"] + "本人负责施工图会审。"
    actor, version = world.applicant, draft.versions["summary"]
    save_section(actor=actor, application_id=application.pk, key="summary", typed={"text": text}, base_version=version)
    return application


@pytest.fixture
def client(world):
    return client_of(world.applicant)


def check(application) -> str:
    return reverse("application_check", args=[application.pk])


def key(application, number: int = 2) -> str:
    return f"point-{application.history.latest('id').pk}-{number}"


def text_of(answer) -> str:
    return "".join(BeautifulSoup(answer.content, "html.parser").get_text().split())


def points_shown(answer) -> list[str]:
    shown = BeautifulSoup(answer.content, "html.parser").select(".points > li")
    return ["".join(li.get_text().split()) for li in shown]


def test_every_point_stands_there_with_what_changed_or_that_nothing_did(returned, client):
    mended, untouched = points_shown(client.get(check(returned)))
    assert "专业技术工作总结" in mended and "总结没有写明本人承担的工作" in mended
    assert "已改动" in mended and "本人负责施工图会审" in mended and "原来的内容" in mended and "（选填）" in mended
    assert "年度考核" in untouched and "没有改动" in untouched and "请写明理由" in untouched and "（选填）" not in untouched


def test_progress_counts_the_points_that_were_dealt_with(returned, client, world):
    assert "已处理1条，共2条" in text_of(client.get(check(returned)))
    assert "已处理1条，共2条" in text_of(client.get(reverse("application_tasks", args=[returned.pk])))
    client.post(check(returned), {key(returned): WHY, "base_version": "0", "save_answers": "1"})
    assert "已处理2条，共2条" in text_of(client.get(check(returned)))


def test_what_changed_beside_the_points_is_told_and_the_rest_is_folded(returned, client, world):
    soup = BeautifulSoup(client.get(check(returned)).content, "html.parser")
    assert soup.select_one("#besides") is None
    folded = {part["id"] for part in soup.select(".check-part:has(> details)")}
    assert all(part.select_one("details .sheet, details table") for part in soup.select(".check-part:has(> details)")), (
        "nothing empty is folded"
    )
    assert "at-education" in folded and not {"at-summary", "at-appraisals"} & folded, "changed, or a point is about it"
    draft = draft_of(returned)
    rows = [{**row, "school": "石河子大学"} for row in draft.contents["education"]]
    version = draft.versions["education"]
    save_section(actor=world.applicant, application_id=returned.pk, key="education", typed=rows, base_version=version)
    soup = BeautifulSoup(client.get(check(returned)).content, "html.parser")
    told = soup.select_one("#besides")
    assert "学历学位" in told.text and "石河子大学" in told.text and "工作总结" not in told.text
    assert "at-education" not in {part["id"] for part in soup.select(".check-part:has(> details)")}


def test_section_that_lacks_something_is_never_folded(returned, client, world):
    draft = draft_of(returned)
    typed = {**draft.contents["current_title"], "acquired_on": "2014-01-10"}
    version = draft.versions["current_title"]
    save_section(actor=world.applicant, application_id=returned.pk, key="current_title", typed=typed, base_version=version)
    soup = BeautifulSoup(client.get(check(returned)).content, "html.parser")
    lacking = {part["id"] for part in soup.select(".check-part:has(.sheet-missing)") if part.get("id")}
    assert lacking and not lacking & {part["id"] for part in soup.select(".check-part:has(> details)")}


@pytest.mark.parametrize(("where", "unfolded"), [("", None), ("material:title_certificate", "at-current_title")])
def test_what_a_return_is_about_is_never_folded(world, client, where, unfolded):
    application = w.submitted(world)
    acts.give_back(world.unit_admin, application, [ReturnReason(where, "incorrect", "请重新核对这里的内容。")])
    soup = BeautifulSoup(client.get(check(application)).content, "html.parser")
    folded = {part["id"] for part in soup.select(".check-part:has(> details)")}
    assert folded == set() if unfolded is None else (folded and unfolded not in folded)


def test_first_submission_folds_nothing(world, client):
    application = w.start(world)
    w.fill(world.applicant, application)
    soup = BeautifulSoup(client.get(check(application)).content, "html.parser")
    assert not soup.select(".check-part > details") and soup.select_one("#besides") is None


def test_first_submission_has_no_points(world, client):
    application = w.start(world)
    w.fill(world.applicant, application)
    answer = client.get(check(application))
    assert answer.context["points"] is None and "退回意见逐条核对" not in page(answer)


def test_confirming_waits_for_the_answer_and_keeps_what_was_typed(returned, client):
    answer = client.post(check(returned), {key(returned): "", "base_version": "0"})
    assert answer.status_code == 422 and "退回意见第2条" in page(answer)
    answer = client.post(check(returned), {key(returned): "长" * 301, "base_version": "0"})
    assert answer.status_code == 422 and "长" * 301 in page(answer) and "最多300个字" in page(answer)
    answer = client.post(check(returned), {key(returned): WHY, "base_version": "0"} | w.check_read(returned))
    assert answer.url == reverse("application_submit", args=[returned.pk])
    assert Application.objects.get().checked_at is not None


def test_answer_alone_can_be_kept_for_later(returned, client):
    answer = client.post(check(returned), {key(returned): WHY, "base_version": "0", "save_answers": "1"}, follow=True)
    assert "说明已保存" in page(answer) and WHY in page(answer)
    assert Application.objects.get().checked_at is None


def test_answer_is_kept_although_something_else_is_missing(world, returned, client):
    version = draft_of(returned).versions["basic"]
    typed = w.sections()["basic"] | {"mobile": "12"}
    save_section(actor=world.applicant, application_id=returned.pk, key="basic", typed=typed, base_version=version)
    answer = client.post(check(returned), {key(returned): WHY, "base_version": "0"} | w.check_read(returned))
    assert answer.status_code == 422 and WHY in page(answer) and "手机号码" in page(answer)
    assert CaseFile(Application.objects.select_related("applicant", "employer", "campaign_version").get()).points[1].answer == WHY


def test_another_window_was_faster_and_nothing_typed_is_lost(returned, client):
    client.post(check(returned), {key(returned): WHY, "base_version": "0", "save_answers": "1"})
    answer = client.post(check(returned), {key(returned): "另一个窗口写的。", "base_version": "0"})
    assert answer.status_code == 422 and "另一个窗口写的。" in page(answer) and "另一个窗口里已保存" in page(answer)


def test_tasks_say_what_was_done_about_each_point(returned, client):
    address = reverse("application_tasks", args=[returned.pk])
    assert page(client.get(address)).count("已改动") == 1
    client.post(check(returned), {key(returned): WHY, "base_version": "0", "save_answers": "1"})
    assert "已说明" in page(client.get(address))


# --- files with a warning ---------------------------------------------------------------------------------------------


def statuses(client, application) -> tuple[str, str]:
    """Of the section 基本情况 and of the material 《毕业证书》 in the task list."""
    tasks = client.get(reverse("application_tasks", args=[application.pk])).context["tasks"]
    (basic,) = (task.status for task in tasks.sections if task.key == "basic")
    (diploma,) = (task.status for task in tasks.materials if task.key == "education")
    return basic, diploma


def open_points(application) -> list[int]:
    case = CaseFile(Application.objects.get(pk=application.pk))
    return [p.number for p in case.points if p.is_open]


def test_point_stays_to_be_mended_until_its_own_place_changed_or_it_is_answered(world, client):
    """What the list says of a return is what 上报 asks: neither another field nor another paper of the box mends the point."""
    application = w.submitted(world)
    row = draft_of(application).contents["education"][0]["id"]
    box = f"material:education-{row}"
    reasons = [
        ReturnReason("basic.mobile", "incorrect", "手机打不通。"),
        ReturnReason(f"{box}:diploma", "illegible", "扫描件不清晰。"),
    ]
    acts.give_back(world.unit_admin, application, reasons)
    with clock.travel(w.IN_WINDOW + timedelta(hours=1)):
        basic = draft_of(application).contents["basic"]
        save = {"actor": world.applicant, "application_id": application.pk, "key": "basic"}
        save_section(**save, typed=basic | {"current_specialty_years": "11"}, base_version=1)
        file = w.evidence(world.applicant.account_id, "another paper")
        place = {"slot": "education", "paper": "e_registration", "year": None, "row": row}
        add_material(actor=world.applicant, application_id=application.pk, file_id=file.pk, **place)
        assert open_points(application) == [1, 2]
        assert statuses(client, application) == ("needs_change", "needs_change")
        shown = client.get(reverse("application_slot", args=[application.pk, "education"]))
        assert "需修改" in page(shown)
        save_section(**save, typed=basic | {"mobile": "13987654321"}, base_version=2)
        data = {key(application): WHY, "base_version": "0", "save_answers": "1"}
        client.post(check(application), data)
        assert open_points(application) == []
        assert "需修改" not in page(client.get(reverse("application_slot", args=[application.pk, "education"])))
        assert statuses(client, application) == ("done", "done")


@told_once
def warned(world):
    application = w.start(world)
    w.fill(world.applicant, application)
    return application, w.bring_warned(world.applicant, application)


def file_page(application, material, back: str = "") -> str:
    return reverse("application_material", args=[application.pk, material.pk]) + back


def test_warning_is_told_at_the_box_at_the_row_and_at_the_last_check(warned, client):
    application, material = warned
    for address in (
        reverse("application_slot", args=[application.pk, material.slot]),
        reverse("application_section", args=[application.pk, material.slot]),
        check(application),
    ):
        shown = BeautifulSoup(client.get(address).content, "html.parser")
        said = shown.find(string=lambda text: "看起来是空白页" in text)
        assert said is not None, address
        assert said.find_parent("details") is None, f"{address}: folded away"
        assert "打开查看并确认" in shown.get_text()
    assert "待查看确认" in page(client.get(reverse("application_tasks", args=[application.pk])))


def test_confirmed_file_is_still_not_folded_away_and_says_when(warned, client):
    application, material = warned
    answer = client.post(file_page(application, material), follow=True)
    box = BeautifulSoup(answer.content, "html.parser").select_one(f"#at-material-{material.slot}-{material.row}")
    assert box is not None and box.find("details", class_="fold") is None
    assert "看起来是空白页" in box.get_text() and "已查看确认" in box.get_text()
    assert "您于2023-05-2210:00确认" in text_of(client.get(file_page(application, material)))


def test_from_the_last_check_one_file_leads_to_the_next_and_back(world, warned, client):
    application, first = warned
    assert client.post(check(application)).status_code == 422
    old = next(m for m in CaseFile(Application.objects.get()).materials if m.pk != first.pk)
    other = w.evidence(world.applicant.account_id, "x", warnings=[{"code": "repaired"}])
    acts.applications.add_material(
        actor=world.applicant, application_id=application.pk, file_id=other.pk, slot=old.slot, paper=old.paper, row=old.row
    )
    answer = client.post(file_page(application, first, "?from=check"))
    assert answer.url.endswith("?from=check") and answer.url != file_page(application, first, "?from=check")
    assert client.post(answer.url).url == check(application) + "#files"
    assert client.post(check(application), w.check_read(application)).url == reverse("application_submit", args=[application.pk])


@pytest.mark.parametrize("code", ["turned", "converted", "renamed"])
def test_note_about_a_file_is_shown_and_holds_nothing(code, world, warned, client):
    application, material = warned
    brought = w.evidence(world.applicant.account_id, "x", warnings=[{"code": code, "media_type": "image/png"}])
    noted = acts.applications.add_material(
        actor=world.applicant,
        application_id=application.pk,
        file_id=brought.pk,
        slot=material.slot,
        paper=material.paper,
        row=material.row,
        replaces=material.pk,
    )
    (said,) = what_is_said(brought).notes
    box = reverse("application_slot", args=[application.pk, material.slot])
    for address in (box, file_page(application, noted), check(application)):
        answer = client.get(address)
        assert said in answer.content.decode(), address
        assert "我已查看，内容清晰完整" not in page(answer) and "有提示的文件" not in page(answer)
    assert client.post(check(application), w.check_read(application)).url == reverse("application_submit", args=[application.pk])


def test_file_without_a_warning_asks_for_nothing(warned, client):
    application, material = warned
    clear = next(m for m in CaseFile(Application.objects.get()).materials if m.pk != material.pk)
    assert "我已查看，内容清晰完整" not in page(client.get(file_page(application, clear)))
    assert "我已查看，内容清晰完整" in page(client.get(file_page(application, material)))


# --- small things of the last check -----------------------------------------------------------------------------------


def test_question_about_a_mailbox_is_repeated(world, client):
    application = w.start(world)
    w.fill(world.applicant, application, w.sections() | {"basic": w.sections()["basic"] | {"email": "gulnar@qq.con"}})
    shown = page(client.get(check(application)))
    assert "您要写的是不是“gulnar@qq.com”" in shown
    assert reverse("application_section", args=[application.pk, "basic"]) + "?back=check#id_basic-email" in shown


def test_hours_are_not_called_optional(world, client):
    application = w.start(world)
    shown = client.get(reverse("application_section", args=[application.pk, "continuing_education"]))
    labels = [label.get_text() for label in BeautifulSoup(shown.content, "html.parser").select("label.field-label")]
    assert {label.strip() for label in labels if "总学时" in label} == {"总学时"}
