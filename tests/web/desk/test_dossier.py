"""登记纸质材料 with a scanner in the hand: Enter records nothing, what was scanned is told at once, a wrong entry is corrected."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup
from django.urls import reverse

from tests.support import world as w
from tests.support.told_once import told_once
from zhicheng.documents.queries import papers_of, verification_url
from zhicheng.foundation import clock
from zhicheng.review import actions
from zhicheng.review.models import PaperDossier
from zhicheng.review.queries import all_dossiers

pytestmark = pytest.mark.django_db
ALL_IN_ORDER = dict.fromkeys(("duplex_with_watermark", "handwritten_opinion", "signed", "sealed"), "on")


@told_once
def application(world):
    found = w.submitted(world)
    w.unit_pass(world, found)
    found.refresh_from_db()
    return found


@pytest.fixture
def client(world, signed_in):
    return signed_in(world.unit_admin)


def facts(application, **changes) -> dict[str, str]:
    given = {"submission": application.current_submission_id, "received_on": clock.today().isoformat(), "copies": "2"}
    return given | {"printed_mark": form_of(application).serial} | ALL_IN_ORDER | changes


def form_of(application):
    return papers_of(f"application:{application.pk}").get(kind="review_form")


def page_of(answer) -> BeautifulSoup:
    return BeautifulSoup(answer.content, "html.parser")


def test_first_button_of_the_form_is_the_one_that_records_nothing(application, client):
    shown = page_of(client.get(reverse("desk_dossier", args=[application.pk])))
    form = shown.select_one("[name=printed_mark]").find_parent("form")
    buttons = form.select("button")
    assert [b.get("name") for b in buttons] == ["scanned", "record"]
    assert "visually-hidden" in buttons[0]["class"] and buttons[0]["tabindex"] == "-1"
    controls = [c["name"] for c in form.select("input:not([type=hidden])")]
    assert controls[0] == "printed_mark"


def test_scanned_code_fills_its_field_and_goes_on_and_records_nothing(application, client):
    address = reverse("desk_dossier", args=[application.pk])
    scanned = facts(application, printed_mark=verification_url(form_of(application)), copies="1", scanned="1")
    answer = client.post(address, scanned)
    shown = page_of(answer)
    assert answer.status_code == 200 and not PaperDossier.objects.exists()
    status = shown.select_one(".scanned")
    assert status is not None and "与当前版本一致" in status.get_text() and "还没有登记" in status.get_text()
    mark, copies = (shown.select_one(f"[name={n}]") for n in ("printed_mark", "copies"))
    assert mark["value"] == scanned["printed_mark"] and copies["value"] == "1"
    (focused,) = shown.select("[autofocus]")
    assert focused["type"] == "checkbox", "the code of the second copy is typed where it does no harm"
    assert shown.select_one("[name=signed]").has_attr("checked")
    assert not shown.select(".field-wrong"), "nothing is judged before it is sent"


@pytest.mark.parametrize("field", ["received_on", "copies", "remark"])
@pytest.mark.parametrize("button", ["scanned", "record"])
def test_second_copy_scanned_into_another_field_spoils_nothing_and_is_told(application, client, field, button):
    address, code = reverse("desk_dossier", args=[application.pk]), verification_url(form_of(application))
    before = facts(application, remark="第一份") | {"printed_mark": code}
    shown = page_of(client.post(address, before | {field: before[field] + code, button: "1"}))
    assert not PaperDossier.objects.exists()
    assert {n: shown.select_one(f"[name={n}]")["value"] for n in ("received_on", "copies", "remark")} == {
        n: before[n] for n in ("received_on", "copies", "remark")
    }
    status = " ".join(s.get_text() for s in shown.select(".scanned"))
    assert "与当前版本一致" in status and "已经移出" in status and len(shown.select(".scanned")) == 1
    other = code.replace(form_of(application).serial, "PS2099-000009")
    told = page_of(client.post(address, before | {field: before[field] + other, button: "1"})).select(".scanned")
    assert len(told) == 2 and "与当前版本一致" not in told[1].get_text() and not PaperDossier.objects.exists()
    alone = page_of(client.post(address, before | {"printed_mark": "", field: before[field] + code, button: "1"}))
    assert alone.select_one("[name=printed_mark]")["value"] == code


def test_enter_anywhere_else_records_nothing_either(application, client):
    answer = client.post(reverse("desk_dossier", args=[application.pk]), facts(application, printed_mark="", scanned="1"))
    assert page_of(answer).select_one("[name=printed_mark]").has_attr("autofocus")
    client.post(reverse("desk_dossier", args=[application.pk]), facts(application))
    assert not PaperDossier.objects.exists(), "no button at all: a script, another language"


def test_pressed_on_purpose_it_is_recorded(application, client):
    answer = client.post(reverse("desk_dossier", args=[application.pk]), facts(application, record="1"), follow=True)
    assert "已登记纸质材料。评审表：与当前版本一致。" in answer.content.decode()
    assert [d.mark_state for d in all_dossiers(application)] == ["current"]


def test_wrong_code_is_told_before_and_after(application, client, settings):
    settings.SITE_ADDRESS = "https://zhicheng.renshe.example.gov.cn"
    forged = verification_url(form_of(application)).replace(form_of(application).verification_code, "A" * 28)
    address = reverse("desk_dossier", args=[application.pk])
    status = page_of(client.post(address, facts(application, printed_mark=forged, scanned="1"))).select_one(".scanned")
    assert "二维码中的核验码与编号不符" in status.get_text() and "与当前版本一致" not in status.get_text()
    answer = client.post(address, facts(application, printed_mark=forged, record="1"), follow=True)
    assert "二维码中的核验码与编号不符" in answer.content.decode()


def test_entry_is_corrected_on_its_own_page_and_both_are_listed(world, application, client):
    w.record_dossier(world.unit_admin, application, copies=1)
    wrong = PaperDossier.objects.get()
    address = reverse("desk_dossier_correct", args=[application.pk, wrong.pk])
    case = client.get(reverse("desk_case", args=[application.pk]))
    assert address in case.content.decode()
    form = page_of(client.get(address))
    assert form.select_one("[name=copies]")["value"] == "1"
    assert form.select_one("[name=received_on]")["value"] == clock.today().isoformat()
    assert client.post(address, facts(application, record="1", reason="")).status_code == 422
    answer = client.post(address, facts(application, record="1", reason="误记为一份。"), follow=True)
    old, new = reversed([" ".join(d.get_text().split()) for d in page_of(answer).select("#dossier .dossier")])
    assert "已更正" in old and "1 份" in old and "王芳于" in old
    assert "2 份" in new and "更正原来的登记：误记为一份。" in new
    assert client.get(address).status_code == 404, "it was corrected already"


@pytest.mark.parametrize("code", ["its own", "another", "none"])
def test_correcting_the_copies_alone_leaves_what_was_scanned(code, application, client, settings):
    settings.SITE_ADDRESS = "https://zhicheng.renshe.example.gov.cn"
    scanned = verification_url(form_of(application))
    own = form_of(application).verification_code
    scanned = scanned.replace(own, {"its own": own, "another": "A" * 28, "none": ""}[code])
    sent = facts(application, printed_mark=scanned, copies="1", record="1")
    client.post(reverse("desk_dossier", args=[application.pk]), sent)
    wrong = PaperDossier.objects.get()
    address = reverse("desk_dossier_correct", args=[application.pk, wrong.pk])
    kept = page_of(client.get(address)).select_one("[name=printed_mark]")["value"]
    client.post(address, facts(application, printed_mark=kept, record="1", reason="误记为一份。"))
    new = PaperDossier.objects.latest("id")
    assert (new.corrects, new.copies) == (wrong, 2)
    assert new.mark_state == wrong.mark_state == ("current" if code == "its own" else "wrong_code")


def test_check_code_that_a_void_print_bears_too_asks_for_the_serial(world, application, client):
    """Passed, taken back and passed again: two prints of one content, and one of them is void."""
    old = form_of(application)
    last = application.history.latest("id").pk
    actions.take_back_pass(
        actor=world.unit_admin, application_id=application.pk, change_id=last, reason="点错了申请书，应先核实毕业证书。"
    )
    w.unit_pass(world, application)
    application.refresh_from_db()
    new = papers_of(f"application:{application.pk}").get(kind="review_form", voided_at__isnull=True)
    address = reverse("desk_dossier", args=[application.pk])
    typed = {"submission": application.current_submission_id, "received_on": clock.today().isoformat(), "copies": "2"}
    typed |= ALL_IN_ORDER | {"printed_mark": new.snapshot_sha256[:16]}
    status = page_of(client.post(address, typed | {"scanned": "1"})).select_one(".scanned").get_text()
    assert "不能判断是哪一份" in status and "与当前版本一致" not in status
    answer = client.post(address, typed | {"record": "1"})
    assert answer.status_code == 422 and "不能判断是哪一份" in page_of(answer).select_one(".field-error").get_text()
    assert not PaperDossier.objects.exists()
    for paper, state in ((old, "void"), (new, "current")):
        client.post(address, typed | {"printed_mark": paper.serial, "record": "1"})
        assert PaperDossier.objects.latest("id").mark_state == state


def test_pass_is_not_offered_while_it_cannot_be_used_and_why_is_said(world, signed_in):
    found = w.reach(world, w.State.COUNTY_REVIEW)
    client, address = signed_in(world.county_officer), reverse("desk_case", args=[found.pk])
    to_pass = reverse("desk_pass", args=[found.pk])
    shown = client.get(address).content.decode()
    assert to_pass not in shown and "现在还不能审核通过" in shown and "还没有登记纸质材料" in shown
    w.record_dossier(world.county_officer, found)
    assert to_pass in client.get(address).content.decode()
