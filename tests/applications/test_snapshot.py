"""The frozen content: canonical, complete, and never in the clear."""

from __future__ import annotations

import json
import random

import pytest
from django.db import connection

from tests.support import world as w
from tests.support.told_once import told_once
from zhicheng.applications.actions import add_material, save_section
from zhicheng.applications.models import Submission
from zhicheng.applications.queries import draft_of, materials_of, snapshot_of
from zhicheng.applications.snapshot import Snapshot, in_notice_order, publicised
from zhicheng.campaigns.queries import notice_of
from zhicheng.foundation import clock, outbox
from zhicheng.foundation.canonical import canonical_json, digest

pytestmark = pytest.mark.django_db


def shuffled(value):
    if isinstance(value, dict):
        keys = list(value)
        random.Random(7).shuffle(keys)
        return {k: shuffled(value[k]) for k in reversed(keys)}
    return [shuffled(v) for v in value] if isinstance(value, list) else value


@told_once
def road():
    world = w.make_world()
    return world, w.submitted(world)


def test_snapshot_is_canonical_and_its_hash_is_of_what_is_kept(road):
    submission = Submission.objects.get()
    content = snapshot_of(submission).as_json()
    assert submission.content.encode() == canonical_json(content)
    assert submission.sha256 == digest(content) == digest(shuffled(content))


def test_snapshot_holds_all_a_desk_judges(road):
    world, application = road
    snapshot = snapshot_of(Submission.objects.get())
    assert set(json.loads(Submission.objects.get().content)) == {
        "schema", "campaign", "application", "employer", "supervising_body", "industry_body", "county_office", "prefecture_office", "sections",
        "materials", "answers", "point_answers", "commitment", "liability", "checked", "submission",
    }  # fmt: skip
    assert snapshot.sections == draft_of(application).contents
    assert snapshot.sections["basic"]["id_number"] == w.identity_number(12)
    assert snapshot.campaign.sha256 == world.version.sha256
    assert (snapshot.submission.number, snapshot.submission.submitted_at) == (1, "2023-05-22T10:00:00+08:00")
    assert snapshot.commitment.text and snapshot.liability.text
    assert snapshot.offices["county_office"].name == world.county.name and snapshot.offices["supervising_body"] is None
    assert len(snapshot.materials) == application.materials.count()
    assert all(len(m.sha256) == 64 for m in snapshot.materials)


def test_files_are_listed_as_the_notice_lists_them_whenever_they_were_uploaded(road):
    _world, application = road
    places = [(m.slot, m.year, m.row, m.paper) for m in snapshot_of(Submission.objects.get()).materials]
    kept = list(materials_of(application))
    random.Random(3).shuffle(kept)
    listed = in_notice_order(notice_of(application.campaign_version), draft_of(application).contents, kept)
    assert [(m.slot, m.year, m.row, m.paper) for m in listed] == places
    slots = [slot.key for slot in notice_of(application.campaign_version).materials]
    assert [slots.index(slot) for slot, *_ in places] == sorted(slots.index(slot) for slot, *_ in places)
    assert [year for slot, year, *_ in places if slot == "continuing_education"] == [2019, 2020, 2021, 2022]


def test_later_edits_do_not_reach_a_submission(road):
    world, application = road
    first = Submission.objects.get()
    before = first.content
    w.give_back(world.unit_admin, application)
    save_section(
        actor=world.applicant, application_id=application.pk, key="summary", typed={"text": "改过的总结。" * 80},
        base_version=draft_of(application).versions["summary"],
    )  # fmt: skip
    w.submit(world.applicant, application)
    assert Submission.objects.get(pk=first.pk).content == before
    second = Submission.objects.get(number=2)
    assert snapshot_of(second).sections["summary"]["text"].startswith("改过的总结")
    assert second.sha256 != first.sha256


def test_publicised_part_changes_only_with_what_the_notice_shows(road):
    content = snapshot_of(Submission.objects.get()).as_json()

    def shown(change) -> str:
        other = json.loads(json.dumps(content))
        change(other)
        return digest(publicised(Snapshot.read(json.dumps(other))))

    before = shown(lambda _content: None)
    for change in (
        lambda s: s["sections"]["summary"].update(text="x"),
        lambda s: s["sections"]["basic"].update(mobile="13900000000"),
        lambda s: s["submission"].update(number=2),
    ):
        assert shown(change) == before
    for change in (
        lambda s: s["sections"]["basic"].update(name="别人"),
        lambda s: s["sections"]["achievements"][0].update(role="参与"),
        lambda s: s["sections"]["current_title"].update(title_name="技术员"),
        lambda s: s["application"].update(level="junior"),
    ):
        assert shown(change) != before


def test_no_identity_number_is_in_the_clear_after_the_whole_road(road):
    """House: identity numbers are encrypted at rest; here every text column of every table is read."""
    world, application = road
    number = w.identity_number(12)
    w.unit_pass(world, application)
    period = w.open_publicity(world, application)
    with clock.travel(w.IN_WINDOW.replace(day=1, month=6)):
        w.add_papers(world, period)
        w.report(world, application)
        w.pass_on(world.county_officer, application)
        w.pass_on(world.bureau, application)
    outbox.drain(1000)
    seen = 0
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')  # noqa: S608 - names from the database itself
            for row in cursor.fetchall():
                for value in row:
                    text = value.tobytes().decode("latin-1") if isinstance(value, memoryview) else str(value)
                    assert number not in text, table
                    seen += 1
    assert seen > 1000


def test_materials_of_a_removed_row_are_not_frozen(road):
    world, application = road
    w.give_back(world.unit_admin, application)
    education = draft_of(application).contents["education"]
    second = education[0] | {"id": "", "school": "新疆大学", "started_on": "2005-09-01", "graduated_on": "2009-06-30"}
    saved = save_section(
        actor=world.applicant, application_id=application.pk, key="education", typed=[*education, second], base_version=1
    )
    row = saved.content[1]["id"]
    file = w.evidence(world.applicant.user_id, "second")
    add_material(
        actor=world.applicant, application_id=application.pk, file_id=file.pk, slot="education", paper="diploma", row=row
    )
    save_section(actor=world.applicant, application_id=application.pk, key="education", typed=education, base_version=2)
    w.submit(world.applicant, application)
    assert file.pk not in {m.file_id for m in snapshot_of(Submission.objects.get(number=2)).materials}
    assert application.materials.get(file=file).removed_at is not None
