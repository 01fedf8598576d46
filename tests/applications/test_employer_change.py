"""A draft whose applicant has changed employer says what that changes, before it is sent."""

from __future__ import annotations

import pytest
from django.urls import reverse

from tests.support import world as w
from tests.web.applicant.kit import client_of, page
from zhicheng.applications.actions import save_section
from zhicheng.applications.casefile import CaseFile
from zhicheng.applications.employer_change import employer_change
from zhicheng.applications.models import Application
from zhicheng.organizations.actions import change_employer
from zhicheng.organizations.models import Organization

pytestmark = pytest.mark.django_db


@pytest.fixture
def application(world: w.World) -> Application:
    application = w.start(world)
    w.fill(world.applicant, application)
    rows = [row | {"employer_nature": ""} for row in w.sections()["work_history"]]
    save_section(actor=world.applicant, application_id=application.pk, key="work_history", typed=rows, base_version=1)
    save_section(actor=world.applicant, application_id=application.pk, key="appraisals", typed=[], base_version=1)
    return Application.objects.get(pk=application.pk)


def another(world: w.World, **changes: str) -> Organization:
    unit = Organization.objects.get(pk=world.unit.pk)
    unit.pk, unit.name, unit.uscc = None, "博乐市新建企业", "91652701MA77777777"
    for name, value in changes.items():
        setattr(unit, name, value)
    unit.save(force_insert=True)
    return unit


def test_same_employer_changes_nothing(world, application) -> None:
    assert employer_change(CaseFile(application), world.unit.pk) is None
    assert employer_change(CaseFile(application), None) is None


def test_enterprise_asks_for_no_appraisals_and_the_page_says_so(world, application) -> None:
    unit = another(world, nature="enterprise")
    told = employer_change(CaseFile(application), unit.pk)
    assert told is not None
    assert told.employer.name == "博乐市新建企业"
    assert any("年度考核" in box for box in told.not_wanted)
    assert not told.wanted
    assert not told.problems
    change_employer(user_id=world.applicant.account_id, employer_id=unit.pk)
    shown = page(client_of(world.applicant).get(reverse("application_tasks", args=[application.pk])))
    assert "改由“博乐市新建企业”办理" in shown
    assert "不再需要" in shown


def test_employer_elsewhere_cannot_take_it_and_that_is_said(world, application) -> None:
    unit = another(world, region_code="650102")
    told = employer_change(CaseFile(application), unit.pk)
    assert told is not None
    assert [problem.code for problem in told.problems] == ["wrong_region"]
