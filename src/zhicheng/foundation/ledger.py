"""The ledger: what happened, in order, each entry holding the hash of the one before (house, decision 7)."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db import IntegrityError
from django.db.models import Q
from django.utils.translation import gettext as _

from zhicheng.foundation import clock, securitylog
from zhicheng.foundation.canonical import canonical_json, check_storable
from zhicheng.foundation.models import LedgerEntry, LedgerHead, LedgerSalt
from zhicheng.foundation.transactions import at_the_end, one_transaction, require_transaction

GENESIS = "0" * 64
FORMAT = 2
ALGORITHM = "sha256"
SALT_BYTES = 16
ERASED = "ledger.salts_erased"
SALTS = "salts_sha256"
Salts = dict[tuple[int, str], str]


@dataclass(frozen=True, slots=True)
class Private:
    """A value that goes into an entry as a salted hash (:func:`private`), and into nothing else: it has no text of its own."""

    value: Any

    def __str__(self) -> str:
        raise TypeError("what is private to the ledger was about to be written somewhere else")


def private(value: Any) -> Any:
    """Free text or a name, for the data of an entry: there it stands as ``{"sha256": …}``, salted, so that the text can be erased by
    law where it is kept and its salt here, while the entry and everything after it stay provable. What is empty stays as it is.
    """
    return Private(value) if value else value


def record(
    *, event: str, subject: str, actor: str, data: dict[str, Any], while_true: Callable[[], bool] | None = None
) -> LedgerEntry:
    """Append one entry and return it.

    ``event`` is a dotted name (``application.submitted``), ``subject`` and ``actor`` are ``kind:id`` (``application:12``,
    ``user:5``) or ``system``; ``data`` is JSON (see ``canonical.check_storable``) in which free text and names are wrapped in
    :func:`private`. The entry stands or falls with the caller's transaction. Raises ``NotInTransaction`` outside of one, ``ValueError`` / ``TypeError`` for data that cannot be kept exactly.

    Every writer waits for the ledger's head until the other's transaction ends, so it is the last thing an action locks: inside
    ``transactions.one_transaction`` the entry gets its number, time and hash, and is written, at the end of the action and together with
    the action's others; elsewhere at once. ``while_true`` is asked when the head is held, and nobody else can write any more: where it is
    not so, nothing is written.
    """
    require_transaction("ledger.record()")
    if not event or not subject or not actor:
        raise ValueError("a ledger entry needs an event, a subject and an actor")
    salts: dict[str, str] = {}
    data = _sealed(data, salts)
    if salts:
        data[SALTS] = salts_digest(salts.values())
    check_storable(data)
    entry = LedgerEntry(
        event=event,
        subject=subject,
        actor=actor,
        data=data,
        format=FORMAT,
        algorithm=ALGORITHM,
        salt=secrets.token_hex(SALT_BYTES),
    )
    waiting = _Waiting(entry, salts, while_true)
    if not at_the_end(_append, waiting, last=True):
        _append([waiting])
    return entry


@dataclass(frozen=True, slots=True)
class _Waiting:
    """An entry that is to be written, with its salts by hash."""

    entry: LedgerEntry
    salts: dict[str, str]
    while_true: Callable[[], bool] | None


def _append(waiting: list[_Waiting]) -> None:
    """Lock the head, and put the entries behind it in this order."""
    head = _locked_head()
    written = [one for one in waiting if one.while_true is None or one.while_true()]
    if not written:
        return
    for entry in (one.entry for one in written):
        entry.number, entry.at, entry.previous_hash = head.number + 1, clock.now(), head.hash
        entry.hash = entry_hash(entry)
        head.number, head.hash = entry.number, entry.hash
    LedgerEntry.objects.bulk_create(one.entry for one in written)
    LedgerSalt.objects.bulk_create(
        LedgerSalt(number=one.entry.number, digest=digest, salt=salt) for one in written for digest, salt in one.salts.items()
    )
    head.save(update_fields=["number", "hash"])
    for entry in (one.entry for one in written):
        securitylog.note(
            event="ledger.written",
            after_commit=True,
            actor=entry.actor,
            entry=entry.number,
            what=entry.event,
            subject=entry.subject,
        )


def entry_hash(entry: LedgerEntry) -> str:
    """The hash ``entry`` must carry: the SHA-256 of :func:`canonical_entry`."""
    return hashlib.sha256(canonical_entry(entry)).hexdigest()


def canonical_entry(entry: LedgerEntry) -> bytes:
    """``entry`` as canonical JSON: its number, time (UTC, microseconds), event, subject, actor, data and the hash of the entry
    before; from format 2 on its format and the id of the hash algorithm as well. Raises ``ValueError`` for a format nobody wrote.
    """
    return canonical_json(entry_fields(entry))


def entry_fields(entry: LedgerEntry) -> dict[str, Any]:
    """What of ``entry`` its hash covers, as JSON."""
    fields = {
        "number": entry.number,
        "at": time_text(entry.at),
        "event": entry.event,
        "subject": entry.subject,
        "actor": entry.actor,
        "data": entry.data,
        "previous_hash": entry.previous_hash,
    }
    if entry.format == 1:
        return fields
    if entry.format != FORMAT or entry.algorithm != ALGORITHM:
        raise ValueError(f"entry {entry.number}: unknown format {entry.format} or algorithm {entry.algorithm!r}")
    return {**fields, "format": entry.format, "algorithm": entry.algorithm}


def salts_of(numbers: Iterable[int]) -> Salts:
    """The salts of the entries with these numbers, by number and hash. One query."""
    rows = LedgerSalt.objects.filter(number__in=list(numbers)).values_list("number", "digest", "salt")
    return {(number, sealed): salt for number, sealed, salt in rows}


def says(entry: LedgerEntry, told: Any, value: Any, salts: Salts | None = None) -> bool | None:
    """Whether what ``entry`` holds in a place (``told``, a part of its data) is ``value``; ``None`` when its salt was erased.

    Older entries hold the text itself. ``salts`` of many entries are fetched at once with :func:`salts_of`.
    """
    if not (isinstance(told, dict) and set(told) == {"sha256"}):
        return bool(told == value)
    salt = (salts_of([entry.number]) if salts is None else salts).get((entry.number, told["sha256"]))
    return None if salt is None else private_digest(value, salt) == told["sha256"]


@one_transaction
def forget_private(*, number: int, actor: str, reason: str) -> int:
    """Erase the salts of one entry by law: from then on its hashes say nothing, whatever is guessed. Return how many there were.

    The text itself is erased where it is kept. That it was done, and why, is an entry of its own.
    """
    erased, _by_model = LedgerSalt.objects.filter(number=number).delete()
    record(event=ERASED, subject=f"ledger:{number}", actor=actor, data={"count": erased, "reason": private(reason)})
    return erased


def forget_private_of(*, about: Q, actor: str, reason: str) -> int:
    """Erase the salts of every entry ``about`` something, as :func:`forget_private` does, and tell of them all in one entry; return how
    many salts there were. Where there was none, nothing is written. A part of its caller's transaction.
    """
    require_transaction("ledger.forget_private_of()")
    entries = LedgerEntry.objects.filter(about).values("number")
    salts = LedgerSalt.objects.filter(number__in=entries)
    numbers = sorted(set(salts.values_list("number", flat=True)))
    if not numbers:
        return 0
    erased, _by_model = LedgerSalt.objects.filter(number__in=numbers).delete()
    record(event=ERASED, subject="ledger", actor=actor, data={"numbers": numbers, "count": erased, "reason": private(reason)})
    return erased


def erased_numbers() -> set[int]:
    """The entries that an entry says the salts of were erased, one by one or many at once."""
    told = LedgerEntry.objects.filter(event=ERASED).values_list("subject", "data")
    numbers: set[int] = set()
    for subject, data in told.iterator():
        named = subject.partition(":")[2]
        numbers.update([int(named)] if named else data["numbers"])
    return numbers


def private_in(value: Any) -> Iterator[str]:
    """Every salted hash in a value of an entry's data."""
    if isinstance(value, dict) and set(value) == {"sha256"} and isinstance(value["sha256"], str):
        yield value["sha256"]
    elif isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from private_in(inner)


def private_digest(value: Any, salt: str) -> str:
    """The SHA-256 of the salt (hex) followed by the canonical JSON of ``value``."""
    return hashlib.sha256(bytes.fromhex(salt) + canonical_json(value)).hexdigest()


def salts_digest(salts: Iterable[str]) -> str:
    """What an entry says of its salts: whoever puts another in the place of one is found, though nobody compares the text. They are
    128 random bits each, so that nothing can be guessed from it when they were erased.
    """
    return hashlib.sha256(b"".join(sorted(bytes.fromhex(salt) for salt in salts))).hexdigest()


def _sealed(data: Any, salts: dict[str, str]) -> Any:
    """``data`` with every private value as its salted hash; the salts go into ``salts``, by hash."""
    if isinstance(data, Private):
        check_storable(data.value)
        salt = secrets.token_hex(SALT_BYTES)
        sealed = private_digest(data.value, salt)
        salts[sealed] = salt
        return {"sha256": sealed}
    if isinstance(data, dict):
        return {key: _sealed(value, salts) for key, value in data.items()}
    if isinstance(data, list | tuple):
        return [_sealed(value, salts) for value in data]
    return data


@dataclass(frozen=True, slots=True)
class Verification:
    """What reading the whole ledger found.

    ``entries`` were read and right before ``first_bad`` (the number of the first entry that is wrong or missing, ``None`` when
    all is well). ``reason`` is ``""``, ``changed``, ``missing``, ``broken link``, ``head mismatch`` or ``not as noted``. ``head`` is the hash of
    the last good entry.
    """

    ok: bool
    entries: int
    first_bad: int | None
    reason: str
    head: str


def verify(*, known: tuple[int, str] | None = None) -> Verification:
    """Read the ledger from its first entry and name the first thing that is wrong. Reads a stream: memory does not grow with it.

    ``known`` is the number and hash of an entry as they were noted elsewhere earlier: the only thing that shows a ledger which
    somebody with every right on the database wrote anew from some entry on. Entries appended meanwhile do not disturb it.
    """
    head = LedgerHead.objects.filter(pk=1).first()
    if head is None:
        return Verification(ok=False, entries=0, first_bad=1, reason="head mismatch", head=GENESIS)
    last_number, last_hash = head.number, head.hash
    previous, count = GENESIS, 0

    def bad(number: int, reason: str) -> Verification:
        return Verification(ok=False, entries=count, first_bad=number, reason=reason, head=previous)

    for entry in LedgerEntry.objects.filter(number__lte=last_number).order_by("number").iterator(chunk_size=2000):
        if entry.number != count + 1:
            return bad(count + 1, "missing")
        if entry.previous_hash != previous:
            return bad(entry.number, "broken link")
        if not _carries_its_hash(entry):
            return bad(entry.number, "changed")
        if known and entry.number == known[0] and entry.hash != known[1]:
            return bad(entry.number, "not as noted")
        previous, count = entry.hash, entry.number
    if count < max(last_number, known[0] if known else 0):
        return bad(count + 1, "missing")
    if previous != last_hash:
        return bad(count, "head mismatch")
    if _head_was_left_behind(last_number):
        return bad(last_number + 1, "head mismatch")
    return Verification(ok=True, entries=count, first_bad=None, reason="", head=previous)


def in_words(found: Verification) -> str:
    """What :func:`verify` found wrong, as the beginning of a sentence; empty when all is well."""
    if found.ok:
        return ""
    sentence = {
        "changed": _("第 %(bad)d 条记录的内容被改动过"),
        "missing": _("第 %(bad)d 条记录缺失"),
        "broken link": _("第 %(bad)d 条记录与前一条不相连"),
        "not as noted": _("第 %(bad)d 条记录与此前记下的校验值不一致"),
        "head mismatch": _("第 %(bad)d 条记录与台账末条标记不一致"),
    }[found.reason]
    return str(sentence) % {"bad": found.first_bad or 0}


def _locked_head() -> LedgerHead:
    head = LedgerHead.objects.select_for_update(no_key=True).filter(pk=1).first()
    if head is None:  # the first migration makes it and nothing removes it: never mended in silence
        raise IntegrityError("The head of the ledger is gone. Run: zhicheng ledger verify")
    return head


def _carries_its_hash(entry: LedgerEntry) -> bool:
    try:
        return entry.hash == entry_hash(entry)
    except (TypeError, ValueError):
        return False  # somebody put in data that record() would never have taken


def _head_was_left_behind(number: int) -> bool:
    """Whether there are entries after ``number`` although the head, read again, still says it is the last."""
    if not LedgerEntry.objects.filter(number__gt=number).exists():
        return False
    head = LedgerHead.objects.filter(pk=1).first()
    return head is None or head.number <= number


def time_text(at: datetime) -> str:
    """A moment as entries write it: UTC, to the microsecond."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")
