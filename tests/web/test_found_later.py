"""A file whose pages are still to be looked at: 上报 does not wait for it, and what is found afterwards reaches the applicant and every desk."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup
from django.urls import reverse

from tests.support import world as w
from tests.support.told_once import told_once
from tests.web.applicant.kit import client_of
from zhicheng.applications.casefile import CaseFile
from zhicheng.applications.models import Application
from zhicheng.applications.queries import snapshot_of
from zhicheng.applications.sent_invariants import submissions
from zhicheng.evidence.actions import claim_check, end_check_turn
from zhicheng.evidence.actions.checking import begin_check
from zhicheng.evidence.confinement.asking import Looked
from zhicheng.evidence.models import EvidenceFile, Lane
from zhicheng.rehearsal import acts

pytestmark = pytest.mark.django_db

CHECKING = "清晰度检查中"
FOUND = "第 1 页的文字看起来模糊"
LATER = "这条提示没有随上报内容固定下来"


@told_once
def road():
    """A complete application; one of its files is still to be looked at."""
    world = w.make_world()
    application = w.start(world)
    w.fill(world.applicant, application)
    file = next(iter(CaseFile(Application.objects.get()).materials)).file
    EvidenceFile.objects.filter(pk=file.pk).update(checking=True)
    begin_check(file=file, lane=Lane.PEOPLE)
    return world, application, file


def find(*warnings: dict[str, int | str]) -> None:
    turn = claim_check(lane=Lane.PEOPLE)
    assert turn is not None
    end_check_turn(turn=turn, outcome=Looked(list(warnings), 1, 0.1))


def text(client, name: str, *args: object, query: str = "") -> str:
    answer = client.get(reverse(name, args=args) + query)
    assert answer.status_code == 200
    return BeautifulSoup(answer.content, "html.parser").get_text()


def sent(road):
    world, application, _file = road
    acts.submit(world.applicant, application)
    application.refresh_from_db()
    return application


def test_unchecked_file_is_said_to_be_so_and_keeps_nobody_from_sending(road):
    world, application, _file = road
    assert CaseFile(Application.objects.get()).missing == []
    assert CHECKING in text(client_of(world.applicant), "application_check", application.pk)
    assert sent(road).current_submission is not None


def test_what_is_found_before_sending_has_to_be_looked_at_like_any_other(road):
    find({"code": "blurred", "page": 1})
    assert [one.code for one in CaseFile(Application.objects.get()).missing] == ["not_looked_at"]


def test_what_is_found_after_sending_reaches_the_desk_and_the_applicant(road):
    world, application, file = road
    sent(road)
    desk, applicant = client_of(world.unit_admin), client_of(world.applicant)
    assert CHECKING in text(desk, "desk_case", application.pk)
    find({"code": "blurred", "page": 1, "left": 1, "top": 2, "width_of": 3, "height_of": 4})
    page = text(desk, "desk_case", application.pk)
    assert FOUND in page and LATER in page and CHECKING not in page and "申报人没有确认查看" not in page
    shown = desk.get(reverse("desk_case", args=[application.pk]) + f"?file={file.pk}")
    assert BeautifulSoup(shown.content, "html.parser").select_one("#viewer svg.page-marks rect") is not None
    material = next(m for m in CaseFile(Application.objects.get()).materials if m.file_id == file.pk)
    assert FOUND in text(applicant, "application_material", application.pk, material.pk)


def test_what_is_found_after_sending_changes_nothing_of_what_was_sent(road):
    _world, _application, file = road
    application = sent(road)
    before = application.current_submission.sha256
    find({"code": "blurred", "page": 1})
    frozen = {one.file_id: one.warnings for one in snapshot_of(Application.objects.get().current_submission).materials}
    assert frozen.pop(file.pk) is None and all(told == [] for told in frozen.values())
    assert Application.objects.get().current_submission.sha256 == before
    assert list(submissions()) == []


def test_warning_that_was_sent_and_is_changed_afterwards_is_found(road):
    _world, _application, file = road
    find()
    sent(road)
    assert list(submissions()) == []
    EvidenceFile.objects.filter(pk=file.pk).update(warnings=[{"code": "dark", "page": 1}])
    assert len(list(submissions())) == 1
