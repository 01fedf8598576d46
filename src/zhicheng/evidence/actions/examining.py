"""Examining what waits: one at a time per account and network, in the right order, and again when whoever had it in hand died."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any, ClassVar

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import translation

from zhicheng.evidence import due, intake, rules
from zhicheng.evidence.actions.checking import begin_check
from zhicheng.evidence.actions.keeping import store_safe_copy
from zhicheng.evidence.examination import Composed, Examined, Unacceptable, compose_held, examine_confined, limits_in_force
from zhicheng.evidence.leases import Lease, lock_mine, lock_next, mine, take
from zhicheng.evidence.models import EvidenceFile, Intake, IntakeState, Lane
from zhicheng.evidence.names import clean_name, told_apart
from zhicheng.evidence.sentences import NOT_EXAMINED, sentence_of
from zhicheng.foundation import blobs, clock, holding, securitylog
from zhicheng.foundation.errors import Problem, Refused
from zhicheng.foundation.ids import new_error_id
from zhicheng.foundation.transactions import one_transaction

logger = logging.getLogger(__name__)

AFTER_FAILURE = timedelta(seconds=2)


@dataclass(frozen=True, slots=True)
class Turn(Lease[Intake]):
    """A file in the hands of one examiner."""

    HELD: ClassVar[dict[str, Any]] = {"state": IntakeState.EXAMINING}
    FREE: ClassVar[dict[str, Any]] = {"state": IntakeState.WAITING}

    def work(self) -> Examined | Unacceptable | Composed:
        """What the confined process says, in the language of the uploader; of files that a PDF is made of, the PDF, which is examined
        next. Asks no database; raises ``OSError`` when the bytes are gone.
        """
        row, allowed = self.row, rules.allowance(self.row.lane, self.row.round)
        with translation.override(row.language), holding.on_disk(row.held) as path:
            if made_of := row.payload.get(intake.MADE_OF):
                return compose_held(
                    path,
                    made_of=made_of,
                    declared_name=row.name,
                    limits=limits_in_force(),
                    seconds=allowed.seconds,
                    memory=allowed.memory,
                )
            return examine_confined(
                path, declared_name=row.name, limits=limits_in_force(), seconds=allowed.seconds, memory=allowed.memory
            )


def claim_next(*, lane: str) -> Turn | None:
    """Take the next file of ``lane`` in hand; ``None`` when nothing is due.

    First those abandoned by an examiner that died; then those not looked at yet before those that need longer; then who used least
    lately; then who came first. A file that was abandoned too often is refused here.
    """
    if not due.is_intake_due(lane):
        return None
    try:
        return _claim(lane)
    except IntegrityError:  # another examiner took one of the same account or network in the same moment
        return None


@one_transaction
def _claim(lane: str) -> Turn | None:
    row = lock_next(due.due_intakes(lane))
    if row is None:
        return None
    if row.attempts >= rules.MOST_ATTEMPTS:
        _end_refused(row, *_given_up(row))
        return None
    take(row, **Turn.HELD)
    return Turn(row)


def end_turn(*, turn: Turn, outcome: Examined | Unacceptable | Composed | Exception) -> None:
    """Write down what became of the file, and do what it was brought for, in one transaction.

    An exception puts it back for another attempt; a file that used up a short allowance gets a longer one.
    """
    row = turn.row
    if isinstance(outcome, Exception):
        logger.error("a file could not be examined [%s]", new_error_id(), exc_info=outcome)
        _try_again(turn)
    elif isinstance(outcome, Composed):
        _examine_next(turn, outcome)
    elif isinstance(outcome, Examined):
        _keep(turn, outcome)
    elif outcome.code == "busy":
        _try_again(turn, spent=outcome.cpu_seconds)
    elif outcome.code == "too_complex" and rules.may_take_longer(row.lane, row.round):
        mine(turn).update(
            state=IntakeState.WAITING,
            claim="",
            attempts=0,
            round=row.round + 1,
            due_at=clock.machine_now(),
            cpu_seconds=row.cpu_seconds + outcome.cpu_seconds,
        )
    else:
        row.cpu_seconds += outcome.cpu_seconds
        _refuse(turn, Problem(outcome.text, code=outcome.code), {"values": outcome.values})


def examine_due(*, limit: int = 50, seconds: float = 60) -> int:
    """Examine here and now what is due, at most ``limit`` files and about ``seconds``; return how many turns were taken.

    For tests and commands: an instance has processes of its own for it (``zhicheng examine``).
    """
    done, until = 0, time.monotonic() + seconds
    for lane in (Lane.PEOPLE, Lane.VISITORS):
        while done < limit and time.monotonic() < until and (turn := claim_next(lane=lane)) is not None:
            done += 1
            outcome: Examined | Unacceptable | Composed | Exception
            try:
                outcome = turn.work()
            except Exception as error:
                outcome = error
            end_turn(turn=turn, outcome=outcome)
    return done


@one_transaction
def _examine_next(turn: Turn, made: Composed) -> None:
    """What was made takes the place of the files it was made of, and waits again as any file does."""
    row = lock_mine(turn)
    if row is None:  # another examiner has it now, and makes its own
        holding.release(made.held.name)
        return
    transaction.on_commit(partial(holding.release, row.held), robust=True)
    row.payload = {name: value for name, value in row.payload.items() if name != intake.MADE_OF}
    row.held, row.sha256, row.size = made.held.name, made.held.sha256, made.held.size
    row.state, row.claim, row.attempts, row.due_at = IntakeState.WAITING, "", 0, clock.machine_now()
    row.save(update_fields=["payload", "held", "sha256", "size", "state", "claim", "attempts", "due_at"])


def _try_again(turn: Turn, *, spent: float = 0) -> None:
    """Back into the queue for another attempt; after the last one it is refused. ``spent``: CPU seconds this one may have cost."""
    row = turn.row
    row.cpu_seconds += spent
    if row.attempts >= rules.MOST_ATTEMPTS:
        _refuse(turn, *_given_up(row))
    else:
        due = clock.machine_now() + AFTER_FAILURE
        mine(turn).update(state=IntakeState.WAITING, claim="", due_at=due, cpu_seconds=row.cpu_seconds)


def _keep(turn: Turn, verdict: Examined) -> None:
    row = turn.row
    row.cpu_seconds += verdict.cpu_seconds
    try:
        with holding.on_disk(row.held) as path, translation.override(row.language):
            keep = partial(_store_and_end, turn, verdict, path)
            refused = _refused_by(keep)
            said = {} if refused is None else _in_other_languages(row.language, keep)
    except Exception:
        logger.exception("a file was examined and could not be kept [%s]", new_error_id())
        _try_again(turn)
        return
    if refused is not None:
        _refuse(turn, refused, {"said": said})


def _refused_by(keep: Callable[[], None]) -> Problem | None:
    try:
        keep()
    except Refused as refusal:
        return refusal.problems[0] if len(refusal.problems) == 1 else _all_of(refusal)
    return None


def _in_other_languages(language: str, keep: Callable[[], None]) -> dict[str, str]:
    """How a refusal by the storage, or by the room the file was brought for, reads in each language but this: whoever waits may go on
    in another. Their sentences are made when they refuse, so they are asked again, and whatever they might do now is undone."""
    said = {}
    for other, _name in settings.LANGUAGES:
        if other != language:
            with translation.override(other), suppress(_Undone):
                if (again := _refused_by(partial(_try_only, keep))) is not None:
                    said[other] = str(again.text)
    return said


class _Undone(Exception):
    """What was tried would have gone through this time."""


@one_transaction
def _try_only(keep: Callable[[], None]) -> None:
    keep()
    raise _Undone


def _store_and_end(turn: Turn, verdict: Examined, path: Path) -> None:
    _end_kept(turn, verdict, _stored(path), store_safe_copy(verdict))


def _stored(path: Path) -> blobs.Blob:
    with path.open("rb") as file:
        return blobs.store(file)


@one_transaction
def _end_kept(turn: Turn, verdict: Examined, blob: blobs.Blob, safe_sha256: str | None) -> None:
    """The row of the file, what it was brought for, and the end of the intake."""
    row = lock_mine(turn)
    if row is None:
        return
    file = EvidenceFile.objects.create(
        sha256=blob.sha256,
        safe_sha256=safe_sha256,
        size=blob.size,
        name=told_apart(clean_name(row.name, media_type=verdict.media_type), intake.names_beside(row)),
        media_type=verdict.media_type,
        pages=verdict.pages,
        uploaded_by_id=row.brought_by_id,
        uploaded_at=clock.now(),
        warnings=[*intake.said_of_it(row), *verdict.warnings],
        checking=True,
        original_id=intake.original_of(row),
    )
    begin_check(file=file, lane=row.lane)
    row.result = intake.handler_for(row.purpose)(row, file)
    row.state, row.file, row.ended_at, row.cpu_seconds = IntakeState.KEPT, file, clock.machine_now(), turn.row.cpu_seconds
    row.save(update_fields=["state", "file", "ended_at", "cpu_seconds", "result"])
    transaction.on_commit(lambda: holding.release(row.held), robust=True)


@one_transaction
def _refuse(turn: Turn, problem: Problem, words: dict[str, Any]) -> None:
    row = lock_mine(turn)
    if row is not None:
        row.cpu_seconds = turn.row.cpu_seconds
        _end_refused(row, problem, words)


def _end_refused(row: Intake, problem: Problem, words: dict[str, Any]) -> None:
    """``words``: what the sentence is made of in the language of whoever reads it (``queries.said_against``)."""
    row.state, row.ended_at = IntakeState.REFUSED, clock.machine_now()
    with translation.override(row.language):
        row.problem_code, row.problem_text, row.problem_words = problem.code, str(problem.text), words
    row.save(update_fields=["state", "ended_at", "problem_code", "problem_text", "problem_words", "cpu_seconds"])
    securitylog.note(
        event="file.refused", result="refused", after_commit=True, actor=f"user:{row.brought_by_id}" if row.brought_by_id else "",
        code=row.problem_code, intake=row.pk, purpose=row.purpose,
    )  # fmt: skip
    transaction.on_commit(lambda: holding.release(row.held), robust=True)


def _all_of(refusal: Refused) -> Problem:
    return Problem(" ".join(str(p.text) for p in refusal.problems), code=refusal.problems[0].code)


def _given_up(row: Intake) -> tuple[Problem, dict[str, Any]]:
    with translation.override(row.language):
        return Problem(sentence_of(NOT_EXAMINED, {}, declared_name=row.name), code=NOT_EXAMINED), {"values": {}}
