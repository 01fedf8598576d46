"""账号申请 over HTTP: queue, case, the answers; and a county's request for a unit's administrator (S-18, S-36)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.organizations import examples as ex
from tests.organizations.test_account_requests import SAID, ask_correction, ask_mailbox, decide
from tests.support.factors import give_factor
from tests.support.uploads import keep_file
from tests.web.registering import IN_WINDOW, client_of, licence_upload, mails, page_of, publish, read, summary_of
from zhicheng.accounts import second_factor
from zhicheng.accounts.models import User
from zhicheng.foundation import clock
from zhicheng.foundation.models import AccessRefusal
from zhicheng.organizations import actions
from zhicheng.organizations.actors import Actor
from zhicheng.organizations.models import AccountRequest, Organization

pytestmark = pytest.mark.django_db
QUEUE = reverse("office_account_requests")


@pytest.fixture(autouse=True)
def in_the_window() -> Iterator[None]:
    with clock.travel(IN_WINDOW):
        publish()
        yield


@pytest.fixture
def unit() -> Organization:
    return ex.approved_unit()


def officer(number: int = 50, **changes: Any) -> Actor:
    return ex.officer(ex.county(), number, **changes)


def at(name: str, row: AccountRequest, *more: Any) -> str:
    return reverse(f"office_account_{name}", args=[row.pk, *more])


def state(row: AccountRequest) -> str:
    return AccountRequest.objects.get(pk=row.pk).state


def card(row: AccountRequest) -> dict[str, str]:
    return {"last_characters": (row.new_number or row.old_number)[-6:], "checked": "on"}


def test_the_queue_shows_what_waits_longest_first_and_says_when_it_is_long(unit: Organization) -> None:
    admin = ex.unit_actor(unit)
    ask_mailbox(admin, ex.registered_applicant(unit, 1, name="新来的"))
    with clock.travel(IN_WINDOW - timedelta(days=6)):
        ask_mailbox(admin, ex.registered_applicant(unit, 2, name="早来的"), email="early@mail.example")
    found = [r.get_text(" ", strip=True) for r in page_of(client_of(officer()).get(QUEUE)).select("tbody tr")]
    assert "早来的" in found[0] and "6 天 等待较久" in found[0] and "新来的" in found[1] and "等待较久" not in found[1]


def test_lists_take_the_same_queries_for_one_and_thirty_rows(unit: Organization) -> None:
    admin, client = ex.unit_actor(unit), client_of(officer())
    administrators = reverse("office_administrators")

    def more(number: int) -> None:
        row = ask_mailbox(admin, ex.registered_applicant(unit, 100 + number), email=f"a{number}@mail.example")
        decide(row, approve=False, reason="没有带身份证原件。")
        ask_mailbox(admin, row.user, email=f"b{number}@mail.example")
        ex.registered_unit(100 + number)

    counts = []
    more(0)
    client.get(QUEUE)
    for numbers in (range(0), range(1, 30)):
        for number in numbers:
            more(number)
        for address in (QUEUE, f"{QUEUE}?show=past", administrators):
            with CaptureQueriesContext(connection) as captured:
                client.get(address)
            counts.append(len(captured))
    assert counts[:3] == counts[3:] and max(counts) <= 12


def test_the_case_hides_what_the_officer_has_to_read_from_the_card(unit: Organization) -> None:
    user = ex.registered_applicant(unit)
    row = ask_mailbox(ex.unit_actor(unit), user)
    text = page_of(client_of(officer()).get(at("request", row))).main.get_text(" ", strip=True)
    assert user.id_number[-4:] not in text and f"{user.id_number[:12]}******" in text
    assert "fresh@mail.example" in text and SAID in text and user.email not in text


def test_a_mailbox_is_approved_with_the_card_in_hand(unit: Organization) -> None:
    row, client = ask_mailbox(ex.unit_actor(unit), ex.registered_applicant(unit)), client_of(officer())
    nothing = client.post(at("approve", row), {"last_characters": row.old_number[-6:]})
    assert nothing.status_code == 422 and state(row) == "pending"
    wrong = client.post(at("approve", row), {"last_characters": "000000", "checked": "on"})
    assert wrong.status_code == 422 and "还可以输入 4 次" in summary_of(wrong)[0]
    assert page_of(wrong).select_one("#approve_last_characters_error")
    right = client.post(at("approve", row), card(row))
    assert right.status_code == 303 and state(row) == "approved"
    assert len(mails("fresh@mail.example")) == 1


def test_a_refusal_needs_its_reason(unit: Organization) -> None:
    row, client = ask_mailbox(ex.unit_actor(unit), ex.registered_applicant(unit)), client_of(officer())
    assert client.post(at("refuse", row), {"reason": ""}).status_code == 422
    assert client.post(at("refuse", row), {"reason": "照片与本人不符。"}).status_code == 303
    assert state(row) == "refused"
    past = page_of(client.get(QUEUE, {"show": "past"})).select("tbody tr")[0].get_text(" ", strip=True)
    assert "未通过" in past and "叶尔肯" in past


def test_a_correction_shows_the_scan_and_is_put_in_force(unit: Organization) -> None:
    admin, user = ex.unit_actor(unit), ex.registered_applicant(unit)
    scan = keep_file(upload=licence_upload("身份证.jpg"), actor_id=admin.user_id)
    row = ask_correction(admin, user, name="阿依古丽", id_number=ex.id_number(301), scan_id=scan.pk)
    client = client_of(officer())
    page = page_of(client.get(at("request", row)))
    assert "原登记：阿依古丽·买买提" in page.main.get_text(" ", strip=True)
    picture = client.get(page.select_one("img.preview")["src"])
    assert picture["Content-Type"] == "image/png"
    assert read(client.get(at("scan", row))).startswith(b"\xff\xd8")
    assert client.post(at("approve", row), card(row)).status_code == 303
    user.refresh_from_db()
    assert (user.name, user.id_number) == ("阿依古丽", ex.id_number(301))
    assert "已完成" in page_of(client.get(at("request", row))).main.get_text()


def test_prefecture_sees_who_holds_the_right_number_and_gives_it_to_whose_card_it_has_seen(unit: Organization) -> None:
    admin, user = ex.unit_actor(unit), ex.registered_applicant(unit)
    right = ex.id_number(301)
    holder = ex.registered_applicant(ex.approved_unit(2), 2, id_number=right)
    User.objects.filter(pk=holder.pk).update(number_held_at=clock.now())  # an application of theirs was passed on
    row, free = (
        ask_correction(admin, user, id_number=right),
        ask_correction(admin, ex.registered_applicant(unit, 3), name="阿依古丽"),
    )
    county, bureau = client_of(officer()), client_of(ex.officer(ex.prefecture()))
    queue = page_of(bureau.get(QUEUE)).select("tbody tr")
    assert ["号码由另一账号持有" in line.get_text() for line in queue] == [True, False]
    assert "号码由另一账号持有" not in county.get(QUEUE).content.decode()
    for client, asked in ((county, row), (bureau, free)):
        page = page_of(client.get(at("request", asked)))
        assert not page.select("#approve_reason") and holder.username not in page.main.get_text()
    assert "到州人力资源和社会保障局" in summary_of(county.post(at("approve", row), card(row)))[0] and state(row) == "pending"
    page = page_of(bureau.get(at("request", row)))
    told = page.select_one(".callout-warn").get_text(" ", strip=True)
    assert holder.username in told and "没有核实过原件" in told and right not in str(page)
    short = bureau.post(at("approve", row), card(row) | {"reason": "见过"})
    assert short.status_code == 422 and "不少于10个字" in summary_of(short)[0]
    link = page_of(short).select_one(".error-summary a")
    assert link is not None and page_of(short).select_one(str(link["href"])).get_text(strip=True) == "见过"
    done = bureau.post(at("approve", row), card(row) | {"reason": "查验本人身份证原件，另一账号的单位没有见过原件。"})
    assert done.status_code == 303 and state(row) == "done"
    assert User.objects.get(pk=user.pk).id_number == right and User.objects.get(pk=holder.pk).id_number == ""


def test_prefecture_reads_that_a_card_was_seen_on_both_sides(unit: Organization) -> None:
    admin, user = ex.unit_actor(unit), ex.registered_applicant(unit)
    holder = ex.card_seen(ex.registered_applicant(unit, 2), admin)
    row, bureau = ask_correction(admin, user, id_number=holder.id_number), client_of(ex.officer(ex.prefecture()))
    page = page_of(bureau.get(at("request", row)))
    assert "两边都见过原件" in page.select_one(".callout-warn").get_text()
    answer = bureau.post(at("approve", row), card(row) | {"reason": "查验本人身份证原件，号码一致。"})
    assert "先更正那一个" in summary_of(answer)[0] and state(row) == "pending"


def test_another_county_finds_nothing(unit: Organization) -> None:
    admin = ex.unit_actor(unit)
    row = ask_correction(admin, ex.registered_applicant(unit), name="阿依古丽")
    stranger = client_of(ex.officer(ex.county("精河县人社局职称办", "652722")))
    for name, more in (("request", ()), ("scan", ()), ("scan_preview", (1,))):
        assert stranger.get(at(name, row, *more)).status_code == 404
    for name in ("approve", "refuse", "withdraw"):
        assert stranger.post(at(name, row), card(row)).status_code == 404
    administrator = reverse("office_administrator_mailbox", args=[admin.user_id])
    assert stranger.get(administrator).status_code == 404
    assert AccessRefusal.objects.count() == 7 and state(row) == "pending"
    assert not page_of(stranger.get(QUEUE)).select("tbody tr")


def test_the_slower_of_two_officers_reads_who_was_faster(unit: Organization) -> None:
    row = ask_mailbox(ex.unit_actor(unit), ex.registered_applicant(unit))
    client_of(officer(51, name="巴图")).post(at("approve", row), card(row))
    answer = client_of(officer(52)).post(at("refuse", row), {"reason": "照片与本人不符。"})
    assert answer.status_code == 422 and "巴图" in summary_of(answer)[0] and "没有生效" in summary_of(answer)[0]
    assert not page_of(answer).select_one("#approve") and state(row) == "approved"


def test_an_administrators_mailbox_from_county_to_prefecture(unit: Organization) -> None:
    user, county = User.objects.get(pk=ex.unit_actor(unit).user_id), client_of(officer())
    assert user.name in county.get(reverse("office_administrators")).content.decode()
    address = reverse("office_administrator_mailbox", args=[user.pk])
    typed = {"email": "fresh@mail.example", "statement": SAID, "identity_checked": "on"}
    assert "末六位" in summary_of(county.post(address, typed | {"last_characters": "000000"}))[0]
    assert county.post(address, typed | {"last_characters": user.id_number[-6:]}).status_code == 303
    row = AccountRequest.objects.get()
    mine = page_of(county.get(at("request", row)))
    assert not mine.select_one("#approve") and "等待审核" in mine.main.get_text()
    bureau = client_of(ex.officer(ex.prefecture()))
    page = page_of(bureau.get(at("request", row)))
    assert page.select_one("#approve") and not page.select_one("input[name=last_characters]")
    assert bureau.post(at("approve", row), {"checked": "on"}).status_code == 303
    assert state(row) == "approved"
    assert county.post(at("withdraw", row)).status_code == 303 and state(row) == "withdrawn"


def test_an_administrators_lost_factor_from_county_to_prefecture(unit: Organization) -> None:
    user, county = User.objects.get(pk=ex.unit_actor(unit).user_id), client_of(officer())
    address, listed = reverse("office_administrator_factor", args=[user.pk]), reverse("office_administrators")
    assert address not in county.get(listed).content.decode()
    assert "没有设置两步验证" in county.get(address).content.decode()
    give_factor(user)
    assert address in county.get(listed).content.decode()
    typed = {"statement": SAID, "identity_checked": "on"}
    assert "末六位" in summary_of(county.post(address, typed | {"last_characters": "000000"}))[0]
    assert county.post(address, typed | {"last_characters": user.id_number[-6:]}).status_code == 303
    row = AccountRequest.objects.get()
    assert not page_of(county.get(at("request", row))).select_one("#approve")
    bureau = client_of(ex.officer(ex.prefecture()))
    shown = page_of(bureau.get(at("request", row)))
    assert "两步验证和备用码" in shown.main.get_text() and not shown.select_one("input[name=last_characters]")
    assert bureau.post(at("approve", row), {"checked": "on"}).status_code == 303
    assert state(row) == "done" and not second_factor.those_of(user.pk)
    stranger = client_of(ex.officer(ex.county("精河县人社局职称办", "652722")))
    assert stranger.get(address).status_code == 404


def test_a_lost_factor_is_removed_with_the_card_in_hand(unit: Organization) -> None:
    user = ex.registered_applicant(unit)
    give_factor(user)
    row = actions.request_factor_removal(
        actor=ex.unit_actor(unit), user_id=user.pk, statement=SAID, identity_checked=True, year=ex.YEAR
    )
    client = client_of(officer())
    text = page_of(client.get(at("request", row))).main.get_text(" ", strip=True)
    assert f"{user.id_number[:12]}******" in text and user.id_number[-4:] not in text and user.email not in text
    assert "密码没有变化" in text
    assert "还可以输入 4 次" in summary_of(client.post(at("approve", row), {"last_characters": "000000", "checked": "on"}))[0]
    done = client.post(at("approve", row), card(row), follow=True)
    assert "两步验证已去掉" in done.content.decode() and not second_factor.those_of(user.pk)


def test_the_prefecture_releases_a_number_that_a_correction_left_behind(unit: Organization) -> None:
    user = ex.registered_applicant(unit)
    left = user.id_number
    row = ask_correction(ex.unit_actor(unit), user, id_number=ex.id_number(301))
    decide(row)
    assert not page_of(client_of(officer()).get(at("request", row))).select_one("#release")
    bureau = client_of(ex.officer(ex.prefecture()))
    assert page_of(bureau.get(at("request", row))).select_one("#release")
    short = bureau.post(at("release", row), {"reason": "核过"})
    assert short.status_code == 422 and page_of(short).select_one("#release[open]")
    assert bureau.post(at("release", row), {"reason": "经公安机关核实属于另一人。"}).status_code == 303
    assert not page_of(bureau.get(at("request", row))).select_one("#release")
    assert ex.registered_applicant(unit, 2, id_number=left)


def test_a_registration_whose_licence_another_unit_used_too_says_so() -> None:
    first, second = ex.registered_unit(1), ex.registered_unit(2)
    page = client_of(officer()).get(reverse("office_registration", args=[second.pk])).content.decode()
    assert first.organization.name in page and "完全相同的证照文件" in page
