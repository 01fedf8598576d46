"""The pages on which officers come and go."""

from __future__ import annotations

import pytest
from allauth.usersessions.models import UserSession
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.organizations.examples import id_number
from tests.organizations.test_registration import mails
from tests.support import world as w
from tests.support.cases.accounts import session_of
from tests.support.factors import need_factor
from tests.support.told_once import told_once
from tests.web.registering import client_of, errors_of, page_of, summary_of
from zhicheng.accounts import second_factor
from zhicheng.accounts.models import AccountKind, User
from zhicheng.foundation import clock
from zhicheng.organizations import actions
from zhicheng.organizations.actors import SYSTEM, Actor, actor_for
from zhicheng.organizations.models import FactorReset, MembershipRole

pytestmark = pytest.mark.django_db
REASON = "已调离职称办岗位"


@told_once(at=None)
def world() -> w.World:
    with clock.travel(w.IN_WINDOW):
        return w.make_world(with_supervising=True)


def test_prefecture_sees_where_its_officer_is_signed_in_and_ends_one(world: w.World) -> None:
    user = User.objects.get(pk=world.county_officer.account_id)
    bureau, address = client_of(world.bureau), reverse("office_officer", args=[user.pk])
    assert "现在没有登录" in bureau.get(address).content.decode()
    row, other = session_of(user), session_of(user)
    UserSession.objects.filter(pk=row.pk).update(ip="192.0.2.77")
    page = bureau.get(address).content.decode()
    assert "192.0.2.77" in page and clock.written(row.created_at) in page and page.count("退出这个登录") == 2
    assert row.session_key not in page
    end = reverse("office_officer_session", args=[user.pk, row.pk])
    assert bureau.get(end).status_code == 405
    answer = bureau.post(end, follow=True).content.decode()
    assert "这个登录已退出，已发邮件告知本人" in answer and "192.0.2.77" not in answer and answer.count("退出这个登录") == 1
    over = bureau.post(end)
    assert over.status_code == 422 and "这个登录已经退出" in over.content.decode()
    assert client_of(world.applicant).post(end).status_code == 403
    assert other.exists() and not row.exists()


def one_more(world: w.World, number: int) -> Actor:
    return w.member(
        w.person(AccountKind.OFFICER, f"officer{number}", name=f"工作人员{number}"), world.county, MembershipRole.STAFF
    )


def test_road_of_an_officer_from_the_first_day_to_the_last_and_back(world: w.World) -> None:
    bureau = client_of(world.bureau)
    new = reverse("office_officer_new")
    typed = {"office_id": world.county.pk, "name": "叶尔兰", "email": "yeerlan@office.example", "username": "yeerlan"}
    nothing = bureau.post(new, typed)
    assert nothing.status_code == 422 and "身份证号" in nothing.content.decode()
    empty = bureau.post(new, {})
    assert len(summary_of(empty)) == 5, "everything that is missing at once, in the order of the form"
    assert [bool(errors_of(empty, field)) for field in ("office_id", "name", "email", "username", "id_number")] == [True] * 5
    typed["id_number"] = id_number(66)
    answer = bureau.post(new, typed, follow=True)
    assert "叶尔兰的账号已开通" in answer.content.decode()
    user = User.objects.get(username="yeerlan")
    gone = world.county_officer.account_id
    close = reverse("office_officer_close", args=[gone])
    page = bureau.get(close).content.decode()
    assert "等待本部门审核的申请书 0 份" in page and "叶尔兰" in page
    refused = bureau.post(close, {"reason": REASON})
    assert refused.status_code == 422 and "请选择由谁接手" in refused.content.decode()
    assert REASON in refused.content.decode(), "what was typed is still there"
    bureau.post(close, {"reason": REASON, "colleague_id": user.pk})
    assert not User.objects.get(pk=gone).is_active
    listed = bureau.get(reverse("office_officers"), {"show": "closed"}).content.decode()
    assert User.objects.get(pk=gone).name in listed
    one = bureau.get(reverse("office_officer", args=[gone])).content.decode()
    assert "重新启用账号" in one and "接手的人：叶尔兰" in one
    bureau.post(reverse("office_officer_reopen", args=[gone]), {"office_id": world.county.pk, "reason": "回到原岗位工作"})
    assert User.objects.get(pk=gone).is_active
    move = reverse("office_officer_move", args=[gone])
    bureau.post(move, {"to_office_id": world.other_county.pk, "reason": REASON, "colleague_id": user.pk})
    assert actor_for(User.objects.get(pk=gone)).organization_id == world.other_county.pk


def test_cases_in_hand_of_the_office_are_counted(world: w.World) -> None:
    with clock.travel(w.IN_WINDOW):
        w.to_bureau(world, w.submitted(world))
    body = world.supervisor
    page = client_of(world.bureau).get(reverse("office_officer_close", args=[world.supervisor.account_id])).content.decode()
    assert body is not None and "等待本部门审核的申请书" in page


def test_two_people_reset_a_factor_by_page(world: w.World) -> None:
    target = reverse("office_officer_factor", args=[world.county_officer.account_id])
    first = client_of(world.bureau)
    without = page_of(first.get(reverse("office_officer", args=[world.county_officer.account_id]))).get_text()
    assert "未设置" in without and "申请重置两步验证" not in without
    told = first.post(target, {"statement": "本人持身份证到场，手机丢失。"})
    assert told.status_code == 422 and "没有设置两步验证" in told.content.decode() and not FactorReset.objects.exists()
    need_factor(world.county_officer.account_id)
    assert first.post(target, {"statement": "丢了"}).status_code == 422
    first.post(target, {"statement": "本人持身份证到场，手机丢失。"})
    row = FactorReset.objects.get()
    decide = reverse("office_officer_factor_decide", args=[row.pk])
    mine = page_of(first.get(reverse("office_officer", args=[row.user_id]))).get_text()
    assert "须由另一人核实后同意" in mine and "同意重置" not in mine
    assert first.post(decide, {"decision": "consent"}).status_code == 422
    second = client_of(w.member(w.person(AccountKind.OFFICER, "second", name="王审"), world.prefecture, MembershipRole.STAFF))
    assert "等待第二人同意" in second.get(reverse("office_officers")).content.decode()
    assert second.post(decide, {"decision": "consent"}, follow=True).status_code == 200
    row.refresh_from_db()
    assert row.state == "done"
    change = (
        page_of(second.get(reverse("office_officer", args=[row.user_id])))
        .select_one("ol.plain-list li")
        .get_text(" ", strip=True)
    )
    assert "王审" in change and row.asked_by.name in change, "both names"
    assert clock.written(row.asked_at)[:10] in change and "提出人写的核实情况：本人持身份证到场，手机丢失。" in change
    told = [m for m in mails() if "两步验证已重置" in m["subject"]]
    assert told and all("王审" in m["body"] and row.asked_by.name in m["body"] for m in told)
    assert not any("理由：" in m["body"] for m in told), "the words are of who asked"


def test_security_administrator_sees_every_office_and_the_three(world: w.World) -> None:
    operator = w.person(AccountKind.OPERATOR, "operator", name="运维甲")
    need_factor(operator.pk)
    client = client_of(actor_for(w.person(AccountKind.SECURITY, "security")))
    page = client.get(reverse("office_officers")).content.decode()
    assert "运维甲" in page and User.objects.get(pk=world.county_officer.user_id).name in page
    one = client.get(reverse("office_officer", args=[operator.pk])).content.decode()
    assert "申请重置两步验证" in one and "停用账号" not in one
    assert client.get(reverse("office_officer_close", args=[operator.pk])).status_code == 404


def test_who_is_the_only_one_on_the_site_is_told_where_the_second_one_consents(world: w.World) -> None:
    operator = w.person(AccountKind.OPERATOR, "operator", name="运维甲")
    need_factor(operator.pk)
    client, command = client_of(actor_for(w.person(AccountKind.SECURITY, "security"))), "zhicheng office consent-reset operator"
    ask, page = (reverse(name, args=[operator.pk]) for name in ("office_officer_factor", "office_officer"))
    assert command in client.get(ask).content.decode()
    said = client.post(ask, {"statement": "本人持身份证到场，手机丢失。"}, follow=True).content.decode()
    assert said.count(command) == 2, "when it was asked for, and as long as it waits"
    w.person(AccountKind.SECURITY, "security-2")
    assert command not in client.get(page).content.decode()
    call_command("office", "consent-reset", "operator")
    assert not second_factor.those_of(operator.pk)


@pytest.mark.parametrize("name", ["office_officer", "office_officer_close", "office_officer_move", "office_officer_reopen"])
def test_people_of_other_kinds_are_not_there(world: w.World, name: str) -> None:
    client = client_of(world.bureau)
    for other in (world.unit_admin, world.applicant):
        assert client.get(reverse(name, args=[other.account_id])).status_code == 404


def test_own_account_offers_nothing(world: w.World) -> None:
    page = client_of(world.bureau).get(reverse("office_officer", args=[world.bureau.account_id])).content.decode()
    assert "自己的账号由同事办理" in page and "停用账号" not in page


def test_page_of_an_officer_shows_no_whole_mailbox(world: w.World) -> None:
    email = User.objects.get(pk=world.county_officer.user_id).email
    assert (
        email not in client_of(world.bureau).get(reverse("office_officer", args=[world.county_officer.user_id])).content.decode()
    )


def test_list_takes_the_queries_of_one(world: w.World) -> None:
    client = client_of(world.bureau)
    counts = []
    for numbers in (range(1), range(1, 25)):
        for number in numbers:
            actor = one_more(world, number)
            need_factor(actor.account_id)
            actions.request_factor_reset(actor=SYSTEM, user_id=actor.account_id, statement="本人持身份证到场，手机丢失。")
        with CaptureQueriesContext(connection) as captured:
            assert client.get(reverse("office_officers")).status_code == 200
        counts.append(len(captured))
    assert counts[0] == counts[1] <= 14


def test_times_of_sign_in_are_said_to_be_the_machines_where_the_clock_was_moved(world: w.World) -> None:
    with clock.travel(w.IN_WINDOW):
        bureau = client_of(world.bureau)
        moved = bureau.get(reverse("office_officers")).content.decode()
    assert "本页的登录时间是机器时间" in moved
    bureau = client_of(world.bureau)
    assert "机器时间" not in bureau.get(reverse("office_officers")).content.decode()


@pytest.mark.parametrize(
    ("page", "closed", "said"),
    [
        ("close", True, "这个账号已经停用。"),
        ("move", True, "账号已经停用，请先重新启用。"),
        ("factor", True, "账号已经停用，请先重新启用。"),
        ("factor", False, "没有设置两步验证"),
        ("reopen", False, "这个账号正在使用，不需要重新启用。"),
        ("number", False, "这个账号已经登记了身份证号。"),
    ],
)
def test_page_of_what_is_done_already_says_so_before_anything_is_typed(
    world: w.World, page: str, closed: bool, said: str
) -> None:
    user = world.county_officer.account_id
    if closed:
        actions.close_officer(actor=world.bureau, user_id=user, reason=REASON, nobody_left=True)
    address = reverse(f"office_officer_{page}", args=[user])
    main = page_of(client_of(world.bureau).get(address)).main
    assert said in main.get_text() and main.select_one("form") is None
    assert main.select_one(f'a[href="{reverse("office_officer", args=[user])}"]')


def test_page_of_a_reset_that_waits_says_so_before_anything_is_typed(world: w.World) -> None:
    need_factor(world.county_officer.account_id)
    client, ask = client_of(world.bureau), reverse("office_officer_factor", args=[world.county_officer.account_id])
    assert page_of(client.get(ask)).main.select_one("textarea")
    client.post(ask, {"statement": "本人持身份证到场，手机丢失。"})
    main = page_of(client.get(ask)).main
    assert "已有人提出过，等待另一人同意。" in main.get_text() and main.select_one("form") is None
