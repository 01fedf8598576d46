"""Pages of several files as one PDF, or some pages of one, or a file with its pages mended: brought like a file, made in a process of its own, then examined like every other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.utils.translation import gettext as _

from zhicheng.evidence import intake
from zhicheng.evidence.brakes import most_bytes_of, refuse_too_much
from zhicheng.evidence.models import EvidenceFile, Intake
from zhicheng.evidence.rules import TURNS, Repair
from zhicheng.evidence.sentences import sentence_of
from zhicheng.foundation import blobs, holding
from zhicheng.foundation.errors import Refused
from zhicheng.foundation.transactions import one_transaction, take_turns

MOST_BYTES = 60 * 1024 * 1024
"""Of all files that pages are taken from, together."""
Leaf = tuple[int, int, int]
"""One page of the result: of which file (counted from 0), which page of it (from 1), turned by how many degrees clockwise."""
_READ = 1024 * 1024


def take_pages(
    *,
    actor_id: int,
    files: Sequence[EvidenceFile],
    leaves: Sequence[Leaf],
    name: str,
    purpose: str,
    subject: str = "",
    where: str = "",
    payload: dict[str, Any] | None = None,
    most_bytes: int = 0,
) -> Intake:
    """Have a PDF made of ``leaves``, pages of ``files`` as readers see them, and let it wait to be examined under ``name``; the files stay.

    The other arguments are those of ``take_file``. Raises ``Refused`` at ``where``: ``no_pages``, ``no_such_page``, ``too_many_pages``,
    ``too_large``, ``storage``, and whatever stops a file of this account (``brakes.refuse_too_much``).
    """
    intake.handler_for(purpose)
    _refuse_leaves(files, leaves, where)
    size = sum(file.size for file in files)
    if size > MOST_BYTES:
        text = _("这些文件一共有 {size} MB，超过一次合成 {limit} MB 的上限。请分几次合成，或者先压缩。").format(
            size=size // 1024**2, limit=MOST_BYTES // 1024**2
        )
        raise Refused.one(text, where=where, code="too_large")
    refuse_too_much(actor_id, "", size, where)
    sources: list[list[Any]] = []
    row = intake.of_held(holding.hold(_contents(files, sources)), name, actor_id=actor_id)
    row.purpose, row.subject, row.where = purpose, subject, where
    recipe = {"sources": sources, "leaves": [list(leaf) for leaf in leaves], "most_bytes": most_bytes_of(most_bytes)}
    row.payload = {**(payload or {}), intake.MADE_OF: recipe}
    return _kept_or_released(row)


def take_mended(
    *,
    actor_id: int,
    file: EvidenceFile,
    repairs: Sequence[Repair],
    purpose: str,
    subject: str = "",
    where: str = "",
    payload: dict[str, Any] | None = None,
    most_bytes: int = 0,
) -> Intake:
    """Have ``file``, as readers see it, made again with these pages mended, and let it wait to be examined; ``file`` stays, and the new one
    names the one it was brought as (``EvidenceFile.original``).

    The other arguments are those of ``take_file``. Raises ``Refused`` at ``where``: ``nothing_to_mend``, ``no_such_page``, ``storage``, and
    whatever stops a file of this account; and what the examination finds: ``nothing_to_mend`` where no page is crooked, ``too_large``.
    """
    intake.handler_for(purpose)
    repairs = [(page, turn % 360, straighten, crop) for page, turn, straighten, crop in repairs]
    if not any(turn or straighten or crop for _page, turn, straighten, crop in repairs):
        raise Refused.one(sentence_of("nothing_to_mend", {}, declared_name=file.name), where=where, code="nothing_to_mend")
    for page, turn, _straighten, _crop in repairs:
        if turn not in TURNS or not 1 <= page <= file.pages:
            raise Refused.one(_beyond(file, page), where=where, code="no_such_page")
    refuse_too_much(actor_id, "", file.size, where)
    row = intake.of_held(holding.hold(_contents([file], [])), file.served_name, actor_id=actor_id)
    row.purpose, row.subject, row.where = purpose, subject, where
    done = [any(repair[part] for repair in repairs) for part in (1, 2, 3)]
    recipe = {
        "media_type": file.served_media_type,
        "repairs": [list(repair) for repair in repairs],
        "most_bytes": most_bytes_of(most_bytes),
    }
    of_it = intake.mended_of(file, turned=done[0], straightened=done[1], cropped=done[2])
    row.payload = {**(payload or {}), **of_it, intake.MADE_OF: recipe}
    return _kept_or_released(row)


def _kept_or_released(row: Intake) -> Intake:
    try:
        return _put_down(row)
    except (OperationalError, InterfaceError):  # it may have been committed: what nobody wants is tidied later
        raise
    except BaseException:
        holding.release(row.held)
        raise


@one_transaction
def _put_down(row: Intake) -> Intake:
    take_turns(f"intake:{row.brought_by_id}")
    refuse_too_much(row.brought_by_id, "", row.size, row.where)
    row.save(force_insert=True)
    return row


def _contents(files: Sequence[EvidenceFile], sources: list[list[Any]]) -> Iterator[bytes]:
    """The bytes of all files one behind the other, as readers get them; where each lies among them is put into ``sources``."""
    begins = 0
    for file in files:
        size = 0
        with blobs.open_blob(file.served_sha256) as stored:
            while chunk := stored.read(_READ):
                size += len(chunk)
                yield chunk
        sources.append([begins, size, file.served_media_type])
        begins += size


def _refuse_leaves(files: Sequence[EvidenceFile], leaves: Sequence[Leaf], where: str) -> None:
    if not leaves:
        raise Refused.one(_("一页也没有选。请至少留下一页。"), where=where, code="no_pages")
    if len(leaves) > settings.UPLOAD_PAGE_LIMIT:
        text = _("一个文件最多 {n} 页，现在有 {pages} 页。请分成几个文件。").format(
            n=settings.UPLOAD_PAGE_LIMIT, pages=len(leaves)
        )
        raise Refused.one(text, where=where, code="too_many_pages")
    for number, page, turn in leaves:
        if not 0 <= number < len(files) or turn not in TURNS:
            raise Refused.one(_("这些文件有变动，请刷新页面后重新选择。"), where=where, code="changed")
        if not 1 <= page <= files[number].pages:
            raise Refused.one(_beyond(files[number], page), where=where, code="no_such_page")


def _beyond(file: EvidenceFile, page: int) -> str:
    return _("“{name}”只有 {pages} 页，没有第 {page} 页。").format(name=file.name, pages=file.pages, page=page)
