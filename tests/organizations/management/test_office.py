"""The offices of a new instance are opened from the command line, through the same actions as everywhere."""

import io
import sys
from collections.abc import Callable

import pytest
from allauth.account.models import EmailAddress
from django.core.management import CommandError, call_command

from tests.organizations import examples as ex
from tests.support import world as w
from tests.support.factors import need_factor
from zhicheng.accounts.models import SYSTEM_KINDS, AccountKind, User
from zhicheng.foundation.models import OutboxMessage
from zhicheng.organizations.actions import request_factor_reset
from zhicheng.organizations.actors import Role, actor_for
from zhicheng.organizations.models import Organization

pytestmark = pytest.mark.django_db
BUREAU = "博尔塔拉蒙古自治州人力资源和社会保障局"


def office(*words: str) -> str:
    out = io.StringIO()
    call_command("office", *words, stdout=out)
    return out.getvalue()


@pytest.fixture
def piped(monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """``zhicheng office …`` with these lines on its standard input."""

    def run(*words: str, lines: str) -> str:
        monkeypatch.setattr(sys, "stdin", io.StringIO(f"{lines}\n"))
        return office(*words)

    return run


def test_offices_and_officers_can_be_opened_in_order(piped: Callable[..., str]) -> None:
    office("open", "prefecture", BUREAU, "--region", "652700")
    office("open", "county", "精河县职称办", "--region", "652722", "--under", BUREAU)
    words = ("officer", "精河县职称办", "--name", "阿依夏木·依明", "--username", "jinghe", "--email", "jinghe@example.cn")
    with pytest.raises(CommandError, match="身份证号"):
        piped(*words, lines="")
    said = piped(*words, lines=ex.id_number(60))
    assert "忘记登录名或密码" in said
    officer = User.objects.get(username="jinghe")
    assert officer.id_number == ex.id_number(60)
    assert not officer.has_usable_password()
    assert actor_for(officer).role == Role.COUNTY
    assert Organization.objects.get(name="精河县职称办").superior_office == Organization.objects.get(name=BUREAU)
    listed = office("list")
    assert BUREAU in listed
    assert "652722" in listed


def test_county_without_its_bureau_is_refused_with_the_actions_sentence() -> None:
    with pytest.raises(CommandError, match="上级"):
        office("open", "county", "精河县职称办", "--region", "652722")
    with pytest.raises(CommandError, match="office list"):
        office("open", "county", "精河县职称办", "--region", "652722", "--under", "没有的局")
    assert not Organization.objects.exists()


@pytest.mark.parametrize(
    ("kind", "region", "words"),
    [
        ("county", "999999", "行政区划代码999999不存在"),
        ("county", "652799", "行政区划代码652799不存在"),
        ("county", "653001", "653001不属于上级“" + BUREAU + "”所在的地（州、市）"),
        ("county", "652721", "行政区划代码652721（博乐县）已经停用，现在是652701"),
        ("county", "652700", "652700不是县（市）的行政区划代码"),
        ("prefecture", "652701", "652701不是地（州、市）的行政区划代码"),
        ("supervising", "652100", "行政区划代码652100（吐鲁番地区）已经停用，现在是650400"),
        ("supervising", "6527", "6 位行政区划代码"),
    ],
)
def test_office_needs_the_code_of_a_division_that_can_have_it(kind: str, region: str, words: str) -> None:
    office("open", "prefecture", BUREAU, "--region", "652700")
    under = ("--under", BUREAU) if kind == "county" else ()
    with pytest.raises(CommandError) as refused:
        office("open", kind, "新办职称办", "--region", region, *under)
    assert words in str(refused.value)
    assert Organization.objects.count() == 1


def test_supervising_body_may_belong_to_a_county() -> None:
    office("open", "supervising", "精河县水利局", "--region", "652722")
    assert Organization.objects.get().region_code == "652722"


@pytest.mark.parametrize("kind", SYSTEM_KINDS)
def test_who_runs_the_system_gets_password_and_number_that_were_piped_in(
    monkeypatch: pytest.MonkeyPatch, kind: AccountKind
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(f"长而难猜的一句话-2026\n{ex.id_number(61)}\n"))
    office(kind.value, "--name", "运维", "--username", "yunwei", "--email", "ops@example.cn")
    made = User.objects.get(username="yunwei")
    assert (made.kind, made.id_number) == (kind, ex.id_number(61))
    assert made.check_password("长而难猜的一句话-2026")
    assert actor_for(made).role == Role(kind.value)


def test_account_that_runs_the_system_is_not_made_without_a_number(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("长而难猜的一句话-2026\n"))
    with pytest.raises(CommandError, match="身份证号"):
        office("operator", "--name", "运维", "--username", "yunwei", "--email", "ops@example.cn")


def test_number_of_an_older_account_is_filled_in_by_command(piped: Callable[..., str]) -> None:
    """Of an officer, and of the three who run the system; never a second time, never one that somebody else of them has."""
    older = [w.without_number(w.person(kind, kind.value)) for kind in (AccountKind.OPERATOR, AccountKind.AUDITOR)]
    assert "已补填" in piped("number", "Operator", lines=ex.id_number(60))
    older[0].refresh_from_db()
    assert (older[0].id_number, older[0].predates_duties) == (ex.id_number(60), False)
    with pytest.raises(CommandError, match="三个人分别担任"):
        piped("number", "auditor", lines=ex.id_number(60))
    with pytest.raises(CommandError, match="已经登记了身份证号"):
        piped("number", "operator", lines=ex.id_number(61))


def test_a_lost_mailbox_of_an_officer_is_replaced_and_nobody_elses(piped: Callable[..., str]) -> None:
    office("open", "prefecture", BUREAU, "--region", "652700")
    words = ("officer", BUREAU, "--name", "李州", "--username", "lizhou", "--email", "old@example.cn")
    piped(*words, lines=ex.id_number(60))
    said = office("mailbox", "LiZhou", "--email", "New@example.cn")
    assert "new@example.cn" in said and "忘记登录名或密码" in said
    changed = User.objects.get(username="lizhou")
    assert changed.email == "new@example.cn" and not changed.has_usable_password()
    assert EmailAddress.objects.get(user=changed).verified
    for words in (("lizhou", "x@yopmail.com"), ("nobody", "a@example.cn")):
        with pytest.raises(CommandError):
            office("mailbox", words[0], "--email", words[1])
    unit = ex.approved_unit()
    person = ex.registered_applicant(unit)
    with pytest.raises(CommandError, match="没有登录名"):
        office("mailbox", person.username, "--email", "a@example.cn")


def test_officers_come_and_go_by_command(piped: Callable[..., str]) -> None:
    office("open", "prefecture", BUREAU, "--region", "652700")
    office("open", "county", "精河县职称办", "--region", "652722", "--under", BUREAU)
    for number, (name, where) in enumerate((("jinghe1", "精河县职称办"), ("jinghe2", "精河县职称办"), ("lizhou", BUREAU))):
        words = ("officer", where, "--name", "李梅", "--username", name, "--email", f"{name}@example.cn")
        piped(*words, lines=ex.id_number(60 + number))
    with pytest.raises(CommandError, match="由谁接手"):
        office("close", "jinghe1", "--reason", "已调离职称办岗位")
    assert "已停用" in office("close", "JingHe1", "--reason", "已调离职称办岗位", "--to", "jinghe2")
    assert not User.objects.get(username="jinghe1").is_active
    listed = office("officers", "精河县职称办")
    assert "jinghe1  李梅  已停用" in listed and "jinghe2  李梅  在用" in listed
    office("reopen", "jinghe1", "--office", "精河县职称办", "--reason", "回到原岗位工作")
    assert actor_for(User.objects.get(username="jinghe1")).role == Role.COUNTY
    office("move", "jinghe1", "--office", BUREAU, "--reason", "工作需要调动", "--to", "jinghe2")
    assert actor_for(User.objects.get(username="jinghe1")).role == Role.PREFECTURE
    with pytest.raises(CommandError, match="没有登录名"):
        office("close", "nobody", "--reason", "已调离职称办岗位", "--nobody-left")


def test_server_asks_for_a_reset_and_somebody_else_consents(piped: Callable[..., str]) -> None:
    office("open", "prefecture", BUREAU, "--region", "652700")
    for number, name in enumerate(("lizhou", "wangzhou")):
        words = ("officer", BUREAU, "--name", "李梅", "--username", name, "--email", f"{name}@example.cn")
        piped(*words, lines=ex.id_number(60 + number))
        need_factor(User.objects.get(username=name).pk)
    assert "同意" in office("ask-reset", "lizhou", "--statement", "本人持身份证到场，手机丢失。")
    with pytest.raises(CommandError, match="另一人"):
        office("consent-reset", "lizhou")
    with pytest.raises(CommandError, match="没有等待同意"):
        office("consent-reset", "wangzhou")
    asker = actor_for(User.objects.get(username="lizhou"))
    request_factor_reset(actor=asker, user_id=User.objects.get(username="wangzhou").pk, statement="本人持身份证到场，手机丢失。")
    assert "已重置" in office("consent-reset", "wangzhou")


def test_account_that_runs_the_system_is_closed_and_opened_by_command(monkeypatch: pytest.MonkeyPatch) -> None:
    for number, kind in enumerate(SYSTEM_KINDS):
        monkeypatch.setattr(sys, "stdin", io.StringIO(f"长而难猜的一句话-2026\n{ex.id_number(61 + number)}\n"))
        office(kind.value, "--name", "值班员", "--username", kind.value, "--email", f"{kind.value}@example.cn")
    office("close", "operator", "--reason", "岗位调整，不再担任")
    assert not User.objects.get(username="operator").is_active
    told = [m.payload["to"][0] for m in OutboxMessage.objects.filter(kind="mail", payload__subject="账号已停用")]
    assert set(told) == {"operator@example.cn", "security@example.cn", "auditor@example.cn"}
    office("reopen", "operator", "--reason", "回到原岗位工作")
    assert User.objects.get(username="operator").is_active
