"""What was found about the papers a unit brings itself is told to it at once, and to every desk above it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from django.urls import reverse

from tests.support import unit_slots
from tests.support import world as w
from tests.support.told_once import told_once
from tests.web.applicant.kit import client_of
from zhicheng.applications import actions as applications
from zhicheng.applications.casefile import CaseFile
from zhicheng.evidence.models import EvidenceFile
from zhicheng.foundation import clock
from zhicheng.publicity import actions
from zhicheng.publicity.models import PublicityPeriod

pytestmark = pytest.mark.django_db

FOUND = {
    "notice_file": ([w.BLANK], "看起来是空白页"),
    "photo_file": ([{"code": "converted"}, {"code": "several", "count": 3}], "只显示和审核其中的主照片"),
    "result_file": ([{"code": "low_resolution", "width": 200, "height": 150}], "200 × 150 像素"),
}


@told_once(at=w.IN_WINDOW + timedelta(days=10))
def brought(world):
    """Every paper of the publicity and one of the unit's own box, each with something to be said of it."""
    with clock.travel(w.IN_WINDOW):
        application = unit_slots.publicised(world)
    period = PublicityPeriod.objects.get(application=application)
    for which, (warnings, _said) in FOUND.items():
        file = w.evidence(world.unit_admin.account_id, which, warnings=warnings)
        actions.add_publicity_paper(actor=world.unit_admin, period_id=period.pk, which=which, file_id=file.pk)
    own = w.evidence(world.unit_admin.account_id, "report", warnings=[{"code": "repaired"}])
    applications.add_unit_material(
        actor=world.unit_admin, application_id=application.pk, file_id=own.pk, box="unit_report", paper="report"
    )
    return application


SAID = [*(said for _warnings, said in FOUND.values()), "已自动修复，请核对预览", "已转换为 JPG"]


def sentences(answer) -> str:
    shown = BeautifulSoup(answer.content, "html.parser")
    return "".join(said.get_text() for said in shown.select(".file-warned, .file-noted"))


def test_unit_reads_at_once_what_was_found(world, brought):
    said = sentences(client_of(world.unit_admin).get(reverse("unit_publicity", args=[brought.pk])))
    assert [words for words in SAID if words not in said] == []


def test_every_desk_above_reads_it_in_the_case_and_in_the_viewer(world, brought):
    for box in CaseFile(brought).unit_boxes:
        if box.key != "unit_report" and box.required:
            check = w.evidence(world.unit_admin.account_id, box.key)
            applications.add_unit_material(
                actor=world.unit_admin, application_id=brought.pk, file_id=check.pk, box=box.key, paper=box.papers[0].key
            )
    w.report(world, brought)
    client, case = client_of(world.county_officer), reverse("desk_case", args=[brought.pk])
    answer = client.get(case)
    said = sentences(answer)
    assert [words for words in SAID if words not in said] == []
    assert "申报人没有确认查看" not in answer.content.decode()
    for file in EvidenceFile.objects.exclude(warnings=[]):
        shown = BeautifulSoup(client.get(f"{case}?file={file.pk}").content, "html.parser").select_one("#viewer")
        assert shown is not None and shown.select(".file-warned"), file.name
