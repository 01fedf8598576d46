"""单位注册审核 over HTTP: queue, case, the three answers (S-12, S-17, G-03)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.organizations import examples as ex
from tests.support.uploads import keep_file
from tests.web.registering import IN_WINDOW, client_of, licence_upload, mails, page_of, publish, read, summary_of
from zhicheng.accounts.actions import confirm_mailbox
from zhicheng.evidence.models import EvidenceFile
from zhicheng.foundation import clock
from zhicheng.foundation.models import AccessRefusal
from zhicheng.organizations import actions
from zhicheng.organizations.models import UnitVerification

pytestmark = pytest.mark.django_db
QUEUE = reverse("office_registrations")
CHECKED = {"nature_checked": "on", "licence_checked": "on"}


@pytest.fixture(autouse=True)
def in_the_window() -> Iterator[None]:
    with clock.travel(IN_WINDOW):
        publish()
        yield


def at(name: str, verification: UnitVerification, *more: Any) -> str:
    return reverse(name, args=[verification.pk, *more])


def state(verification: UnitVerification) -> str:
    return UnitVerification.objects.get(pk=verification.pk).state


def test_queue_lists_what_waits_longest_first_with_its_age() -> None:
    with clock.travel(IN_WINDOW - timedelta(days=4)):
        ex.registered_unit(2)
    ex.registered_unit(1)
    ex.registered_unit(3, confirmed=False)
    page = page_of(client_of(ex.officer(ex.county())).get(QUEUE))
    rows = [row.get_text(" ", strip=True) for row in page.select("tbody tr")]
    assert len(rows) == 2 and "博乐市第2中学" in rows[0] and "4 天" in rows[0] and "0 天" in rows[1]


def test_queue_takes_the_same_queries_for_one_and_thirty_rows() -> None:
    client = client_of(ex.officer(ex.county()))
    ex.registered_unit(100)
    client.get(QUEUE)
    counts = []
    for more in (0, 29):
        for number in range(more):
            ex.registered_unit(200 + number)
        for show in ("pending", "decided"):
            with CaptureQueriesContext(
                connection,
            ) as captured:
                client.get(QUEUE, {"show": show})
            counts.append(len(captured))
    assert counts[0] == counts[2] and counts[1] == counts[3] and max(counts) <= 12


def test_queue_goes_on_on_the_next_page() -> None:
    for number in range(32):
        ex.registered_unit(300 + number)
    client = client_of(ex.officer(ex.county()))
    first = page_of(client.get(QUEUE))
    assert len(first.select("tbody tr")) == 30
    after = next(a["href"] for a in first.select(".pager a") if "after=" in a["href"])
    assert len(page_of(client.get(QUEUE + after)).select("tbody tr")) == 2


def test_the_case_shows_licence_and_particulars_side_by_side() -> None:
    kept = keep_file(upload=licence_upload(), actor_id=None)
    verification = actions.register_unit(
        administrator=ex.administrator(1),
        password=ex.PASSWORD,
        unit=ex.unit_particulars(1, uscc=ex.uscc(1, region="652722")),
        licence=ex.licence(kept),
        year=2023,
        acceptance=ex.NOTICE,
    )
    assert verification is not None
    confirm_mailbox(user_id=verification.submitted_by_id, actor="system")
    client = client_of(ex.officer(ex.county()))
    answer = client.get(at("office_registration", verification))
    words = page_of(answer).main.get_text(" ", strip=True)
    assert "事业单位" in words and "王建国 身份未核实" in words and "不在同一县（市）" in words
    assert ex.administrator(1).id_number not in words and "652722********" in words
    picture = client.get(page_of(answer).select_one("img.preview")["src"])
    assert picture.status_code == 200 and picture["Content-Type"] == "image/png"
    file = client.get(at("office_licence_file", verification))
    assert file["Content-Type"] == "image/jpeg" and file["X-Content-Type-Options"] == "nosniff"
    assert read(file).startswith(b"\xff\xd8")


def test_approval_needs_nature_and_licence_ticked() -> None:
    verification = ex.registered_unit()
    client = client_of(ex.officer(ex.county()))
    answer = client.post(at("office_registration_approve", verification), {"nature_checked": "on"})
    assert answer.status_code == 422 and summary_of(answer) == ["请对照证照核对后勾选。"]
    assert page_of(answer).select_one("input[name=nature_checked]").has_attr("checked")
    assert state(verification) == "pending"
    done = client.post(at("office_registration_approve", verification), CHECKED)
    assert done.status_code == 303 and state(verification) == "approved"
    assert "已审核通过" in client.get(done["Location"]).content.decode()


def test_return_takes_reasons_field_by_field() -> None:
    verification = ex.registered_unit()
    client = client_of(ex.officer(ex.county()))
    empty = client.post(at("office_registration_return", verification), {"reasons": " "})
    assert empty.status_code == 422 and "写明全部需要修改的地方" in summary_of(empty)[0]
    client.post(at("office_registration_return", verification), {"reason_name": "与证照不符", "reason_licence": "不清晰"})
    assert state(verification) == "returned"
    body = mails("admin1@unit.example")[-1]["body"]
    assert "与证照不符" in body and "不清晰" in body


def test_what_was_asked_for_stands_beside_what_came_back() -> None:
    first = ex.registered_unit()
    client = client_of(ex.officer(ex.county()))
    client.post(at("office_registration_return", first), {"reason_address": "请填写到门牌号"})
    again = actions.resubmit_registration(
        actor=ex.unit_actor(first.organization),
        unit=ex.unit_particulars(1, address="博乐市北京路 8 号 301 室"),
        licence=ex.licence(first.licence),
        year=2023,
    )
    words = page_of(client.get(at("office_registration", again))).main.get_text(" ", strip=True)
    assert "上一次退回时要求修改" in words and "单位地址：请填写到门牌号" in words
    assert f"原为：{first.proposed['address']}" in words, "what was mended is marked with what it was"


def test_two_officers_at_once_the_second_reads_who_was_faster_and_sees_the_result() -> None:
    verification = ex.registered_unit()
    first, second = client_of(ex.officer(ex.county(), 1, name="巴图")), client_of(ex.officer(ex.county(), 2))
    stale = page_of(second.get(at("office_registration", verification)))
    assert stale.select_one("#approve")
    first.post(at("office_registration_approve", verification), CHECKED)
    answer = second.post(at("office_registration_return", verification), {"reason_name": "x"})
    assert answer.status_code == 422 and "巴图" in summary_of(answer)[0] and "没有生效" in summary_of(answer)[0]
    assert not page_of(answer).select_one("#approve")
    assert state(verification) == "approved"


def test_place_a_finding_speaks_of_is_marked_on_the_licence() -> None:
    verification = ex.registered_unit()
    glare = {"code": "glare", "page": 1, "left": 100, "top": 200, "width_of": 300, "height_of": 50}
    EvidenceFile.objects.filter(pk=verification.licence_id).update(warnings=[glare], checking=False)
    shown = page_of(client_of(ex.officer(ex.county())).get(at("office_registration", verification)))
    (mark,) = shown.select(".page-frame svg.page-marks rect")
    assert (mark["x"], mark["y"], mark["width"], mark["height"]) == ("100", "200", "300", "50")
    assert "有反光" in mark.get_text() and shown.select_one(".page-frame img.preview")["alt"] == "证照第 1 页"


def test_a_double_click_gives_one_answer() -> None:
    verification = ex.registered_unit()
    client = client_of(ex.officer(ex.county()))
    client.post(at("office_registration_approve", verification), CHECKED)
    again = client.post(at("office_registration_approve", verification), CHECKED)
    assert again.status_code == 422 and "没有生效" in summary_of(again)[0]


def test_transfer_to_the_right_county() -> None:
    verification = ex.registered_unit()
    right = ex.county("精河县人社局职称办", "652722")
    client, other = client_of(ex.officer(ex.county())), client_of(ex.officer(right))
    empty = client.post(at("office_registration_transfer", verification), {})
    assert empty.status_code == 422 and len(summary_of(empty)) == 2
    client.post(at("office_registration_transfer", verification), {"to_office": str(right.pk), "transfer_reason": "在精河"})
    before = AccessRefusal.objects.count()
    gone = client.get(at("office_registration", verification))
    assert gone.status_code == 200 and "转交精河县人社局职称办" in gone.content.decode()
    words = page_of(other.get(at("office_registration", verification))).main.get_text()
    assert "转交精河县人社局职称办" in words and "在精河" in words
    late = client.post(at("office_registration_approve", verification), CHECKED)
    assert late.status_code == 422 and state(verification) == "pending"
    assert "您的操作没有生效" in late.content.decode()
    typed = {"reason_name": "与证照不一致", "reasons": "请附法人证书副本"}
    refused = page_of(client.post(at("office_registration_return", verification), typed)).main.get_text()
    assert "与证照不一致" in refused and "请附法人证书副本" in refused
    for name, more in (("office_licence_file", ()), ("office_licence_preview", (1,))):
        assert client.get(at(name, verification, *more)).status_code == 404
    assert AccessRefusal.objects.count() == before
    third = client_of(ex.officer(ex.county("温泉县人社局职称办", "652723")))
    assert third.post(at("office_registration_approve", verification), CHECKED).status_code == 404
    assert AccessRefusal.objects.count() == before + 1
    assert other.post(at("office_registration_approve", verification), CHECKED).status_code == 303


def test_an_officer_reaching_for_another_countys_case_gets_404_and_it_is_recorded() -> None:
    verification = ex.registered_unit()
    client = client_of(ex.officer(ex.county("温泉县人社局职称办", "652723")))
    before = AccessRefusal.objects.count()
    for name in ("office_registration", "office_licence_file"):
        assert client.get(at(name, verification)).status_code == 404
    assert client.get(at("office_licence_preview", verification, 1)).status_code == 404
    assert client.post(at("office_registration_approve", verification), CHECKED).status_code == 404
    assert AccessRefusal.objects.count() == before + 4 and state(verification) == "pending"


def test_the_prefecture_sees_all_counties_and_other_roles_nothing() -> None:
    verification = ex.registered_unit()
    assert "博乐市第1中学" in client_of(ex.officer(ex.prefecture())).get(QUEUE).content.decode()
    assert client_of(ex.unit_actor(verification.organization)).get(QUEUE).status_code == 403


@pytest.mark.parametrize(("nature", "hinted"), [("enterprise", True), ("institution", False)])
def test_county_is_told_that_the_code_speaks_for_another_nature(nature: str, hinted: bool) -> None:
    verification = ex.registered_unit(1, nature=nature)
    page = page_of(client_of(ex.officer(ex.county())).get(at("office_registration", verification)))
    assert ("信用代码属于“事业单位”，登记的单位性质是“企业”" in page.get_text()) is hinted
