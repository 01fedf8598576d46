"""A file that arrives piece by piece: begun, gone on with after a cut line, given up, and taken in like any other once it is whole."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.db import InterfaceError, OperationalError, transaction
from django.utils.translation import gettext as _

from zhicheng.evidence import intake, queries
from zhicheng.evidence.brakes import refuse_too_large, refuse_too_much
from zhicheng.evidence.models import Intake, ResumableUpload
from zhicheng.evidence.names import visible_name
from zhicheng.foundation import clock, holding
from zhicheng.foundation.errors import Refused
from zhicheng.foundation.transactions import one_transaction, take_turns

MOST_PIECES = 2000
"""Of one file: a line that is cut more often than this brings nothing to its end."""
_READ = 1024 * 1024


@one_transaction
def begin_upload(
    *,
    actor_id: int,
    name: str,
    size: int,
    sha256: str = "",
    purpose: str,
    subject: str = "",
    where: str = "",
    payload: dict[str, Any] | None = None,
    most_bytes: int = 0,
) -> ResumableUpload:
    """The place a file of ``size`` bytes arrives at; where the same file (``sha256``, what the browser says it has) was begun by the same
    account at the same place for the same purpose, what has arrived of it is gone on with.

    The other arguments are those of ``take_file``. Raises ``Refused`` at ``where``: ``empty``, ``too_large``, ``queue_full``, ``budget``,
    and ``unfinished`` when the account has begun as many files as may wait and brought none of them to its end.
    """
    intake.handler_for(purpose)
    if size <= 0:
        raise Refused.one(
            _("“{name}”是空文件，没有收下。请检查后重新选择。").format(name=visible_name(name)), where=where, code="empty"
        )
    refuse_too_large(name, size=size, where=where, most_bytes=most_bytes)
    take_turns(f"intake:{actor_id}")
    refuse_too_much(actor_id, "", size, where)
    place = {"purpose": purpose, "subject": subject, "where": where, "payload": payload or {}}
    name = name.replace("\0", "")[-255:]
    if sha256:
        begun = queries.unfinished_uploads(actor_id).filter(sha256=sha256, size=size, name=name, subject=subject, where=where)
        for row in begun.select_for_update(no_key=True):
            if (row.purpose, row.payload) == (purpose, place["payload"]):
                return row
            _forget(row)  # for another purpose, or in another file's stead
    if queries.unfinished_uploads(actor_id).count() >= settings.WAITING_PER_ACCOUNT:
        text = _("已有多个文件只传了一部分，这个文件没有收下。请先把它们传完或者取消，没有再传的一天后自动清除。")
        raise Refused.one(text, where=where, code="unfinished")
    at = clock.machine_now()
    return ResumableUpload.objects.create(
        key=uuid4().hex,
        brought_by_id=actor_id,
        sha256=sha256,
        name=name,
        size=size,
        begun_at=at,
        touched_at=at,
        **place,
    )


def receive_piece(*, actor_id: int, key: str, offset: int, chunks: Iterable[bytes]) -> ResumableUpload:
    """Hold what comes of an upload from ``offset`` on, and say how much of it is here now: never more than lies on the disk.

    ``chunks`` may end early, where the line was cut. The piece that makes the file whole also takes it in (``ResumableUpload.intake``), in
    one transaction: whoever asks later finds both or neither. Raises ``Refused``: ``gone``, ``offset`` (something else came meanwhile),
    ``too_large`` (more than was announced), ``pieces``, ``changed`` (put together it is not the file that was announced: all of it is thrown
    away), ``storage``, and for the last piece whatever ``take_file`` refuses: it may be sent again.
    """
    row = queries.get_upload(actor_id, key)
    if row is None:
        raise _gone()
    _refuse_other_offset(row, offset)
    if len(row.pieces) >= MOST_PIECES:
        text = _("这个文件传的过程中断开的次数太多，没有收下。请换一个网络，或者把文件压缩后重新上传。")
        raise Refused.one(text, where=row.where, code="pieces")
    held = holding.hold(_no_more_than(chunks, row.size - offset, row.where))
    if not held.size:
        holding.release(held.name)
        return row
    names = [held.name]
    try:
        whole = None
        if offset + held.size == row.size:
            whole = holding.hold(_put_together(row, held))
            names.append(whole.name)
            _refuse_changed(row, whole)
        return _note_piece(row, held, whole)
    except (OperationalError, InterfaceError):  # it may have been committed: what nobody wants is tidied later
        raise
    except BaseException:
        for name in names:
            holding.release(name)
        raise


@one_transaction
def drop_upload(*, actor_id: int, key: str) -> None:
    """Throw away what has arrived of an upload. Twice is the same as once. Raises ``Refused`` (``whole``) when it has become a file: that
    one is taken out where it lies.
    """
    row = ResumableUpload.objects.select_for_update(no_key=True).filter(key=key, brought_by_id=actor_id).first()
    if row is not None and row.intake_id is not None:
        raise Refused.one(
            _("“{name}”已经传完，不能取消。请在文件旁边移除。").format(name=visible_name(row.name)), where=row.where, code="whole"
        )
    if row is not None:
        _forget(row)


def drop_stale_uploads() -> int:
    """Throw away the uploads that nobody went on with for a day; return how many."""
    return sum(_drop_stale(row_id) for row_id in queries.stale_uploads().values_list("pk", flat=True))


@one_transaction
def _drop_stale(row_id: int) -> int:
    row = queries.stale_uploads().select_for_update(no_key=True).filter(pk=row_id).first()
    if row is not None:
        _forget(row)
    return int(row is not None)


def _forget(row: ResumableUpload) -> None:
    _release_after(row.pieces)
    row.delete()


def _release_after(pieces: list[Any]) -> None:
    for name, _size in pieces:
        transaction.on_commit(partial(holding.release, name), robust=True)


def _gone() -> Refused:
    return Refused.one(_("这次上传已经取消，或者隔得太久已经清除。请重新选择文件上传。"), code="gone")


def _refuse_other_offset(row: ResumableUpload, offset: int) -> None:
    if row.intake_id is not None or row.received != offset:
        raise _other_offset(row)


def _other_offset(row: ResumableUpload) -> Refused:
    text = _("这个文件已收到 {n} 字节，请从那里接着传。可能有另一台设备或另一个窗口在传同一个文件。").format(n=row.received)
    return Refused.one(text, where=row.where, code="offset")


def _no_more_than(chunks: Iterable[bytes], most: int, where: str) -> Iterator[bytes]:
    for chunk in chunks:
        most -= len(chunk)
        if most < 0:
            raise Refused.one(_("收到的内容比文件本身还多，没有收下。请重新选择文件上传。"), where=where, code="too_large")
        yield chunk


def _put_together(row: ResumableUpload, last: holding.Held) -> Iterator[bytes]:
    for name in (*(name for name, _size in row.pieces), last.name):
        try:
            with holding.on_disk(name) as path, path.open("rb") as piece:
                while chunk := piece.read(_READ):
                    yield chunk
        except FileNotFoundError as lost:
            raise _overtaken(row) from lost


def _overtaken(before: ResumableUpload) -> Refused:
    """Why a piece is away: somebody else made the file whole or gave it up meanwhile, or the disk was put back and has lost it."""
    row = queries.get_upload(before.brought_by_id, before.key)
    if row is not None and row.intake_id is not None:
        return _other_offset(row)
    if row is not None:
        _empty(row.pk)
    return _gone()


def _refuse_changed(row: ResumableUpload, whole: holding.Held) -> None:
    """The file changed on its disk while it was sent, or a piece on its way: nothing of it is good for anything."""
    if row.sha256 and whole.sha256 != row.sha256:
        _empty(row.pk)
        text = _("“{name}”在上传过程中有改动，收到的内容不完整，没有收下。请重新选择文件上传。").format(
            name=visible_name(row.name)
        )
        raise Refused.one(text, where=row.where, code="changed")


@one_transaction
def _empty(row_id: int) -> None:
    row = ResumableUpload.objects.select_for_update(no_key=True).filter(pk=row_id, intake__isnull=True).first()
    if row is not None:
        _forget(row)


@one_transaction
def _note_piece(before: ResumableUpload, held: holding.Held, whole: holding.Held | None) -> ResumableUpload:
    if whole is not None:
        take_turns(f"intake:{before.brought_by_id}")
    row = ResumableUpload.objects.select_for_update(no_key=True).filter(pk=before.pk).first()
    if row is None:
        raise _gone()
    _refuse_other_offset(row, before.received)
    row.received, row.touched_at = row.received + held.size, clock.machine_now()
    row.pieces = [*row.pieces, [held.name, held.size]]
    if whole is not None:
        row.intake = _take_in(row, whole)
        _release_after(row.pieces)
        row.pieces = []
    row.save(update_fields=["received", "touched_at", "pieces", "intake"])
    return row


def _take_in(row: ResumableUpload, whole: holding.Held) -> Intake:
    refuse_too_much(row.brought_by_id, "", whole.size, row.where)
    taken = intake.of_held(whole, row.name, actor_id=row.brought_by_id)
    taken.purpose, taken.subject, taken.where, taken.payload = row.purpose, row.subject, row.where, row.payload
    taken.save(force_insert=True)
    return taken
