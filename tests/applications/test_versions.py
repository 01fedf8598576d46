"""Earlier contents of a section: when one is kept, how many, and taking one back."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from tests.support import world as w
from tests.support.versions import FIRST, SECOND, written_over
from zhicheng.applications import versions
from zhicheng.applications.actions import save_section, take_back_section
from zhicheng.applications.models import Application, Material, SectionVersion
from zhicheng.applications.queries import draft_of
from zhicheng.applications.used_files import files_used_before
from zhicheng.foundation import clock
from zhicheng.foundation.errors import Refused

pytestmark = pytest.mark.django_db


def save(world: w.World, application: Application, text: str, version: int) -> None:
    typed = {"text": text}
    save_section(actor=world.applicant, application_id=application.pk, key="summary", typed=typed, base_version=version)


def take(world: w.World, application: Application, version: int, base: int, **changes: Any) -> Any:
    given = {"actor": world.applicant, "key": "summary", "version": version, "base_version": base} | changes
    return take_back_section(application_id=application.pk, **given)


def kept(application: Application, key: str = "summary") -> list[tuple[int, str]]:
    return [(row.version, json.loads(row.content)["text"]) for row in versions.versions_of(application, key)]


def test_saves_of_one_sitting_are_one_version(world) -> None:
    application, now = w.start(world), clock.now()
    for n in range(5):
        with clock.travel(now + timedelta(minutes=n)):
            save(world, application, f"第{n}次", n)
    assert kept(application) == []
    with clock.travel(now + timedelta(minutes=4) + versions.STOOD):
        save(world, application, "过了十分钟", 5)
    assert kept(application) == [(5, "第4次")]
    assert SectionVersion.objects.get().saved_at == now + timedelta(minutes=4)


def test_same_again_keeps_nothing(world) -> None:
    application = written_over(world)
    with clock.travel(clock.now() + timedelta(hours=1)):
        save(world, application, SECOND, 2)
    assert kept(application) == [(1, FIRST)]


def test_no_more_than_the_newest_are_kept(world) -> None:
    application, now = w.start(world), clock.now()
    for n in range(versions.MOST + 4):
        with clock.travel(now + n * versions.STOOD):
            save(world, application, f"第{n}次", n)
    assert [number for number, _text in kept(application)] == list(range(versions.MOST + 3, 3, -1))


def test_what_is_kept_is_sealed_in_the_database(world) -> None:
    written_over(world)
    with connection.cursor() as cursor:
        cursor.execute("SELECT content FROM applications_sectionversion")
        (sealed,) = cursor.fetchone()
    assert FIRST not in sealed and "text" not in sealed


def test_taking_back_is_a_save_that_keeps_what_was_there(world) -> None:
    application = written_over(world)
    saved = take(world, application, 1, 2)
    assert (saved.version, saved.content) == (3, {"text": FIRST})
    assert draft_of(application).contents["summary"] == {"text": FIRST}
    assert kept(application) == [(2, SECOND), (1, FIRST)]
    assert take(world, application, 2, 3).content == {"text": SECOND}  # and that is taken back itself
    assert [number for number, _text in kept(application)] == [3, 2, 1]


def test_taking_back_what_is_there_is_no_edit(world) -> None:
    application = written_over(world)
    take(world, application, 1, 2)
    Application.objects.filter(pk=application.pk).update(checked_at=clock.now())
    assert take(world, application, 1, 2).version == 3  # pressed twice
    assert Application.objects.get(pk=application.pk).checked_at is not None


def test_taking_back_voids_the_check(world) -> None:
    application = written_over(world)
    Application.objects.filter(pk=application.pk).update(checked_at=clock.now())
    take(world, application, 1, 2)
    assert Application.objects.get(pk=application.pk).checked_at is None


@pytest.mark.parametrize(
    ("version", "base", "changes", "code"),
    [
        (7, 2, {}, "not_found"),
        (1, 2, {"key": "basic"}, "not_found"),
        (1, 2, {"key": "nothing"}, "not_found"),
        (1, 1, {}, "conflict"),
    ],
)
def test_what_cannot_be_taken_back_is_told_and_changes_nothing(world, version: int, base: int, changes: Any, code: str) -> None:
    application = written_over(world)
    with pytest.raises(Refused) as refused:
        take(world, application, version, base, **changes)
    assert refused.value.has(code)
    assert draft_of(application).contents["summary"] == {"text": SECOND}


def test_nobody_takes_back_what_is_not_in_their_hands(world) -> None:
    application = written_over(world)
    with pytest.raises(Refused) as refused:
        take(world, application, 1, 2, actor=world.new_applicant())
    assert refused.value.has("not_found")
    w.fill(world.applicant, application)
    w.submit(world.applicant, application)
    with pytest.raises(Refused) as refused:
        take(world, application, 1, draft_of(application).versions["summary"])
    assert refused.value.has("not_open")


def test_papers_of_a_row_that_the_version_does_not_have_leave_their_box_and_stay_in_the_list_of_files(world) -> None:
    application, now = w.start(world), clock.now()
    with clock.travel(now - timedelta(hours=1)):
        save_section(
            actor=world.applicant,
            application_id=application.pk,
            key="education",
            typed=[{"id": "00000001", "school": "某学校"}],
            base_version=0,
        )
    w.fill(world.applicant, application)
    before = Material.objects.filter(section="education", removed_at=None).count()
    assert before
    take(world, application, 1, 2, key="education")
    assert not Material.objects.filter(section="education", removed_at=None).exists()
    slots = set(Material.objects.filter(section="education").values_list("slot", flat=True))
    offered = files_used_before(Application.objects.get(pk=application.pk), slots)
    gone = Material.objects.filter(section="education").values_list("file_id", flat=True)
    assert len(gone) == before and {file.file_id for file in offered} == set(gone)
