"""The stored files are read again, a share at a time, and what is wrong is named."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.support.verified import violated
from tests.support.world import evidence, person
from zhicheng.accounts.models import AccountKind
from zhicheng.evidence.models import EvidenceFile
from zhicheng.foundation import blobs, rolling
from zhicheng.foundation.models import StoredFileCheck

pytestmark = pytest.mark.django_db


@pytest.fixture
def files() -> list[EvidenceFile]:
    user = person(AccountKind.APPLICANT, "someone", serial=3)
    return [evidence(user.pk, f"file {n}") for n in range(5)]


def _path(file: EvidenceFile) -> Path:
    with blobs.open_blob(file.sha256) as stored:
        return Path(stored.name)


def test_every_file_comes_to_its_turn_the_longest_ago_first(files: list[EvidenceFile], monkeypatch: Any) -> None:
    monkeypatch.setattr(rolling, "LEAST", 2)
    rounds = []
    for _ in range(4):
        assert rolling.check_share() == 2 or StoredFileCheck.objects.count() == 5
        rounds.append(StoredFileCheck.objects.count())
    assert rounds == [2, 4, 5, 5]
    found = rolling.file_checks()
    assert (found.checked, found.bad) == (5, 0) and found.oldest is not None
    assert not violated("foundation.files_are_whole")


@pytest.mark.parametrize(("harm", "said"), [("change", rolling.CHANGED), ("remove", rolling.MISSING)])
def test_damage_is_named_until_the_file_is_whole_again(files: list[EvidenceFile], harm: str, said: str) -> None:
    path, content = _path(files[2]), _path(files[2]).read_bytes()
    if harm == "change":
        path.write_bytes(content[:-1] + b"X")
    else:
        path.unlink()
    assert rolling.check_share() == 5
    assert StoredFileCheck.objects.get(sha256=files[2].sha256).found == said
    assert violated("foundation.files_are_whole") == {("foundation.files_are_whole", f"file:{files[2].sha256[:16]}")}
    assert rolling.file_checks().bad == 1
    blobs.store(content)
    rolling.check_share()
    assert rolling.file_checks().bad == 0 and not violated("foundation.files_are_whole")


def test_file_nothing_refers_to_any_more_is_forgotten(files: list[EvidenceFile]) -> None:
    rolling.check_share()
    sha256 = files[0].sha256
    EvidenceFile.objects.filter(pk=files[0].pk).delete()
    rolling.check_share()
    assert not StoredFileCheck.objects.filter(sha256=sha256).exists()


def test_a_share_stops_after_its_time(files: list[EvidenceFile], monkeypatch: Any) -> None:
    monkeypatch.setattr(rolling, "SECONDS", -1)
    assert rolling.check_share() == 0
