"""谁看过我的材料: the person reads which office was given what, and when (PIPL 第四十四条、第四十五条)."""

from __future__ import annotations

from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.support import world as w
from tests.support.told_once import told_once
from tests.support.world import World
from tests.web.applicant.kit import client_of
from zhicheng.applications.models import Application
from zhicheng.applications.queries import snapshot_of
from zhicheng.foundation import clock, looks
from zhicheng.organizations.models import Membership

pytestmark = pytest.mark.django_db
ADDRESS = reverse("person_looks")


@told_once
def application(world: World) -> Application:
    return w.submitted(world)


def lines(world: World) -> list[list[str]]:
    soup = BeautifulSoup(client_of(world.applicant).get(ADDRESS).content, "html.parser")
    return [[cell.get_text(" ", strip=True) for cell in row.select("td")] for row in soup.select("tbody tr")]


def note(actor: Any, application: Application, *, what: str = looks.FILE, thing: str = "") -> None:
    looks.note_look(actor=actor.ref, what=what, subject=f"application:{application.pk}", thing=thing)


def test_file_a_desk_opened_is_listed_with_office_and_name_and_without_the_officer(
    world: World, application: Application
) -> None:
    file = snapshot_of(application.current_submission).materials[0]
    answer = client_of(world.unit_admin).get(reverse("desk_file", args=[application.pk, file.file_id]))
    b"".join(answer.streaming_content)
    ((at, office, what, number, thing),) = lines(world)
    assert at.startswith("2023-05-22") and (office, what) == ("博乐市水利管理站", "打开附件")
    assert (number, thing) == (application.number, file.name)
    assert world.unit_admin.name not in client_of(world.applicant).get(ADDRESS).content.decode()


def test_one_sheet_and_a_whole_number_are_named(world: World, application: Application) -> None:
    file = snapshot_of(application.current_submission).materials[0]
    note(world.unit_admin, application, what=looks.PREVIEW, thing=f"evidence:{file.file_id}:2")
    note(world.county_officer, application, what=looks.NUMBER)
    number, sheet = lines(world)
    assert number[1:3] == [world.county.name, "查看完整身份证号"] and number[4] == "无"
    assert sheet[4] == f"{file.name}，第 2 页"


def test_looks_at_others_are_nobody_elses(world: World, application: Application) -> None:
    looks.note_look(actor=world.unit_admin.ref, what=looks.FILE, subject=f"application:{application.pk + 1}")
    looks.note_look(actor=world.unit_admin.ref, what=looks.FILE, subject=f"verification:{application.pk}")
    assert lines(world) == []


def test_office_is_the_one_of_that_time(world: World, application: Application) -> None:
    note(world.county_officer, application)
    with clock.travel(clock.now().replace(hour=16)):
        Membership.objects.filter(user_id=world.county_officer.user_id).update(until=clock.now())
        Membership.objects.create(
            user_id=world.county_officer.user_id, organization=world.other_county, role="staff", since=clock.now()
        )
        note(world.county_officer, application)
    assert [line[1] for line in lines(world)] == [world.other_county.name, world.county.name]


def test_account_that_is_at_no_office_is_told_as_such(world: World, application: Application) -> None:
    looks.note_look(actor="user:999999", what=looks.FILE, subject=f"application:{application.pk}")
    assert [line[1] for line in lines(world)] == ["系统工作人员"]


def test_page_asks_the_same_for_one_and_for_thirty(world: World, application: Application) -> None:
    client = client_of(world.applicant)
    client.get(ADDRESS)
    counted = []
    for more in (1, 29):
        for _n in range(more):
            file = w.evidence(world.applicant.account_id, f"{more}-{_n}")
            note([world.unit_admin, world.county_officer][_n % 2], application, thing=f"evidence:{file.pk}")
        with CaptureQueriesContext(
            connection,
        ) as asked:
            client.get(ADDRESS)
        counted.append(len(asked))
    assert counted[0] == counted[1]


def test_what_a_unit_calls_its_papers_and_their_numbers_are_not_told(world: World, application: Application) -> None:
    theirs = w.evidence(world.unit_admin.account_id, "关于某人举报的核查")
    note(world.county_officer, application, thing=f"evidence:{theirs.pk}")
    note(world.county_officer, application, what=looks.PAPER, thing="paper:GS2023-000001")
    note(world.county_officer, application, what=looks.PAPER, thing="paper:PS2023-000001")
    form, notice, file = lines(world)
    assert file[4] == "单位或部门的文件"
    assert (notice[2], notice[4]) == ("打开文书", "无")
    assert (form[2], form[4]) == ("打开印有完整身份证号的文书", "文书 PS2023-000001")


def test_nobody_but_applicants_has_the_page(world: World) -> None:
    assert client_of(world.unit_admin).get(ADDRESS).status_code in {403, 404}
