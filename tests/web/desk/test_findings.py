"""What every desk reads of what was noticed: at the place, with the answer; and what the unit states of a sanction."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup
from django.urls import reverse

from tests.support import world as w
from tests.support.told_once import told_once
from tests.web.applicant.kit import client_of
from zhicheng.applications.actions import answer_findings
from zhicheng.applications.casefile import CaseFile
from zhicheng.applications.models import Application
from zhicheng.review.models import Decision

pytestmark = pytest.mark.django_db
ANSWER = "调动前在企业工作。"


def page(answer) -> BeautifulSoup:
    return BeautifulSoup(answer.content, "html.parser")


@told_once
def road():
    """An employee of an institution who says that 2020 was spent in an enterprise, and explains it."""
    world = w.make_world()
    application = w.start(world)
    contents = w.sections()
    contents["appraisals"][2]["employer_nature"] = "enterprise"
    w.fill(world.applicant, application, contents)
    case = CaseFile(Application.objects.select_related("employer", "campaign_version", "applicant").get(pk=application.pk))
    key = next(t.finding.key for t in case.findings if t.finding.code == "appraisals.nature")
    answer_findings(actor=world.applicant, application_id=application.pk, answers={key: ANSWER}, base_version=0)
    w.submit(world.applicant, application)
    application.refresh_from_db()
    return world, application


def case_page(actor, application):
    return page(client_of(actor).get(reverse("desk_case", args=[application.pk])))


def test_every_desk_reads_the_contradiction_and_its_answer_at_the_place(road):
    world, application = road
    desks = [world.unit_admin]
    w.to_bureau(world, application)
    desks += [world.county_officer, world.bureau]
    for actor in desks:
        soup = case_page(actor, application)
        listed = soup.select_one(".case-findings")
        assert "2020年度填写的单位性质是企业" in listed.text and ANSWER in listed.text
        link = next(a for a in listed.select("a") if "年度考核" in a.text)
        place = soup.select_one(link["href"])
        assert "2020年度填写的单位性质是企业" in place.text and ANSWER in place.text


def test_unit_states_a_sanction_and_the_county_and_the_applicant_read_it(road):
    world, application = road
    client = client_of(world.unit_admin)
    typed = {"submission": application.current_submission_id, "sanction_kind": "demerit", "sanction_since": "2023-01-01"}
    answer = client.post(reverse("desk_pass", args=[application.pk]), typed)
    assert answer.status_code == 422 and "请填写处分期满的日期" in page(answer).text
    assert page(answer).select_one("[name=sanction_since]")["value"] == "2023-01-01"
    answer = client.post(reverse("desk_pass", args=[application.pk]), typed | {"sanction_until": "2024-12-31"})
    assert answer.status_code == 303
    assert Decision.objects.get().sanction == {"kind": "demerit", "since": "2023-01-01", "until": "2024-12-31"}
    assert "记过" in case_page(world.unit_admin, application).select_one(".case-findings").text
    mine = page(client_of(world.applicant).get(reverse("my_application", args=[application.pk])))
    assert "记过" in mine.text


def test_pass_without_a_sanction_states_none_and_other_desks_are_not_asked(road):
    world, application = road
    w.to_bureau(world, application)
    assert all(not d.sanction for d in Decision.objects.all())
    soup = page(client_of(world.bureau).get(reverse("desk_pass", args=[application.pk])))
    assert soup.select_one("[name=sanction_kind]") is None
