"""Only bytes that no row of any room names are removed, and only old ones."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from django.apps import apps
from django.core.files.storage import storages

from tests.support import world as w
from zhicheng.documents.models import Paper
from zhicheng.foundation import blobs, clock, leftovers

# Hashes of texts and of stored data, not of files.
NOT_BYTES = {
    "accounts.NoticeAcceptance.text_sha256",
    "applications.Submission.sha256",
    "campaigns.CalendarVersion.sha256",
    "campaigns.CampaignVersion.sha256",
    "documents.Paper.certificate_sha256",
    "documents.Paper.snapshot_sha256",
    "evidence.Intake.sha256",  # of bytes that are held elsewhere until they are decided
    "evidence.ResumableUpload.sha256",  # of what is still to come
    "foundation.StoredFileCheck.sha256",  # when a stored file was last read: it keeps none alive
    "publicity.PublicityPeriod.facts_sha256",
}


def place(sha256: str) -> Path:
    return Path(storages["default"].location) / blobs._name(sha256)  # type: ignore[attr-defined]


def age(sha256: str, *, days: float) -> None:
    then = time.time() - days * 24 * 60 * 60
    os.utime(place(sha256), (then, then))


def test_every_column_that_holds_a_hash_is_declared_or_known_to_name_no_file() -> None:
    columns = {
        f"{model._meta.label}.{field.name}"
        for model in apps.get_models()
        for field in model._meta.concrete_fields
        if "sha256" in field.name and model.__module__.startswith("zhicheng.")
    }
    assert columns == leftovers.declared() | NOT_BYTES
    assert leftovers.declared() == {
        "evidence.EvidenceFile.sha256",
        "evidence.EvidenceFile.safe_sha256",
        "documents.Paper.pdf_sha256",
    }


@pytest.mark.django_db
def test_old_bytes_that_nobody_names_are_removed() -> None:
    old, young = blobs.store(b"nobody's, old").sha256, blobs.store(b"nobody's, young").sha256
    age(old, days=7.1)
    age(young, days=6.9)
    assert leftovers.remove_unreferenced() == [old]
    assert not blobs.exists(old) and blobs.verify_blob(young)
    assert leftovers.remove_unreferenced() == []


@pytest.mark.django_db
def test_bytes_that_any_row_names_survive_however_old() -> None:
    """A file in a form, one that was taken out again, a paper: everything a whole road leaves."""
    with clock.travel(w.IN_WINDOW):
        world = w.make_world()
        application = w.submitted(world)
        w.unit_pass(world, application)
        from zhicheng.applications.actions import remove_material
        from zhicheng.foundation import outbox

        outbox.drain(1000)
        w.give_back(world.unit_admin, application)
        material = application.materials.first()
        remove_material(actor=world.applicant, application_id=application.pk, material_id=material.pk)
    paper = Paper.objects.exclude(pdf_sha256="").first()
    assert paper is not None
    hashes = {m.file.sha256 for m in application.materials.select_related("file")} | {paper.pdf_sha256}
    for sha256 in hashes:
        age(sha256, days=400)
    assert leftovers.remove_unreferenced() == []
    assert all(blobs.verify_blob(sha256) for sha256 in hashes)


@pytest.mark.django_db
def test_one_of_two_rows_with_the_same_bytes_keeps_them() -> None:
    with clock.travel(w.IN_WINDOW):
        world = w.make_world()
        first, second = (w.evidence(world.unit_admin.user_id or 0, "same") for _ in range(2))
    assert first.sha256 == second.sha256
    age(first.sha256, days=30)
    first.delete()
    assert leftovers.remove_unreferenced() == []
    second.delete()
    assert leftovers.remove_unreferenced() == [second.sha256]


@pytest.mark.django_db
def test_bytes_uploaded_again_while_they_are_taken_aside_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same file arrives between the look and the removal: whoever was told that it is kept finds it."""
    sha256 = blobs.store(b"again").sha256
    age(sha256, days=30)
    rename: Callable[..., Path] = Path.rename

    def meanwhile(path: Path, target: Path) -> Path:
        if path == place(sha256):
            blobs.store(b"again")
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", meanwhile)
    assert leftovers.remove_unreferenced() == []
    assert blobs.verify_blob(sha256)


@pytest.mark.django_db
def test_storage_elsewhere_is_left_alone(settings) -> None:
    settings.STORAGES = settings.STORAGES | {"default": {"BACKEND": "django.core.files.storage.InMemoryStorage"}}
    blobs.store(b"elsewhere")
    assert leftovers.remove_unreferenced() == []


def test_without_any_declared_column_nothing_is_removed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leftovers, "_references", {})
    blobs.store(b"whose?")
    with pytest.raises(RuntimeError):
        leftovers.remove_unreferenced()
