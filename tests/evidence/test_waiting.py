"""How long the answer to an upload waits for the examination, and how many threads of the pages may stand there."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.core.files.base import ContentFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.evidence import files
from zhicheng.evidence import waiting
from zhicheng.evidence.actions import examine_due, take_file
from zhicheng.evidence.models import Intake, IntakeState
from zhicheng.foundation import clock

pytestmark = pytest.mark.django_db


@pytest.fixture
def naps(monkeypatch: pytest.MonkeyPatch, settings: Any) -> list[float]:
    """How often a request has looked again; the third time there is an outcome."""
    settings.EXAMINE_INLINE, settings.EXAMINE_WAIT_SECONDS = False, 60
    taken: list[float] = []

    def nap(seconds: float) -> None:
        taken.append(seconds)
        if len(taken) == 3:
            examine_due()

    monkeypatch.setattr(waiting.time, "sleep", nap)
    return taken


def bring(*, by: Any = None, number: int = 1) -> Intake:
    upload = ContentFile(files.pdf(), name="证书.pdf")
    return take_file(upload=upload, actor_id=by.pk if by else None, network=f"203.0.113.{number}")


@pytest.fixture
def person() -> Any:
    return get_user_model().objects.create(username="person", email="person@example.com", created_at=clock.now())


def test_upload_waits_a_moment_for_its_outcome(naps: list[float]) -> None:
    [row] = waiting.wait_for([bring()])
    assert row.state == IntakeState.KEPT and len(naps) == 3


def test_visitor_behind_others_is_answered_at_once_and_somebody_signed_in_waits(naps: list[float], person: Any) -> None:
    """Fifty at once are not examined within a second: each that waited would keep a thread from the pages for nothing."""
    first = bring(number=2)
    mine = bring()
    with CaptureQueriesContext(connection) as asked:
        [row] = waiting.wait_for([mine])
    assert row.is_open and naps == [] and len(asked) == 1
    [row] = waiting.wait_for([bring(by=person)])
    assert row.state == IntakeState.KEPT and len(naps) == 3
    first.refresh_from_db()
    assert not first.is_open


def test_of_all_threads_visitors_hold_one_and_uploads_half(naps: list[float], person: Any, settings: Any) -> None:
    half = threading.BoundedSemaphore(2)
    waiting_now = [waiting._of_visitors, half]
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(waiting, "_of_all", half)
        waiting._of_visitors.acquire()
        [row] = waiting.wait_for([bring()])
        assert row.is_open and naps == []
        waiting._of_visitors.release()
        half.acquire()
        half.acquire()
        [row] = waiting.wait_for([bring(by=person)])
        assert row.is_open and naps == []
        half.release()
        half.release()
    for place in waiting_now:
        assert place.acquire(blocking=False), "each gave back its place"
        place.release()
