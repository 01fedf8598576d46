"""Taking a file in: what can be said without opening it is said at once, then its bytes are held, then it waits to be examined."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any, Protocol

from django.db import InterfaceError, OperationalError, transaction

from zhicheng.evidence import intake
from zhicheng.evidence.brakes import most_bytes_of, refuse_too_large, refuse_too_much, sentence_over
from zhicheng.evidence.models import Intake
from zhicheng.foundation import holding
from zhicheng.foundation.errors import Refused
from zhicheng.foundation.transactions import StillTheirTurn, take_turns

TURN_SECONDS = 1.0
"""How long a visitor's file waits until others' are written down; a few hundredths are usual."""


class Upload(Protocol):
    """What is needed of an uploaded file; Django's ``UploadedFile`` and ``ContentFile`` are such."""

    name: str | None

    def chunks(self, chunk_size: int | None = None) -> Iterable[bytes]:
        """The content from its beginning."""


def take_file(
    *,
    upload: Upload,
    actor_id: int | None,
    network: str = "",
    purpose: str = intake.KEEP,
    subject: str = "",
    where: str = "",
    payload: dict[str, Any] | None = None,
    most_bytes: int = 0,
) -> Intake:
    """Hold ``upload`` durably and let it wait to be examined; what it was brought for is done afterwards (``intake.handler``).

    ``actor_id`` is the primary key of the user who brought it, None for a visitor, who comes from ``network`` (the part of an address that
    limits go by). ``subject`` and ``where`` name the page and the place on it that show the outcome; ``most_bytes`` is a limit of that
    place below the instance's own. Raises ``Refused`` at ``where``: ``too_large``, ``storage`` (the disk refused), and before anything is
    written ``queue_full``, ``budget``, ``space``, ``share`` when this account or network has too much waiting (or a visitor's turn does not
    come), used up its hour, or fills the room kept for visitors or its share of it.
    """
    intake.handler_for(purpose)
    size = int(getattr(upload, "size", None) or 0)
    refuse_too_much(actor_id, network, size, where)  # before anything is written; what is counted is counted again
    held = _hold(upload, where, most_bytes)
    row = intake.of_held(held, upload.name or "", actor_id=actor_id, network=network)
    row.purpose, row.subject, row.where, row.payload = purpose, subject, where, payload or {}
    try:
        with transaction.atomic():
            _wait_for_the_others(actor_id, where)
            refuse_too_much(actor_id, network, held.size, where)
            row.save(force_insert=True)
            return row
    except (OperationalError, InterfaceError):  # it may have been committed: what nobody wants is tidied later
        raise
    except BaseException:
        holding.release(held.name)
        raise


def note_told(*, intakes: Iterable[Intake]) -> None:
    """Write down that the answer to the upload has said these outcomes, so that the page does not say them a second time."""
    told = [row.pk for row in intakes]
    if told:
        with transaction.atomic():
            Intake.objects.filter(pk__in=told, ended_at__isnull=False).update(told=True)


def _hold(upload: Upload, where: str, most_bytes: int) -> holding.Held:
    try:
        return holding.hold(_bounded(upload, where, most_bytes))
    except Refused as refusal:
        raise Refused(replace(problem, where=where) for problem in refusal.problems) from refusal


def _wait_for_the_others(actor_id: int | None, where: str) -> None:
    """One file at a time is counted and written down, of an account, or of all visitors; nobody who is signed in waits for a visitor.

    Whoever waits holds a thread of the pages: visitors may hold all of them for this moment and no longer.
    """
    if actor_id is not None:
        take_turns(f"intake:{actor_id}")
        return
    try:
        take_turns("intake:visitors", seconds=TURN_SECONDS)
    except StillTheirTurn as late:
        raise Refused.one(sentence_over("queue_full"), where=where, code="queue_full") from late


def _bounded(upload: Upload, where: str, most_bytes: int) -> Iterator[bytes]:
    """The content, and never more of it than may be kept."""
    written = 0
    for chunk in upload.chunks():
        written += len(chunk)
        if written > most_bytes_of(most_bytes):
            size = max(written, getattr(upload, "size", None) or 0)
            refuse_too_large(upload.name or "", size=size, where=where, most_bytes=most_bytes)
        yield chunk
