"""Who was turned away, in words."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.support import world as w
from tests.web.applicant.kit import client_of, page
from zhicheng.accounts.models import AccountKind
from zhicheng.foundation import clock
from zhicheng.foundation.actions import record_refusal
from zhicheng.foundation.models import AccessRefusal
from zhicheng.web.access import ACCESS
from zhicheng.web.system.refusals import ROLES, words_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def auditor() -> Client:
    client = Client()
    client.force_login(w.person(AccountKind.AUDITOR, "auditor", name="审计"))
    return client


def refused(reason: str, path: str = "/x/") -> AccessRefusal:
    return AccessRefusal(path=path, reason=reason, actor="user:1")


@pytest.mark.parametrize(
    ("reason", "path", "words"),
    [
        ("the role unit of user:9 may not open office_person", "/office/person/", "“申报单位”不能打开“查询申报人”里的这个页面。"),
        ("the role applicant of user:9 may not open gone", "/gone/", "“申报人”不能打开这个页面。"),
        ("applications.Application pk=21", "/x/", "要打开的内容不存在，或者不在这个账号能查看的范围内：申请书 21。"),
        ("file 3 of application 4", "/x/", "要打开的内容不存在，或者不在这个账号能查看的范围内：附件文件 3、申请书 4。"),
        ("publicity of application 63", "/x/", "要打开的内容不存在，或者不在这个账号能查看的范围内：公示、申请书 63。"),
        ("unit verification 7", "/x/", "要打开的内容不存在，或者不在这个账号能查看的范围内：单位注册、年度核实 7。"),
        ("organizations.AccountRequest pk=9", "/x/", "要打开的内容不存在，或者不在这个账号能查看的范围内：账号申请 9。"),
        ("gone.Model pk=1", "/x/", "其他原因，按错误编号可以在日志里查到。"),
        ("permission denied", "/x/", "其他原因，按错误编号可以在日志里查到。"),
    ],
)
def test_reason_is_said_in_words(reason: str, path: str, words: str) -> None:
    assert words_of(refused(reason, path)) == words


def test_every_role_of_the_table_has_its_words() -> None:
    assert {role.value for roles in ACCESS.values() for role in roles} - {"system"} <= set(ROLES)


def test_page_names_the_account_its_role_and_what_it_reached_for(auditor: Client) -> None:
    with clock.travel(w.IN_WINDOW):
        world = w.make_world()
        application = w.submitted(world)
        client_of(world.other_officer).get(reverse("desk_case", args=[application.pk]))
        client_of(world.unit_admin).get(reverse("office_person"))
        Client().get(reverse("notice", args=["nowhere"]))
        shown = page(auditor.get(reverse("system_refusals")))
    assert "县（市）人社局职称办" in shown and "未登录的访客" in shown
    for actor in (world.other_officer, world.unit_admin):
        assert actor.ref not in shown
    assert f"能查看的范围内：申请书 {application.pk}。" in shown and "不能打开“查询申报人”" in shown
    assert "may not open" not in shown


def test_page_of_many_takes_the_queries_of_one(auditor: Client) -> None:
    address = reverse("system_refusals")

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert auditor.get(address).status_code == 200
        return len(captured)

    with clock.travel(w.IN_WINDOW):
        world = w.make_world()
        record_refusal(path="/x/", actor=world.applicant.ref, reason="applications.Application pk=1")
        queries()
        one = queries()
        for n in range(30):
            who = world.new_applicant().ref
            record_refusal(path=f"/office/person/{n}", actor=who, reason=f"the role unit of {who} may not open office_person")
        assert queries() == one
