"""Keeping facts and files, changing them and taking them out again. An older page never overwrites a newer save (house, decision 7)."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from zhicheng.evidence.models import EvidenceFile
from zhicheng.foundation import clock
from zhicheng.foundation.errors import Refused
from zhicheng.foundation.fields import number_rows
from zhicheng.foundation.transactions import one_transaction, require_transaction
from zhicheng.library.models import Library, LibraryFile, LibraryItem
from zhicheng.library.queries import content_of
from zhicheng.library.rules import KINDS, MOST_BYTES, MOST_FILES, MOST_OF_A_KIND, Fact, FactFile
from zhicheng.organizations.actors import Actor, Role


@dataclass(frozen=True, slots=True)
class Kept:
    """What became of facts that were to be kept: so many new, changed, the same as before, and left out because there was no more room."""

    new: int = 0
    changed: int = 0
    same: int = 0
    no_room: int = 0


@one_transaction
def keep_item(
    *,
    actor: Actor,
    kind: str,
    content: Mapping[str, Any],
    valid_until: date | None = None,
    item_id: int | None = None,
    base_version: int = 0,
) -> LibraryItem:
    """Keep one fact as typed, or change the one of ``item_id``, which was shown with version ``base_version``. Saved unchanged it stays as it is.

    ``content``: one form or row as the application form stores it; incomplete and wrong values are kept as well. Raises :class:`Refused`:
    ``not_found`` (no such kind; not the actor's, or removed meanwhile), ``conflict`` when it was changed in between (another tab),
    ``blank``, ``too_long``, ``too_many``.
    """
    text = _text_of(kind, content)
    _lock_library(actor)
    item = _item(actor, item_id) if item_id is not None else None
    if item is None:
        if LibraryItem.objects.filter(library_id=actor.account_id, kind=kind).count() >= MOST_OF_A_KIND:
            raise Refused.one(_("同一类最多保留{most}项，请先删除不再需要的。").format(most=MOST_OF_A_KIND), code="too_many")
        item = _new(actor, kind, text, valid_until)
        item.save(force_insert=True)
        return item
    if (item.content, item.valid_until) == (text, valid_until):
        return item
    if item.version != base_version:
        text = _("这一项在另一个窗口里已经改过，为避免覆盖，这一次没有保存。您填写的内容还在页面上。")
        raise Refused.one(text, code="conflict")
    return _change(item, text, valid_until)


@one_transaction
def keep_facts(*, actor: Actor, facts: Sequence[Fact]) -> Kept:
    """Keep what an application holds. What is kept already (``Fact.is_of``) is not kept twice: a newer fact takes the place of an older
    one, and files are added to it.

    Files that are not the actor's own are left out. Raises :class:`Refused` (``not_found``) for whoever keeps no library.
    """
    _lock_library(actor)
    there: dict[str, list[LibraryItem]] = {}
    for item in LibraryItem.objects.filter(library_id=actor.account_id).order_by("id"):
        there.setdefault(item.kind, []).append(item)
    told: list[tuple[Fact, LibraryItem, str]] = []
    new: list[LibraryItem] = []
    no_room = 0
    for fact in facts:
        kept, text = there.setdefault(fact.kind, []), _text_of(fact.kind, fact.content)
        known = next((one for one in kept if fact.is_of(content_of(one))), None)
        if known is not None:
            told.append((fact, known, text))
        elif len(kept) >= MOST_OF_A_KIND:
            no_room += 1
        else:
            new.append(_new(actor, fact.kind, text, fact.valid_until))
            kept.append(new[-1])
            told.append((fact, new[-1], text))
    number_rows(new)
    LibraryItem.objects.bulk_create(new)
    changed = {
        id(item)
        for fact, item, text in told
        if _is_newer(fact, item, text) and _change(item, text, fact.valid_until or item.valid_until)
    }
    changed |= _add_files_of_facts(actor, told)
    touched = {id(item) for _fact, item, _text in told}
    made = {id(item) for item in new}
    return Kept(len(made), len(changed - made), len(touched - changed - made), no_room)


def _is_newer(fact: Fact, item: LibraryItem, text: str) -> bool:
    return fact.saved_at > item.saved_at and item.content != text


def _add_files_of_facts(actor: Actor, told: Sequence[tuple[Fact, LibraryItem, str]]) -> set[int]:
    """Put the files of the facts with their items; which items have one more."""
    own = _own_files(actor, [file.file_id for fact, _item, _text in told for file in fact.files])
    held: dict[int, dict[int, LibraryFile]] = {}
    for row in LibraryFile.objects.filter(item_id__in=[item.pk for _fact, item, _text in told]):
        held.setdefault(row.item_id, {})[row.file_id] = row
    added, grown = [], set()
    for fact, item, _text in told:
        fresh = _files_to_add(item, [file for file in fact.files if file.file_id in own], held.setdefault(item.pk, {}))
        added += fresh
        grown |= {id(item)} if fresh else set()
    LibraryFile.objects.bulk_create(added)
    return grown


@one_transaction
def add_file(*, actor: Actor, item_id: int, file_id: int, slot: str = "", paper: str = "") -> LibraryItem:
    """Put a kept file (``evidence.actions.taking``) of the actor's own with an item; ``slot`` and ``paper``: what it is in a notice's terms.

    Twice is the same as once. Raises :class:`Refused`: ``not_found``, ``too_many``.
    """
    _lock_library(actor)
    item = _item(actor, item_id)
    if not _own_files(actor, [file_id]):
        raise Refused.one(_("没有找到这个文件，请重新上传。"), where="file", code="not_found")
    there = {row.file_id: row for row in item.files.all()}
    if len(there.keys() - {file_id}) >= MOST_FILES:
        raise Refused.one(
            _("一项最多保留{most}个文件，请先移出不再需要的。").format(most=MOST_FILES), where="file", code="too_many"
        )
    LibraryFile.objects.bulk_create(_files_to_add(item, [FactFile(file_id, slot, paper)], there))
    return item


@one_transaction
def remove_file(*, actor: Actor, item_id: int, file_id: int) -> None:
    """Take a file out of an item. Where nothing else refers to it, it is removed altogether some days later. Twice is the same as once.

    Raises :class:`Refused` (``not_found``) for an item that is not the actor's.
    """
    _lock_library(actor)
    _item(actor, item_id).files.filter(file_id=file_id).delete()


@one_transaction
def remove_item(*, actor: Actor, item_id: int) -> None:
    """Remove one fact with its files, for good. A draft or a submission that was filled from it keeps its own. Twice is the same as once.

    Raises :class:`Refused` (``not_found``) for whoever keeps no library.
    """
    _lock_library(actor)
    LibraryItem.objects.filter(pk=item_id, library_id=actor.account_id).delete()


def note_use(actor: Actor) -> None:
    """The library was used; a part of the action that used it."""
    require_transaction("note_use()")
    _lock_library(actor)


def _lock_library(actor: Actor) -> None:
    """Lock the actor's library, made with the first thing that is kept; whatever is done with it is a use of it."""
    if actor.role is not Role.APPLICANT:
        raise Refused.one(_("只有申报人有自己的资料库。"), code="not_found")
    now = clock.now()
    library, is_new = Library.objects.select_for_update(no_key=True).get_or_create(pk=actor.account_id, defaults={"used_at": now})
    if not is_new:
        library.used_at, library.told_at = now, None
        library.save(update_fields=["used_at", "told_at"])


def _item(actor: Actor, item_id: int) -> LibraryItem:
    item = LibraryItem.objects.filter(pk=item_id, library_id=actor.account_id).first()
    if item is None:
        raise Refused.one(_("资料库里没有这一项，可能已在另一个窗口里删除。您填写的内容还在页面上。"), code="not_found")
    return item


def _text_of(kind: str, content: Mapping[str, Any]) -> str:
    """The content as it is stored; raises :class:`Refused`."""
    if kind not in KINDS:
        raise Refused.one(_("资料库不保留这一类内容。"), code="not_found")
    told = {name: value for name, value in content.items() if name != "id"}
    if not any(told.values()):
        raise Refused.one(_("还没有填写任何内容。"), code="blank")
    text = json.dumps(told, ensure_ascii=False, separators=(",", ":"))
    if len(text.encode()) > MOST_BYTES:
        raise Refused.one(_("这一项的内容太长，请精简后再保存。您填写的内容还在页面上。"), code="too_long")
    return text


def _new(actor: Actor, kind: str, text: str, valid_until: date | None) -> LibraryItem:
    now = clock.now()
    return LibraryItem(library_id=actor.account_id, kind=kind, content=text, valid_until=valid_until, saved_at=now)


def _change(item: LibraryItem, text: str, valid_until: date | None) -> LibraryItem:
    item.version, item.content, item.valid_until, item.saved_at = item.version + 1, text, valid_until, clock.now()
    item.save(update_fields=["version", "content", "valid_until", "saved_at"])
    return item


def _own_files(actor: Actor, file_ids: Sequence[int]) -> set[int]:
    mine = EvidenceFile.objects.filter(pk__in=file_ids, uploaded_by_id=actor.account_id)
    return set(mine.values_list("pk", flat=True)) if file_ids else set()


def _files_to_add(item: LibraryItem, files: Sequence[FactFile], there: dict[int, LibraryFile]) -> list[LibraryFile]:
    """What of ``files`` is not ``there`` yet, to be written; of one that is, what it is may be told now. At most so many as an item has."""
    fresh = []
    for file in files:
        row = there.get(file.file_id)
        if row is not None and file.paper and (row.slot, row.paper) != (file.slot, file.paper):
            row.slot, row.paper = file.slot, file.paper
            row.save(update_fields=["slot", "paper"])
        elif row is None and len(there) < MOST_FILES:
            row = LibraryFile(item=item, file_id=file.file_id, slot=file.slot, paper=file.paper, added_at=clock.now())
            there[file.file_id] = row
            fresh.append(row)
    return fresh
