"""我的信息 of a unit over HTTP (S-14…S-17)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse

from tests.organizations import examples as ex
from tests.support.uploads import keep_file
from tests.web.registering import (
    IN_WINDOW,
    client_of,
    errors_of,
    licence_upload,
    mails,
    page_of,
    publish,
    read,
    summary_of,
    unit_typed,
)
from zhicheng.accounts.actions import confirm_mailbox
from zhicheng.foundation import clock
from zhicheng.organizations import actions
from zhicheng.organizations.actions import FieldReason
from zhicheng.organizations.actors import actor_for
from zhicheng.organizations.models import Organization, UnitVerification

pytestmark = pytest.mark.django_db
SHOW, EDIT = reverse("unit_information"), reverse("unit_information_edit")
PARTICULARS = [
    "unit_name",
    "uscc",
    "nature",
    "region_code",
    "address",
    "contact_person",
    "contact_phone",
    "unit_email",
    "receiving_office",
    "supervising_body",
    "licence_kind",
    "licence_issued_on",
    "licence_valid_until",
]


@pytest.fixture(autouse=True)
def in_the_window() -> Iterator[None]:
    with clock.travel(IN_WINDOW):
        publish()
        yield


def typed(number: int = 1, **changes: Any) -> dict[str, Any]:
    everything = unit_typed(number)
    return {field: everything[field] for field in PARTICULARS} | changes


def unit_of_last_year() -> Organization:
    with clock.travel(IN_WINDOW - timedelta(days=365)):
        return ex.approved_unit(1, year=2022)


def returned(verification: UnitVerification) -> None:
    actions.decide_unit_verification(
        verification_id=verification.pk,
        actor=ex.officer(verification.office),
        approve=False,
        reasons=[
            FieldReason("name", "名称与证照不符"),
            FieldReason("licence", "证照右上角被遮挡"),
            FieldReason("", "请补盖公章"),
        ],
    )


def test_a_waiting_unit_sees_where_it_stands_and_nothing_to_press() -> None:
    page = page_of(client_of(ex.unit_actor(ex.registered_unit().organization)).get(SHOW))
    words = page.main.get_text(" ", strip=True)
    assert "单位注册待审核" in words and "博乐市人社局职称办" in words and "通过之前不能受理" in words
    assert not page.select(f"a[href='{EDIT}']") and not page.select(f"a[href='{reverse('unit_colleague')}']")


def test_a_unit_that_may_not_work_yet_starts_where_it_stands() -> None:
    client = client_of(ex.unit_actor(ex.registered_unit().organization))
    assert client.get(reverse("home_signed_in"))["Location"] == SHOW


def test_a_units_page_leads_to_its_second_factor() -> None:
    page = page_of(client_of(ex.unit_actor(ex.approved_unit())).get(SHOW))
    assert page.select_one(f'main a[href="{reverse("mfa_index")}"]') is not None


def test_editing_while_a_request_waits_leads_back() -> None:
    client = client_of(ex.unit_actor(ex.registered_unit().organization))
    assert client.get(EDIT)["Location"] == SHOW
    answer = client.post(EDIT, typed() | {"licence": licence_upload()})
    assert answer.status_code == 422 and "待审核" in summary_of(answer)[0]


def test_a_returned_unit_reads_every_reason_beside_its_field_and_sends_again() -> None:
    verification = ex.registered_unit()
    returned(verification)
    client = client_of(ex.unit_actor(verification.organization))
    words = page_of(client.get(SHOW)).main.get_text(" ", strip=True)
    assert all(reason in words for reason in ("名称与证照不符", "证照右上角被遮挡", "请补盖公章"))
    form = page_of(client.get(EDIT))
    assert form.select_one("input[name=unit_name]")["value"] == "博乐市第1中学"
    assert "名称与证照不符" in form.select_one("#id_unit_name_helptext").get_text()
    answer = client.post(EDIT, typed(unit_name="博乐市第一中学") | {"licence": licence_upload()})
    assert answer.status_code == 303
    latest = UnitVerification.objects.latest("pk")
    assert (latest.kind, latest.state, latest.proposed["name"]) == ("registration", "pending", "博乐市第一中学")


def test_a_licence_nobody_objected_to_is_not_asked_for_again() -> None:
    verification = ex.registered_unit()
    actions.decide_unit_verification(
        verification_id=verification.pk,
        actor=ex.officer(verification.office),
        approve=False,
        reasons=[FieldReason("address", "请填写到门牌号")],
    )
    client = client_of(ex.unit_actor(verification.organization))
    form = page_of(client.get(EDIT))
    assert form.select_one("input[name=licence_issued_on]")["value"] == f"{verification.licence_issued_on:%Y-%m-%d}"
    token = form.select_one("input[name=licence_token]")["value"]
    assert client.post(EDIT, typed(address="博乐市北京路 8 号") | {"licence_token": token}).status_code == 303
    assert UnitVerification.objects.latest("pk").licence == verification.licence


def test_a_reason_cannot_bring_markup_into_the_page() -> None:
    verification = ex.registered_unit()
    actions.decide_unit_verification(
        verification_id=verification.pk,
        actor=ex.officer(verification.office),
        approve=False,
        reasons=[FieldReason("name", "<script>alert(1)</script>")],
    )
    page = client_of(ex.unit_actor(verification.organization)).get(EDIT).content.decode()
    assert "<script>alert" not in page and "&lt;script&gt;alert" in page


def test_the_yearly_verification_from_beginning_to_end() -> None:
    unit = unit_of_last_year()
    client = client_of(ex.unit_actor(unit))
    assert "需要完成 2023 年度核实" in client.get(SHOW).content.decode()
    form = page_of(client.get(EDIT))
    assert form.select_one("input[name=unit_name]")["value"] == unit.name
    assert form.select_one("input[name=contact_phone]").get("value", "") == ""  # typed again, never just clicked through
    unlooked = client.post(EDIT, typed(contact_phone="", licence_kind=""))
    for field in ("confirm_name", "confirm_contact_person", "contact_phone", "licence_kind"):
        assert errors_of(unlooked, field), field
    ticked = typed(confirm_name="on", confirm_contact_person="on", contact_phone="0909-2319999")
    assert client.post(EDIT, ticked | {"licence": licence_upload()}).status_code == 303
    verification = UnitVerification.objects.get(kind="reverification")
    assert verification.proposed["contact_phone"] == "0909-2319999"
    actions.decide_unit_verification(verification_id=verification.pk, actor=ex.officer(ex.county(), 5), approve=True)
    assert "2023 年度已审核通过" in client.get(SHOW).content.decode()


def test_the_same_licence_as_last_year_has_to_be_declared_the_newest() -> None:
    with clock.travel(IN_WINDOW - timedelta(days=365)):
        kept = keep_file(upload=licence_upload(), actor_id=None)
        verification = actions.register_unit(
            administrator=ex.administrator(1),
            password=ex.PASSWORD,
            unit=ex.unit_particulars(1),
            licence=ex.licence(kept),
            year=2022,
            acceptance=ex.NOTICE,
        )
        assert verification is not None
        confirm_mailbox(user_id=verification.submitted_by_id, actor="system")
        actions.decide_unit_verification(verification_id=verification.pk, actor=ex.officer(ex.county()), approve=True)
    client = client_of(ex.unit_actor(verification.organization))
    ticked = typed(confirm_name="on", confirm_contact_person="on")
    answer = client.post(EDIT, ticked | {"licence": licence_upload()})
    assert answer.status_code == 422 and "仍为最新" in errors_of(answer, "still_newest")
    token = page_of(answer).select_one("input[name=licence_token]")["value"]
    assert client.post(EDIT, ticked | {"licence_token": token, "still_newest": "on"}).status_code == 303


def test_a_change_needs_its_reason() -> None:
    unit = ex.approved_unit()
    client = client_of(ex.unit_actor(unit))
    answer = client.post(EDIT, typed(contact_person="古丽娜尔", note="") | {"licence": licence_upload()})
    assert answer.status_code == 422 and "变更的原因" in errors_of(answer, "note")
    token = page_of(answer).select_one("input[name=licence_token]")["value"]
    changed = typed(contact_person="古丽娜尔", note="原联系人退休", licence_token=token)
    assert client.post(EDIT, changed).status_code == 303
    assert "信息变更待审核" in client.get(SHOW).content.decode()


def test_a_colleague_is_added_and_everything_wrong_is_told_at_once() -> None:
    unit = ex.approved_unit()
    client = client_of(ex.unit_actor(unit))
    address = reverse("unit_colleague")
    person = {
        "name": "古丽娜尔",
        "id_number": ex.id_number(50),
        "position": "办公室",
        "mobile": "13809095555",
        "email": "colleague@unit.example",
        "username": "colleague",
    }
    wrong = client.post(address, person | {"id_number": "1", "username": "1"})
    assert errors_of(wrong, "id_number") and errors_of(wrong, "username")
    assert client.post(address, person).status_code == 303
    assert "古丽娜尔" in client.get(SHOW).content.decode()
    assert len(mails("colleague@unit.example")) == 1


def test_a_unit_sees_its_own_licences_only() -> None:
    mine, theirs = ex.registered_unit(1), ex.registered_unit(2)
    client = client_of(ex.unit_actor(mine.organization))
    assert read(client.get(reverse("unit_licence_file", args=[mine.pk]))) == b"licence"
    assert client.get(reverse("unit_licence_file", args=[theirs.pk])).status_code == 404


@pytest.mark.parametrize("name", ["unit_information", "unit_information_edit", "unit_colleague"])
def test_nobody_else_opens_the_units_pages(name: str) -> None:
    unit = ex.approved_unit()
    applicant = client_of(actor_for(ex.registered_applicant(unit)))
    officer = client_of(ex.officer(ex.county(), 3))
    assert {c.get(reverse(name)).status_code for c in (applicant, officer)} == {403}
