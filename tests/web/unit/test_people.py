"""本单位人员 over HTTP: a unit vouches for its people, and for nobody else's (S-18, S-36)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.http import HttpRequest
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.organizations import examples as ex
from tests.organizations.test_account_requests import SAID, ask_mailbox, decide
from tests.support.factors import give_factor
from tests.web.registering import IN_WINDOW, client_of, errors_of, licence_upload, page_of, publish, summary_of
from zhicheng.accounts.models import User
from zhicheng.foundation import clock
from zhicheng.foundation.models import AccessRefusal
from zhicheng.organizations import actions
from zhicheng.organizations.actors import actor_for
from zhicheng.organizations.models import AccountRequest, AccountRequestKind, Organization
from zhicheng.web.shared import limits
from zhicheng.web.shared.account_requests import asked_of
from zhicheng.web.shared.http import OutOfReachError
from zhicheng.web.shared.kept_words import deed_of

pytestmark = pytest.mark.django_db
PEOPLE, REQUESTS = reverse("unit_people"), reverse("unit_account_requests")
MAILBOX = {"email": "fresh@mail.example", "statement": SAID, "identity_checked": "on"}


@pytest.fixture(autouse=True)
def in_the_window() -> Iterator[None]:
    with clock.travel(IN_WINDOW):
        publish()
        yield


@pytest.fixture
def unit() -> Organization:
    return ex.approved_unit()


def rows(answer: Any) -> list[str]:
    return [row.get_text(" ", strip=True) for row in page_of(answer).select("tbody tr")]


def test_the_list_shows_the_units_own_confirmed_people_masked(unit: Organization) -> None:
    mine = ex.registered_applicant(unit)
    ex.registered_applicant(unit, 2, confirmed=False)
    ex.registered_applicant(ex.approved_unit(2), 3)
    gone = ex.registered_applicant(unit, 4)
    actions.change_employer(user_id=gone.pk, employer_id=ex.approved_unit(3).pk)
    answer = client_of(ex.unit_actor(unit)).get(PEOPLE)
    assert len(rows(answer)) == 1 and "person1" in rows(answer)[0]
    page = answer.content.decode()
    assert mine.id_number not in page and mine.email not in page and "pe*****@mail.example" in page


def test_lists_take_the_same_queries_for_one_and_thirty_rows_and_go_on(unit: Organization) -> None:
    client = client_of(ex.unit_actor(unit))
    ask_mailbox(ex.unit_actor(unit), ex.registered_applicant(unit, 10))
    client.get(PEOPLE)
    counts = []
    for more in (0, 31):
        for number in range(more):
            user = ex.registered_applicant(unit, 20 + number)
            ask_mailbox(ex.unit_actor(unit), user, email=f"fresh{number}@mail.example")
        for address in (PEOPLE, REQUESTS):
            with CaptureQueriesContext(connection) as captured:
                client.get(address)
            counts.append(len(captured))
    assert counts[:2] == counts[2:] and max(counts) <= 12
    for address in (PEOPLE, REQUESTS):
        first = page_of(client.get(address))
        after = next(a["href"] for a in first.select(".pager a") if "after=" in a["href"])
        assert len(rows(client.get(address + after))) == 2
    assert len(rows(client.get(PEOPLE, {"name": "没有这个人"}))) == 0


def test_a_lost_mailbox_is_asked_for_and_seen_in_both_lists(unit: Organization) -> None:
    user, client = ex.registered_applicant(unit), client_of(ex.unit_actor(unit))
    address = reverse("unit_person_mailbox", args=[user.pk])
    assert user.username in page_of(client.get(address)).main.get_text()
    answer = client.post(address, MAILBOX)
    assert answer.status_code == 303 and answer["Location"] == REQUESTS
    shown = client.get(REQUESTS)
    assert "已提交博乐市人社局职称办" in shown.content.decode()
    assert "待审核" in rows(shown)[0] and "fresh@mail.example" in rows(shown)[0]
    assert "邮箱遗失 待审核" in rows(client.get(PEOPLE))[0]
    again = client.post(address, MAILBOX)
    assert again.status_code == 422 and "正在办理" in summary_of(again)[0]
    assert AccountRequest.objects.count() == 1


def test_lost_factor_is_offered_and_asked_for_only_of_somebody_who_has_one(unit: Organization) -> None:
    user, other, client = ex.registered_applicant(unit), ex.registered_applicant(unit, 2), client_of(ex.unit_actor(unit))
    give_factor(user)
    address, without = (reverse("unit_person_factor", args=[one.pk]) for one in (user, other))
    links = [link["href"] for link in page_of(client.get(PEOPLE)).select("tbody a")]
    assert address in links and without not in links
    shown = page_of(client.get(without)).main
    assert "没有设置两步验证" in shown.get_text() and not shown.select("textarea")
    vouched = {"statement": SAID, "identity_checked": "on"}
    refused = client.post(without, vouched)
    assert refused.status_code == 422 and "没有设置两步验证" in summary_of(refused)[0]
    nothing = client.post(address, {"statement": "见过"})
    assert nothing.status_code == 422 and len(summary_of(nothing)) == 2 and errors_of(nothing, "statement")
    assert client.post(address, vouched)["Location"] == REQUESTS
    assert "两步验证遗失 去掉两步验证" in rows(client.get(REQUESTS))[0]
    again = client.post(address, vouched)
    assert again.status_code == 422 and "正在办理" in summary_of(again)[0]


def test_everything_wrong_stands_beside_its_field_and_what_was_typed_stays(unit: Organization) -> None:
    user, client = ex.registered_applicant(unit), client_of(ex.unit_actor(unit))
    answer = client.post(reverse("unit_person_mailbox", args=[user.pk]), {"email": "x@yopmail.com", "statement": "见过"})
    assert answer.status_code == 422 and len(summary_of(answer)) == 3
    assert "一次性临时邮箱" in errors_of(answer, "email") and "原件" in errors_of(answer, "identity_checked")
    assert "见过" in page_of(answer).select_one("textarea").get_text()


def test_a_correction_keeps_its_scan_over_an_error(unit: Organization) -> None:
    user, client = ex.registered_applicant(unit), client_of(ex.unit_actor(unit))
    address = reverse("unit_person_correction", args=[user.pk])
    typed = {"name": user.name, "id_number": "652701199003071231", "statement": SAID, "identity_checked": "on"}
    wrong = client.post(address, typed | {"scan": licence_upload("身份证.jpg")})
    assert wrong.status_code == 422 and len(summary_of(wrong)) == 1 and errors_of(wrong, "id_number")
    token = page_of(wrong).select_one("input[name=scan_token]")["value"]
    done = client.post(address, typed | {"id_number": ex.id_number(301), "scan_token": token})
    assert done.status_code == 303
    assert AccountRequest.objects.get().scan.name == "身份证.jpg"


def test_a_correction_without_scan_or_with_a_file_that_is_none_says_so(unit: Organization) -> None:
    user, client = ex.registered_applicant(unit), client_of(ex.unit_actor(unit))
    address = reverse("unit_person_correction", args=[user.pk])
    typed = {"name": user.name, "id_number": ex.id_number(301), "statement": SAID, "identity_checked": "on"}
    assert "正反面" in errors_of(client.post(address, typed), "scan")
    lying = client.post(address, typed | {"scan": SimpleUploadedFile("身份证.jpg", b"MZ not a picture")})
    assert lying.status_code == 422 and len(summary_of(lying)) == 1 and "正反面" not in errors_of(lying, "scan")


def test_another_units_person_is_not_found_and_that_is_recorded(unit: Organization) -> None:
    user = ex.registered_applicant(ex.approved_unit(2))
    client = client_of(ex.unit_actor(unit))
    for name in ("unit_person_mailbox", "unit_person_correction", "unit_person_factor"):
        assert client.get(reverse(name, args=[user.pk])).status_code == 404
        assert client.post(reverse(name, args=[user.pk]), MAILBOX).status_code == 404
    assert AccessRefusal.objects.count() == 6 and not AccountRequest.objects.exists()


def test_a_request_is_withdrawn_by_the_unit_that_made_it(unit: Organization) -> None:
    admin = ex.unit_actor(unit)
    row = ask_mailbox(admin, ex.registered_applicant(unit))
    address = reverse("unit_account_request_withdraw", args=[row.pk])
    assert client_of(ex.unit_actor(ex.approved_unit(2))).post(address).status_code == 404
    client = client_of(admin)
    client.post(address)
    assert "已撤回" in rows(client.get(REQUESTS))[0]
    client.post(address)
    assert "不能撤回" in client.get(REQUESTS).content.decode()
    assert client.get(address).status_code == 405


def test_a_link_that_ran_out_is_shown_as_such(unit: Organization) -> None:
    admin = ex.unit_actor(unit)
    decide(ask_mailbox(admin, ex.registered_applicant(unit)))
    client = client_of(admin)
    assert "待本人确认新邮箱" in rows(client.get(REQUESTS))[0]
    with clock.travel(IN_WINDOW + timedelta(days=4)):
        assert "链接已过期" in rows(client_of(admin).get(REQUESTS))[0]


def test_a_unit_that_has_to_be_verified_again_is_told_before_it_tries(unit: Organization) -> None:
    Organization.objects.filter(pk=unit.pk).update(verified_year=2022)
    user, client = ex.registered_applicant(unit), client_of(ex.unit_actor(unit))
    assert "年度核实" in client.get(PEOPLE).content.decode()
    answer = client.post(reverse("unit_person_mailbox", args=[user.pk]), MAILBOX)
    assert answer.status_code == 422 and "年度核实" in summary_of(answer)[0]


def test_the_unit_reads_how_long_its_own_request_waits_and_whom_to_ask() -> None:
    with clock.travel(IN_WINDOW - timedelta(days=6)):
        verification = ex.registered_unit(5)
    Organization.objects.filter(pk=verification.office_id).update(contact_phone="0909-2221111")
    user = User.objects.get(pk=verification.submitted_by_id)
    text = client_of(actor_for(user)).get(reverse("unit_information")).content.decode()
    assert "已等待 6 天" in text and "0909-2221111" in text


def test_requests_about_people_are_braked_by_the_beginning_of_the_number(
    unit: Organization, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A unit that tries numbers in a correction is braked as a stranger is at registration."""
    monkeypatch.setattr(limits, "PER_HOUR_AND_PREFIX", 3)
    client, user = client_of(ex.unit_actor(unit)), ex.registered_applicant(unit)
    address = reverse("unit_person_correction", args=[user.pk])
    tried = [client.post(address, {"name": user.name, "id_number": f"65270119900307{n:03d}1"}).status_code for n in range(4)]
    assert tried == [422, 422, 422, 429]
    assert client.post(address, {"name": user.name, "id_number": "652701199003080011"}).status_code == 422, "another birthday"
    monkeypatch.setattr(limits, "PER_HOUR", 5)
    assert client.post(reverse("unit_person_mailbox", args=[user.pk]), MAILBOX).status_code == 429
    assert not AccountRequest.objects.exists()


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("652701199003071233", "652701199105071233", "身份证号：652701************（有改动）"),
        ("652701199003071233", "652722199003071241", "身份证号：652701************ 改为 652722************"),
    ],
)
def test_correction_that_was_asked_for_is_listed_with_the_region_alone(old: str, new: str, said: str) -> None:
    names = {"old_name": "马俊", "new_name": "马俊"}
    asked = AccountRequest(kind=AccountRequestKind.CORRECTION, old_number=old, new_number=new, **names)
    assert asked_of(asked) == [said]


@pytest.mark.parametrize(
    ("name", "step"),
    [
        ("unit_person_mailbox", "邮箱遗失"),
        ("unit_person_factor", "两步验证遗失"),
        ("unit_person_correction", "更正姓名或身份证号"),
    ],
)
def test_request_that_was_kept_says_what_it_is_and_for_whom_within_the_unit(unit: Organization, name: str, step: str) -> None:
    mine, other = ex.registered_applicant(unit), ex.registered_applicant(ex.approved_unit(2), 3)
    request = HttpRequest()
    request.actor = ex.unit_actor(unit)  # type: ignore[attr-defined]
    assert [line.value for line in deed_of(request, reverse(name, args=[mine.pk]))] == [step, mine.name]
    with pytest.raises(OutOfReachError):  # no name of another unit's people
        deed_of(request, reverse(name, args=[other.pk]))


def test_answer_that_was_kept_says_to_which_request(unit: Organization) -> None:
    mine = ex.registered_applicant(unit)
    row = ask_mailbox(ex.unit_actor(unit), mine)
    request = HttpRequest()
    request.actor = ex.officer(row.office, 9)  # type: ignore[attr-defined]
    path = reverse("office_account_refuse", args=[row.pk])
    assert [line.value for line in deed_of(request, path)] == ["不予通过", "邮箱遗失", mine.name]
