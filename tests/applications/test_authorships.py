"""The same paper claimed as first author by two people: told to both, named only where it may be."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from tests.support import world as w
from tests.support.told_once import told_once
from tests.web.applicant.kit import client_of
from zhicheng.applications.actions import discard_application, withdraw_application
from zhicheng.applications.authorships import claimed_by_others, contested_authorships
from zhicheng.applications.casefile import CaseFile
from zhicheng.applications.models import Application, FirstAuthorship
from zhicheng.organizations.actors import actor_for

pytestmark = pytest.mark.django_db
PAPER = {
    "kind": "paper", "title": "博州灌区渠系改造的实践", "publication": "新疆水利", "number": "CN65-1098/TV",
    "author_rank": "1/2", "published_on": "2021-09-15",
}  # fmt: skip


def send(world: w.World, actor: Any, **changes: str) -> Application:
    application = w.start(world, actor)
    w.fill(actor, application, {**w.sections(), "publications": [PAPER | changes]})
    w.submit(actor, application)
    return Application.objects.select_related("employer", "applicant").get(pk=application.pk)


@told_once
def two():
    """Two colleagues who both say that they are the first author of one paper; the second in another hand."""
    world = w.make_world()
    first = send(world, world.applicant)
    second = send(world, world.new_applicant(), title="博州灌区 渠系改造的实践 ", author_rank="第一")
    return world, first, second


def test_a_desk_on_the_road_of_both_reads_the_others_number(two):
    world, first, second = two
    (finding,) = contested_authorships(first, world.unit_admin)
    assert second.number in finding.text and finding.where.section == "publications" and finding.where.field == "author_rank"
    assert first.number in contested_authorships(second, world.unit_admin)[0].text


def test_an_applicant_learns_that_it_is_so_and_not_of_whom(two):
    world, first, second = two
    (finding,) = contested_authorships(first, world.applicant)
    assert second.number not in finding.text and second.applicant_name not in finding.text
    assert "另有申报人" in finding.text


def test_a_desk_learns_no_number_of_an_application_elsewhere(two):
    world, first, second = two
    far = send(world, world.new_applicant(unit=world.other_unit))
    (finding,) = contested_authorships(first, world.unit_admin)
    assert second.number in finding.text and far.number not in finding.text
    assert "另有不在本部门办理范围内" in finding.text
    (finding,) = contested_authorships(far, world.other_admin)
    assert "另有申报人" in finding.text and first.number not in finding.text


def test_second_authors_and_what_is_over_are_no_contest(two):
    world, first, second = two
    third = send(world, world.new_applicant(), author_rank="2/2")
    assert contested_authorships(third, world.unit_admin) == []
    assert not FirstAuthorship.objects.filter(submission=third.current_submission).exists()
    withdraw_application(actor=actor_for(second.applicant), application_id=second.pk)
    discard_application(actor=actor_for(second.applicant), application_id=second.pk)
    assert contested_authorships(first, world.unit_admin) == []


def test_what_lies_in_the_database_names_no_paper(two):
    stored = FirstAuthorship.objects.extra(select={"raw": "work"}).values_list("raw", flat=True)
    assert stored and not any("灌区" in raw for raw in stored)


def test_work_claimed_by_another_is_told_before_it_is_sent_and_beside_its_field(two):
    world, first, _ = two
    writing = world.new_applicant()
    application = w.start(world, writing)
    w.fill(writing, application, {**w.sections(), "publications": [PAPER | {"author_rank": "1/3"}]})
    (finding,) = claimed_by_others(CaseFile(application))
    assert (finding.code, finding.where.section, finding.where.field) == ("authorship.contested", "publications", "author_rank")
    assert "另有申报人" in finding.text and first.number not in finding.text
    assert claimed_by_others(CaseFile(application), "awards") == []
    client = client_of(writing)
    for address in (
        reverse("application_check", args=[application.pk]),
        reverse("application_section", args=[application.pk, "publications"]),
    ):
        assert "另有申报人也把这一项" in client.get(address).content.decode(), address


def test_own_earlier_claim_is_no_contest(two):
    _, first, second = two
    case = CaseFile(first)
    assert claimed_by_others(case)
    for act in (withdraw_application, discard_application):
        act(actor=actor_for(second.applicant), application_id=second.pk)
    assert claimed_by_others(CaseFile(first)) == [], "what is over, and one's own"
