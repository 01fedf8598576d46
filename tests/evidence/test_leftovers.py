"""What was uploaded and never used goes after two days; what any row refers to stays."""

from __future__ import annotations

import os
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.db.models import ForeignKey

from tests.support import world as w
from zhicheng.applications.models import Material
from zhicheng.evidence.actions import remove_leftovers
from zhicheng.evidence.models import EvidenceFile, FileReading, Intake, PageCheck
from zhicheng.evidence.previews import preview_png
from zhicheng.evidence.queries import _relations, unused_files
from zhicheng.foundation import blobs, clock, jobs, triggers
from zhicheng.foundation.models import LedgerEntry
from zhicheng.publicity.models import PublicityPeriod

pytestmark = pytest.mark.django_db

LATER = w.IN_WINDOW + timedelta(days=30)


def visitors(words: str) -> EvidenceFile:
    """A licence that a visitor left without finishing the registration."""
    blob = blobs.store(w.pdf(words))
    return EvidenceFile.objects.create(
        sha256=blob.sha256, size=blob.size, name=f"{words}.pdf", media_type="application/pdf", uploaded_at=clock.now()
    )


def make_old(file: EvidenceFile, settings: Any) -> None:
    """As if the bytes had been stored a month ago."""
    path, then = Path(settings.MEDIA_ROOT) / blobs._name(file.sha256), time.time() - 30 * 24 * 60 * 60
    os.utime(path, (then, then))


def test_licence_of_an_unfinished_registration_goes_with_its_bytes_and_its_pictures(settings) -> None:
    with clock.travel(w.IN_WINDOW):
        file = visitors("licence")
        preview_png(file, 1, 160)
        make_old(file, settings)
    pictures = list((Path(settings.DATA_DIR) / "previews").rglob("*.png"))
    assert len(pictures) == 1
    with clock.travel(w.IN_WINDOW + timedelta(days=1, hours=23)):
        assert remove_leftovers() == (0, 0)
    with clock.travel(w.IN_WINDOW + timedelta(days=2, seconds=1)):
        assert remove_leftovers() == (1, 1)
        assert remove_leftovers() == (0, 0)
    assert not EvidenceFile.objects.exists() and not blobs.exists(file.sha256)
    assert not pictures[0].exists()
    entry = LedgerEntry.objects.get(event="evidence.leftovers_removed")
    assert entry.data == {"rows": 1, "files": 1}


def test_safe_copy_stays_and_goes_with_its_file(settings) -> None:
    with clock.travel(w.IN_WINDOW):
        file = visitors("licence")
        copy = blobs.store(w.pdf("licence without its script")).sha256
        with triggers.lifted(connection, "evidence_evidencefile"):
            EvidenceFile.objects.filter(pk=file.pk).update(safe_sha256=copy)
        make_old(file, settings)
        make_old(EvidenceFile(sha256=copy), settings)
        assert remove_leftovers() == (0, 0)
    assert blobs.verify_blob(copy)
    with clock.travel(w.IN_WINDOW + timedelta(days=3)):
        assert remove_leftovers() == (1, 2)
    assert not blobs.exists(copy)


def test_young_bytes_stay_although_their_row_is_gone() -> None:
    with clock.travel(w.IN_WINDOW):
        file = visitors("licence")
    with clock.travel(LATER):
        assert remove_leftovers() == (1, 0)
    assert blobs.verify_blob(file.sha256)


def test_file_in_use_survives_whoever_refers_to_it(settings) -> None:
    with clock.travel(w.IN_WINDOW):
        world = w.make_world()
        application = w.submitted(world)
        w.unit_pass(world, application)
        period = w.open_publicity(world, application)
    with clock.travel(LATER):
        w.add_papers(world, period)
    used = EvidenceFile.objects.all()
    number = used.count()
    assert number > 5
    for file in used:
        make_old(file, settings)
    with clock.travel(w.IN_WINDOW):
        idle = w.evidence(world.unit_admin.user_id or 0, "never attached")
    with clock.travel(LATER + timedelta(days=30)):
        assert list(unused_files()) == [idle]
        assert remove_leftovers() == (1, 0)
    assert EvidenceFile.objects.count() == number
    assert all(blobs.verify_blob(m.file.sha256) for m in Material.objects.select_related("file"))
    assert blobs.verify_blob(PublicityPeriod.objects.get().photo_file.sha256)


def test_same_bytes_in_a_form_outlive_the_copy_nobody_used(settings) -> None:
    with clock.travel(w.IN_WINDOW):
        world = w.make_world()
        application = w.submitted(world)
        used = application.materials.select_related("file").first().file
        EvidenceFile.objects.create(
            sha256=used.sha256, size=used.size, name="copy.pdf", media_type=used.media_type, uploaded_at=clock.now()
        )
        make_old(used, settings)
    with clock.travel(LATER):
        assert remove_leftovers() == (1, 0)
    assert blobs.verify_blob(used.sha256)


def test_every_foreign_key_to_a_file_is_asked() -> None:
    """Hidden ones (``related_name="+"``) too: they are all of them."""
    from django.apps import apps

    keys = {
        (model._meta.label, field.name)
        for model in apps.get_models()
        for field in model._meta.concrete_fields
        if isinstance(field, ForeignKey)
        and field.related_model is EvidenceFile
        and model not in {FileReading, Intake, PageCheck}  # how it came in
    }
    assert {(r.related_model._meta.label, r.field.name) for r in _relations()} == keys
    assert len(keys) >= 5


def test_file_taken_into_use_at_the_last_moment_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    """The list was read before the form took the file: the database refuses, and the job goes on."""
    from zhicheng.evidence import queries

    with clock.travel(w.IN_WINDOW):
        world = w.make_world()
        application = w.submitted(world)
        idle = visitors("idle")
    everything = EvidenceFile.objects.order_by("id")
    monkeypatch.setattr(queries, "unused_files", lambda: everything)
    assert remove_leftovers()[0] == 1
    assert not EvidenceFile.objects.filter(pk=idle.pk).exists()
    assert application.materials.select_related("file").count() > 0


def test_worker_has_the_job() -> None:
    assert {("evidence.leftovers", 24 * 60)} <= {(job.name, job.minutes) for job in jobs.regular_jobs()}
