"""再次核对 and 上报 over HTTP: everything missing at once, the last second, the double click (S-24, S-26, S-27, S-64)."""

from __future__ import annotations

from datetime import datetime

import pytest
from bs4 import BeautifulSoup
from django.urls import reverse

from tests.support import world as w
from tests.support.told_once import told_once
from tests.web.applicant.kit import bar_for_fraud, client_of, page
from zhicheng.applications import actions
from zhicheng.applications.models import Material, Submission
from zhicheng.applications.queries import draft_of, snapshot_of
from zhicheng.applications.sections import SECTIONS
from zhicheng.applications.states import State
from zhicheng.campaigns.queries import notice_of
from zhicheng.evidence.models import EvidenceFile
from zhicheng.foundation import clock
from zhicheng.organizations.actions import change_employer
from zhicheng.organizations.models import Organization

pytestmark = pytest.mark.django_db
PROMISE = {"commitment": "on", "liability": "on", "commitment_version": "2023-1", "liability_version": "2023-1"}


@told_once
def application(world):
    return w.start(world)


@pytest.fixture
def client(world):
    return client_of(world.applicant)


@told_once
def checked(world, application):
    w.fill(world.applicant, application)
    actions.confirm_check(actor=world.applicant, application_id=application.pk)
    application.refresh_from_db()
    return application


def send(client, application, page_id="a-page", **changes):
    return client.post(reverse("application_submit", args=[application.pk]), {**PROMISE, "form_token": page_id, **changes})


def test_check_lists_everything_missing_each_with_its_place(world, application, client):
    actions.save_section(actor=world.applicant, application_id=application.pk, key="basic", typed={"mobile": "1"}, base_version=0)
    answer = client.post(reverse("application_check", args=[application.pk]), w.check_read(application))
    assert answer.status_code == 422
    shown = page(answer)
    section = reverse("application_section", args=[application.pk, "basic"])
    assert f'href="{section}#id_basic-mobile"' in shown
    assert reverse("application_slot", args=[application.pk, "commitment"]) + "#at-material-commitment" in shown
    assert len(answer.context["problems"]) > 15
    assert all(p.link for p in answer.context["problems"])


def test_check_page_has_one_way_to_change_each_section_and_back(world, application, client):
    w.fill(world.applicant, application)
    shown = page(client.get(reverse("application_check", args=[application.pk])))
    assert "还没有上报" in shown
    for section in SECTIONS:
        assert shown.count(reverse("application_section", args=[application.pk, section.key]) + "?back=check") == 1
    assert "未填写</a>" not in shown
    assert "sheet-missing" not in shown


def test_check_page_marks_what_is_missing_where_it_is_missing(world, application, client):
    w.fill(world.applicant, application)
    row = draft_of(application).contents["achievements"][0]
    for key, typed in (("basic", {**w.sections()["basic"], "mobile": "12"}), ("achievements", [{**row, "role": ""}])):
        version = draft_of(application).versions[key]
        actions.save_section(actor=world.applicant, application_id=application.pk, key=key, typed=typed, base_version=version)
    shown = page(client.get(reverse("application_check", args=[application.pk])))
    section = reverse("application_section", args=[application.pk, "basic"])
    assert f'<a class="sheet-missing" href="{section}?back=check#id_basic-mobile">' in shown
    assert f'?back=check#id_{row["id"]}-role">' in shown
    assert shown.count("sheet-missing") == 2


def test_submit_page_before_the_check_leads_to_the_check(application, client):
    answer = client.get(reverse("application_submit", args=[application.pk]))
    assert answer.url == reverse("application_check", args=[application.pk])


def test_looked_through_promised_and_sent_with_one_press(world, application, client):
    w.fill(world.applicant, application)
    address = reverse("application_check", args=[application.pk])
    soup = BeautifulSoup(client.get(address).content, "html.parser")
    texts = notice_of(world.version).texts
    assert all(line in soup.main.get_text() for line in (*texts.commitment.paragraphs, *texts.liability.paragraphs))
    sent = {tag["name"]: tag["value"] for tag in soup.select("main form input[type=hidden][value]")}
    answer = client.post(address, sent | {"commitment": "on", "liability": "on"})
    assert answer.url == reverse("application_receipt", args=[application.pk, 1])
    again = client.post(address, sent | {"commitment": "on", "liability": "on"})
    assert again.url == answer.url and Submission.objects.count() == 1


@pytest.mark.parametrize("missing", ["commitment", "liability"])
def test_nothing_is_confirmed_by_whoever_does_not_promise(world, application, client, missing):
    w.fill(world.applicant, application)
    promise = {k: v for k, v in PROMISE.items() if k != missing} | w.check_read(application)
    answer = client.post(reverse("application_check", args=[application.pk]), {**promise, "form_token": "t"})
    assert answer.status_code == 422 and list(answer.context["form"].errors) == [missing]
    assert page(answer).count("checked") == 1 and f'href="#id_{missing}"' in page(answer)
    application.refresh_from_db()
    assert application.checked_at is None and not Submission.objects.exists()


def test_what_was_sent_from_another_window_is_told_at_the_check(checked, client):
    seen = w.check_read(checked)
    send(client, checked)
    answer = client.post(reverse("application_check", args=[checked.pk]), PROMISE | seen | {"form_token": "another-page"})
    assert answer.status_code == 422 and "已经上报" in page(answer) and Submission.objects.count() == 1


def test_what_cannot_be_sent_is_not_confirmed_either_and_every_reason_told(world, application, client):
    w.fill(world.applicant, application)
    bar_for_fraud(world)
    answer = client.post(
        reverse("application_check", args=[application.pk]), PROMISE | w.check_read(application) | {"form_token": "t"}
    )
    assert answer.status_code == 422 and {p.code for p in answer.context["problems"]} == {"barred"}
    (form,) = BeautifulSoup(answer.content, "html.parser").select("main form[data-held]")
    assert "action" not in form.attrs, "it is sent to the same page again"
    application.refresh_from_db()
    assert application.checked_at is None
    assert not Submission.objects.exists()


def test_edit_after_the_check_voids_it(world, checked, client):
    actions.save_section(
        actor=world.applicant,
        application_id=checked.pk,
        key="basic",
        typed={**w.sections()["basic"], "post": "站长"},
        base_version=1,
    )
    answer = send(client, checked)
    assert answer.status_code == 422
    assert "再次核对" in page(answer)
    assert not Submission.objects.exists()


@pytest.mark.parametrize("missing", ["commitment", "liability"])
def test_text_that_was_not_ticked_is_said_beside_it_and_the_other_tick_stays(checked, client, missing):
    promise = {k: v for k, v in PROMISE.items() if k != missing}
    answer = client.post(reverse("application_submit", args=[checked.pk]), {**promise, "form_token": "t"})
    assert answer.status_code == 422
    shown = page(answer)
    assert 'value="t"' in shown
    assert list(answer.context["form"].errors) == [missing]
    assert shown.count("checked") == 1
    assert not Submission.objects.exists()


def test_double_click_makes_one_submission(checked, client):
    first, second = send(client, checked), send(client, checked)
    assert first.url == second.url == reverse("application_receipt", args=[checked.pk, 1])
    assert Submission.objects.count() == 1


def test_second_tab_is_told_where_it_is(checked, client):
    send(client, checked)
    answer = send(client, checked, page_id="another-page")
    assert answer.status_code == 422
    assert "已经上报" in page(answer)
    assert reverse("application_receipt", args=[checked.pk, 1]) in page(answer)
    assert Submission.objects.count() == 1
    assert client.get(reverse("application_submit", args=[checked.pk])).url == reverse("my_application", args=[checked.pk])


def test_last_second_counts(checked, client):
    with clock.travel(datetime(2023, 6, 16, 17, 59, 59, tzinfo=clock.BEIJING)):
        answer = send(client, checked)
    assert answer.status_code == 303


def test_one_second_later_is_closed_and_nothing_is_lost(checked, client):
    with clock.travel(datetime(2023, 6, 16, 18, 0, 0, tzinfo=clock.BEIJING)):
        answer = send(client, checked)
        shown = page(answer)
        assert answer.status_code == 422
        assert "2023-06-16 18:00:00" in shown
        assert "没有丢失" in shown
        assert not Submission.objects.exists()
        section = client.get(reverse("application_section", args=[checked.pk, "summary"]))
        assert "灌区工程建设" in page(section)
        assert "现在不在受理时间内" in page(client.get(reverse("my_titles")))


def test_every_reason_comes_at_once(world, checked, client):
    Organization.objects.filter(pk=world.unit.pk).update(verified_year=2022)
    bar_for_fraud(world)
    Material.objects.filter(application=checked, slot="commitment").update(removed_at=clock.now())
    with clock.travel(datetime(2023, 6, 16, 18, 0, 0, tzinfo=clock.BEIJING)):
        answer = send(client, checked)
        shown = page(answer)
    codes = {p.code for p in answer.context["problems"]}
    assert {"window", "barred", "unit_not_verified", "material_missing"} <= codes
    assert "请联系单位管理员" in shown


def test_receipt_can_be_opened_again(checked, client):
    address = send(client, checked).url
    shown = page(client.get(address))
    submission = Submission.objects.get()
    assert submission.sha256 in shown
    assert f"{submission.submitted_at.astimezone(clock.BEIJING):%Y-%m-%d %H:%M:%S}" in shown
    assert "接下来" in shown
    assert client.get(reverse("application_receipt", args=[checked.pk, 2])).status_code == 404


def test_returned_application_is_corrected_after_the_first_deadline(world, checked, client):
    send(client, checked)
    w.give_back(world.unit_admin, checked)
    with clock.travel(datetime(2023, 7, 21, 17, 59, 59, tzinfo=clock.BEIJING)):
        client = client_of(world.applicant)
        answer = {f"point-{checked.history.latest('id').pk}-1": "原件如此，已请单位核对。", "base_version": "0"}
        client.post(reverse("application_check", args=[checked.pk]), answer | w.check_read(checked))
        assert send(client, checked, page_id="second").url == reverse("application_receipt", args=[checked.pk, 2])
    checked.refresh_from_db()
    assert checked.state == State.UNIT_REVIEW


def test_form_changed_in_another_tab_is_not_confirmed_unseen(world, application, client):
    w.fill(world.applicant, application)
    address = reverse("application_check", args=[application.pk])
    shown = client.get(address).context["read"]
    summary = draft_of(application)
    typed = {"text": summary.contents["summary"]["text"] + "另外还负责灌区测量。"}
    version = summary.versions["summary"]
    actions.save_section(actor=world.applicant, application_id=application.pk, key="summary", typed=typed, base_version=version)
    answer = client.post(address, {"read": shown})
    assert answer.status_code == 422
    assert "打开“再次核对”以后，申请书又有改动" in page(answer) and "另外还负责灌区测量" in page(answer)
    application.refresh_from_db()
    assert application.checked_at is None
    assert client.post(address, {"read": answer.context["read"]}).status_code == 303


def test_application_goes_to_no_other_employer_than_the_one_that_was_confirmed(world, checked, client):
    change_employer(user_id=world.applicant.account_id, employer_id=world.other_unit.pk)
    client = client_of(world.applicant)
    shown = page(client.get(reverse("application_submit", args=[checked.pk])))
    assert f"<dd>{world.other_unit.name}</dd>" in shown and f"<dd>{world.unit.name}</dd>" not in shown
    answer = send(client, checked)
    assert answer.status_code == 422 and f"核对以后工作单位变更为“{world.other_unit.name}”" in page(answer)
    again = client.get(reverse("application_check", args=[checked.pk]))
    assert f"{world.other_unit.name}已通过 2023 年度核实" in page(again)
    assert client.post(reverse("application_check", args=[checked.pk]), {"read": again.context["read"]}).status_code == 303
    assert send(client, checked).status_code == 303
    checked.refresh_from_db()
    assert checked.employer_id == world.other_unit.pk


def test_warning_found_after_the_check_holds_nothing_up(world, checked, client):
    file = Material.objects.filter(application=checked, slot="commitment").get().file
    EvidenceFile.objects.filter(pk=file.pk).update(warnings=[{"code": "blank", "pages": [1]}])
    assert send(client, checked).status_code == 303
    (frozen,) = [m for m in snapshot_of(Submission.objects.get()).materials if m.slot == "commitment"]
    assert frozen.warnings and frozen.looked_at is None


def test_promises_are_kept_in_the_language_of_their_page(checked, client):
    client.cookies["django_language"] = "en"
    send(client, checked, language="zh-hans")
    assert snapshot_of(Submission.objects.get()).commitment.language == "zh-hans"


def test_page_from_before_an_update_is_shown_again(world, application, client):
    w.fill(world.applicant, application)
    answer = client.post(reverse("application_check", args=[application.pk]))
    assert answer.status_code == 422 and "请看过现在的内容再确认" in page(answer)


def test_unit_that_may_not_take_it_and_the_papers_are_told_before_sending(world, checked, client):
    for name in ("application_check", "application_submit"):
        shown = page(client.get(reverse(name, args=[checked.pk])))
        assert "博乐市水利管理站已通过 2023 年度核实" in shown
        assert "把以下材料的纸质件交给单位" in shown and "《专业技术职务任职资格证书》" in shown
    world.unit.verified_year = 2022
    world.unit.save()
    for name in ("application_check", "application_submit"):
        assert "暂时不能受理：本单位尚未完成 2023 年度核实" in page(client.get(reverse(name, args=[checked.pk])))


def test_receipt_keeps_what_was_shown_at_the_check_word_for_word(world, application, client):
    w.fill(world.applicant, application, w.short_of_hours())
    client.cookies["django_language"] = "en"
    address = reverse("application_check", args=[application.pk])
    before = client.get(address)
    client.post(address, {"read": before.context["read"]})
    receipt = send(client, application).url
    client.cookies["django_language"] = "zh-hans"
    soup = BeautifulSoup(client.get(receipt).content, "html.parser")
    told = soup.select_one("ul[lang=en]")
    said = [shown.text for shown in before.context["findings"]] + [
        each.told.text for each in before.context["conditions"].results
    ]
    assert said and all(sentence in told.text for sentence in said)
    assert "个人承诺 2023-1 版" in soup.text
    sent = snapshot_of(Submission.objects.get())
    assert (sent.checked.language, sent.commitment.language) == ("en", "en")


def test_check_page_numbers_the_materials_in_the_readers_language(world, application, client):
    client.cookies["django_language"] = "en"
    shown = page(client.get(reverse("application_check", args=[application.pk])))
    assert "(10) Personal commitment" in shown
    assert "（十）Personal" not in shown
