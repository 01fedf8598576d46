"""The auditor's page of looks: who was given what, narrowed by day, account and application, with no number and no content."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.support import world as w
from zhicheng.accounts.models import AccountKind, User
from zhicheng.foundation import clock, looks
from zhicheng.foundation.models import AccessLook

pytestmark = pytest.mark.django_db
ADDRESS = "system_looks"


@pytest.fixture
def auditor(client: Client) -> Client:
    client.force_login(w.person(AccountKind.AUDITOR, "auditor", name="审计"))
    return client


def page_of(client: Client, **asked: str) -> str:
    answer = client.get(reverse(ADDRESS), asked)
    assert answer.status_code == 200
    return answer.content.decode()


def look(number: int, *, actor: str = "user:7", what: str = looks.FILE) -> None:
    looks.note_look(actor=actor, what=what, subject=f"verification:{number}", thing=f"evidence:{number}:3")


def test_looks_are_listed_newest_first_in_words(auditor: Client) -> None:
    look(41)
    look(42, what=looks.PREVIEW)
    look(43, what=looks.THUMBNAIL)
    page = page_of(auditor)
    assert "列表中显示了附件的缩略图" in page
    assert page.index("单位注册、年度核实 42") < page.index("单位注册、年度核实 41")
    assert "看附件的一页" in page and "附件文件 42，第 3 页" in page


def test_desk_that_read_the_number_is_named_and_the_number_is_not(auditor: Client) -> None:
    with clock.travel(w.IN_WINDOW):
        world = w.make_world()
        application = w.submitted(world)
        desk = Client()
        admin = User.objects.get(pk=world.unit_admin.account_id)
        desk.force_login(admin)
        number = application.applicant.id_number
        assert number in desk.post(reverse("desk_identity", args=[application.pk])).content.decode()
    page = page_of(auditor)
    assert admin.username in page and application.number in page and "查看完整身份证号" in page
    assert number not in page and number[6:14] not in page and application.applicant.name not in page
    assert application.number in page_of(auditor, application=application.number.lower())
    assert "单位管理员" not in page_of(auditor, application="没有这个编号")


def test_list_is_narrowed_by_account(auditor: Client) -> None:
    officer = w.person(AccountKind.OPERATOR, "jinghe")
    look(1, actor=f"user:{officer.pk}")
    look(2)
    page = page_of(auditor, account="JINGHE")
    assert "单位注册、年度核实 1" in page and "单位注册、年度核实 2" not in page


def test_list_is_narrowed_by_day_of_beijing(auditor: Client) -> None:
    for hour, number in ((15, 1), (16, 2)):  # a quarter to midnight of the seventh, and of the eighth, in Beijing
        AccessLook.objects.create(
            at=datetime(2023, 5, 7, hour, 45, tzinfo=UTC),
            seen_at=clock.machine_now(),
            actor="user:7",
            what=looks.FILE,
            subject=f"verification:{number}",
        )
    page = page_of(auditor, day="2023年5月7日")
    assert "单位注册、年度核实 1" in page and "单位注册、年度核实 2" not in page
    assert "单位注册、年度核实 2" in page_of(auditor, day="2023-05-08")


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({"day": "2023-02-30"}, "没有这一天"),
        ({"account": "nobody"}, "没有登录名是“nobody”的账号"),
        ({"application": "ZZ1"}, "没有编号是“ZZ1”的申请书"),
    ],
)
def test_what_names_nothing_is_said_and_lists_nothing(auditor: Client, asked: dict[str, str], sentence: str) -> None:
    look(1)
    page = page_of(auditor, **asked)
    assert sentence in page and "单位注册、年度核实 1" not in page


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_day_at_either_end_of_the_calendar_lists_nothing(auditor: Client, day: str) -> None:
    look(1)
    assert "单位注册、年度核实 1" not in page_of(auditor, day=day)


def test_page_says_how_far_looks_are_sealed(auditor: Client) -> None:
    AccessLook.objects.create(
        at=clock.now(), seen_at=datetime(2020, 1, 1, tzinfo=UTC), actor="user:7", what="file", subject="x:1"
    )
    assert "已封入台账" not in page_of(auditor)
    looks.seal()
    assert f"第 {AccessLook.objects.latest('pk').pk} 条及以前的记录已封入台账" in page_of(auditor)


def test_second_page_continues_the_first_and_keeps_what_was_asked(auditor: Client) -> None:
    for number in range(100, 135):
        look(number)
    first = page_of(auditor, day=clock.today().isoformat())
    answer = auditor.get(reverse(ADDRESS), {"day": clock.today().isoformat()})
    cursor = answer.context["page"].after
    assert cursor and "单位注册、年度核实 104" not in first
    second = page_of(auditor, day=clock.today().isoformat(), after=cursor)
    assert "单位注册、年度核实 104" in second and "单位注册、年度核实 105" not in second
    assert f"day={clock.today().isoformat()}" in first


def test_looking_at_the_log_leaves_no_look(auditor: Client) -> None:
    look(1)
    with CaptureQueriesContext(connection) as asked:
        page_of(auditor)
    assert AccessLook.objects.count() == 1 and not [q for q in asked if q["sql"].startswith("INSERT")]
