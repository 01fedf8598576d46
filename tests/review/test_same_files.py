"""The same file in another person's application: which desk is told, and of whom."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.support import world as w
from tests.support.postgres import plan_as_at_work
from tests.web.applicant.kit import client_of, page
from zhicheng.applications.actions import add_material
from zhicheng.applications.casefile import CaseFile
from zhicheng.applications.models import Application, Material, Submission
from zhicheng.applications.queries import materials_of
from zhicheng.evidence.models import EvidenceFile
from zhicheng.organizations.actors import Actor
from zhicheng.organizations.models import Organization
from zhicheng.review.same_files import MOST, same_elsewhere

pytestmark = pytest.mark.django_db
WORDS = "one certificate for two"


def use(actor: Actor, application: Application, words: str = WORDS) -> Material:
    """The file with these words, each time to the byte the same, in the place of the first paper."""
    old = materials_of(application)[0]
    file = w.evidence(actor.account_id or 0, words)
    place = {"slot": old.slot, "paper": old.paper, "year": old.year, "row": old.row}
    return add_material(actor=actor, application_id=application.pk, file_id=file.pk, replaces=old.pk, **place)


def sent(world: w.World, actor: Actor, words: str = WORDS) -> Application:
    application = w.start(world, actor)
    w.fill(actor, application)
    use(actor, application, words)
    w.submit(actor, application)
    application.refresh_from_db()
    return application


def told(application: Application, actor: Actor) -> list[str]:
    case = CaseFile(application)
    return [other.number for file in case.snapshot.materials for other in same_elsewhere(case, actor, file)]


@pytest.fixture
def other(world: w.World) -> Actor:
    return world.new_applicant()


def test_desk_is_told_at_the_file_and_can_open_the_other(world: w.World, other: Actor) -> None:
    first, second = sent(world, world.applicant), sent(world, other)
    assert told(first, world.unit_admin) == [second.number] and told(second, world.unit_admin) == [first.number]
    (file,) = [one for one in CaseFile(first).snapshot.materials if one.name == f"{WORDS}.pdf"]
    shown = page(client_of(world.unit_admin).get(reverse("desk_case", args=[first.pk]) + f"?file={file.file_id}"))
    assert "其他申请书也有完全相同的文件" in shown and second.number in shown and "多人合作的项目" in shown
    assert reverse("desk_case", args=[second.pk]) in shown


def test_applicant_is_told_nothing_of_somebody_else(world: w.World, other: Actor) -> None:
    first, second = sent(world, world.applicant), sent(world, other)
    client = client_of(world.applicant)
    for name in ("my_application", "application_receipt"):
        more = [1] if name == "application_receipt" else []
        assert second.number not in page(client.get(reverse(name, args=[first.pk, *more])))
    assert told(first, world.applicant) == []


def test_desk_is_told_only_of_what_lies_in_its_jurisdiction(world: w.World, other: Actor) -> None:
    unit = Organization.objects.get(pk=world.other_admin.organization_id)
    first, second = sent(world, world.applicant), sent(world, world.new_applicant(unit=unit))
    assert told(first, world.unit_admin) == [], "the other unit's is not this unit's to see"
    assert told(first, world.county_officer) == [], "neither has arrived there"
    third = sent(world, other)
    for application in (first, third):
        w.to_bureau(world, application)
    assert told(first, world.bureau) == [third.number], "the second has not arrived"
    assert told(second, world.other_admin) == []


@pytest.mark.usefixtures("unprotected")
def test_own_other_application_and_drafts_are_none_of_it(world: w.World, other: Actor) -> None:
    first = sent(world, world.applicant)
    draft = w.start(world, other)
    w.fill(other, draft)
    use(other, draft)
    assert told(first, world.unit_admin) == []
    w.submit(other, draft)
    assert told(first, world.unit_admin) == [draft.number]
    Application.objects.filter(pk=draft.pk).update(person_index=first.person_index)
    assert told(first, world.unit_admin) == [], "one person may use a file of their own again"


def test_file_taken_out_before_it_was_sent_is_none_of_it(world: w.World, other: Actor) -> None:
    first = sent(world, world.applicant)
    draft = w.start(world, other)
    w.fill(other, draft)
    wrong = use(other, draft)
    file = w.evidence(other.account_id or 0, "another one instead")
    place = {"slot": wrong.slot, "paper": wrong.paper, "year": wrong.year, "row": wrong.row}
    add_material(actor=other, application_id=draft.pk, file_id=file.pk, replaces=wrong.pk, **place)
    w.submit(other, draft)
    assert told(first, world.unit_admin) == []


@pytest.mark.usefixtures("unprotected")
def test_file_that_was_mended_is_known_by_its_original(world: w.World, other: Actor) -> None:
    first, second = sent(world, world.applicant), sent(world, other, "turned here")
    brought = EvidenceFile.objects.get(
        sha256=CaseFile(first).snapshot.materials[0].sha256, uploaded_by=world.applicant.account_id
    )
    copy = w.evidence(other.account_id or 0, WORDS)
    made = EvidenceFile.objects.create(
        sha256="9" * 64, size=9, name="made.pdf", media_type="application/pdf", uploaded_by_id=other.account_id, uploaded_at=copy.uploaded_at,
        original=copy,
    )  # fmt: skip
    Material.objects.filter(application=second, file__sha256=CaseFile(second).snapshot.materials[0].sha256).update(file=made)
    assert copy.sha256 == brought.sha256 and told(first, world.unit_admin) == [second.number]


@pytest.mark.postgres
def test_same_files_are_found_by_the_indexes_of_the_hashes(world: w.World) -> None:
    """As it is planned where there are a million of each: only what no index serves would still be read whole."""
    first = sent(world, world.applicant)
    case = CaseFile(first)
    (file,) = [one for one in case.snapshot.materials if one.name == f"{WORDS}.pdf"]
    with CaptureQueriesContext(connection) as asked:
        same_elsewhere(case, world.bureau, file)
    with connection.cursor() as cursor:
        plan_as_at_work(cursor)
        for table in (Application, EvidenceFile, Material, Submission):
            name = table._meta.db_table
            cursor.execute(f"ANALYZE {name}")
            cursor.execute("UPDATE pg_class SET relpages = 1, reltuples = 1000000 WHERE relname = %s", [name])
        cursor.execute(f"EXPLAIN {asked[0]['sql']}")
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "Seq Scan" not in plan, plan
    for index in ("evidence_evidencefile_sha256_", "evidence_evidencefile_original_id_", "applications_material_file_id_"):
        assert re.search(rf" using {index}\w+ on ", plan), plan


def test_few_are_named_with_one_query(world: w.World, django_assert_num_queries: Any) -> None:
    first = sent(world, world.applicant)
    for _ in range(MOST + 1):
        sent(world, world.new_applicant())
    case = CaseFile(first)
    (file,) = [one for one in case.snapshot.materials if one.name == f"{WORDS}.pdf"]
    with django_assert_num_queries(1):
        assert len(same_elsewhere(case, world.unit_admin, file)) == MOST
