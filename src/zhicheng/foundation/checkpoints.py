"""The daily checkpoint: the root over all entries, signed, so that people without the database can hold the ledger to it.

Once a day, count, time, last hash and root are signed and leave the database: to a folder elsewhere, by mail to operators and
witnesses, onto every public notice, and to a time-stamp authority. Whoever then cuts the tail, writes everything anew or swaps
entries cannot show a ledger that agrees with what the others hold (``zhicheng ledger compare``).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.db.models import QuerySet

from zhicheng.foundation import clock, ledger, merkle, outbox, proofs, signing
from zhicheng.foundation.canonical import canonical_json
from zhicheng.foundation.models import LedgerCheckpoint, LedgerEntry, LedgerHead, LedgerSalt, LedgerSubtree
from zhicheng.foundation.transactions import one_transaction

LEVEL = 8  # complete subtrees are kept from 256 leaves on
SIZE = 1 << LEVEL
LEAVES = "ledger.head"  # the message: this checkpoint has to leave the database

_receivers: list[Callable[[], Iterable[str]]] = []


def also_to(receivers: Callable[[], Iterable[str]]) -> Callable[[], Iterable[str]]:
    """Register who gets every head by mail, besides the witnesses of the settings: a room below says who operates the instance."""
    _receivers.append(receivers)
    return receivers


def receivers() -> list[str]:
    """The mailboxes every head goes to, each once."""
    found = [*settings.LEDGER_WITNESSES, *(address for one in _receivers for address in one())]
    return list(dict.fromkeys(address for address in found if address))


# --- The tree ---------------------------------------------------------------------------------------------------------


def leaf_of(entry: LedgerEntry) -> bytes:
    """The hash of an entry's leaf: over its salt and its canonical JSON."""
    return merkle.leaf_hash(bytes.fromhex(entry.salt) + ledger.canonical_entry(entry))


def _leaves(start: int, size: int) -> Iterator[bytes]:
    rows = LedgerEntry.objects.filter(number__gt=start, number__lte=start + size).order_by("number")
    for expected, entry in enumerate(rows.iterator(chunk_size=2000), start=start + 1):
        if entry.number != expected:
            raise LookupError(f"entry {expected} of the ledger is missing")
        yield leaf_of(entry)


def tree_hash(start: int, size: int) -> bytes:
    """The root over ``size`` entries after number ``start``, a place where the tree splits. Reads what is kept of it, and at most
    some hundred entries that are in no complete part yet.
    """
    if size < SIZE:
        return merkle.root_of(_leaves(start, size))
    if size & (size - 1) == 0 and start % size == 0:
        level = size.bit_length() - 1
        kept = LedgerSubtree.objects.filter(level=level, position=start >> level).values_list("hash", flat=True).first()
        if kept is not None:
            return bytes.fromhex(kept)
        if size == SIZE:
            return merkle.root_of(_leaves(start, size))
        half = size // 2
        return merkle.node_hash(tree_hash(start, half), tree_hash(start + half, half))
    left = merkle.split(size)
    return merkle.node_hash(tree_hash(start, left), tree_hash(start + left, size - left))


def grow() -> int:
    """Keep the complete subtrees that entries have filled since the last time; return how many were added. Repeats do nothing."""
    last = LedgerHead.objects.values_list("number", flat=True).get(pk=1)
    kept = LedgerSubtree.objects.filter(level=LEVEL).order_by("-position").values_list("position", flat=True).first()
    added = 0
    for position in range(0 if kept is None else kept + 1, last // SIZE):
        rows = [_row(LEVEL, position, merkle.root_of(_leaves(position * SIZE, SIZE)))]
        while rows[-1].position % 2:
            left = LedgerSubtree.objects.get(level=rows[-1].level, position=rows[-1].position - 1)
            both = merkle.node_hash(bytes.fromhex(left.hash), bytes.fromhex(rows[-1].hash))
            rows.append(_row(rows[-1].level + 1, rows[-1].position // 2, both))
        LedgerSubtree.objects.bulk_create(rows, ignore_conflicts=True)
        added += len(rows)
    return added


def _row(level: int, position: int, found: bytes) -> LedgerSubtree:
    return LedgerSubtree(level=level, position=position, hash=found.hex())


# --- Heads ------------------------------------------------------------------------------------------------------------


def make_checkpoint() -> LedgerCheckpoint | None:
    """Sign the head of today (Beijing), once with a key; ``None`` when it was done already, or nothing was ever written.

    A process without the key makes none where heads have been signed: that is the work of the one that has it.
    """
    day, own = clock.today(), signing.own_key_id()
    if LedgerCheckpoint.objects.filter(day=day, key_id=own).exists() or (not own and signed_heads().exists()):
        return None
    grow()
    return _sign()


@one_transaction
def _sign() -> LedgerCheckpoint | None:
    """Sign the head as it is, under the day of its own time."""
    head, at = LedgerHead.objects.get(pk=1), clock.now()
    if not head.number:
        return None
    day, statement = at.astimezone(clock.BEIJING).date(), _statement(head, at)
    text = canonical_json(statement)
    signed = signing.sign(text)
    kept, created = LedgerCheckpoint.objects.get_or_create(
        day=day,
        key_id=signed.key_id,
        defaults={
            "number": head.number,
            "root": statement["root"],
            "statement": text.decode(),
            "signature_algorithm": signed.algorithm,
            "signature": signed.value,
        },
    )
    if created:
        outbox.queue(kind=LEAVES, payload={"checkpoint": kept.pk}, key=f"head:{day.isoformat()}:{kept.pk}")
    return kept if created else None


def name_of(checkpoint: LedgerCheckpoint) -> str:
    """What a head is called when it leaves: its day, and its id when there is an earlier one of the day (of another key, or nobody's)."""
    day = checkpoint.day.isoformat()
    earlier = LedgerCheckpoint.objects.filter(day=checkpoint.day, pk__lt=checkpoint.pk).exists()
    return f"{day}-{checkpoint.pk}" if earlier else day


def _statement(head: LedgerHead, at: datetime) -> dict[str, Any]:
    before = LedgerCheckpoint.objects.filter(number__lte=head.number).order_by("-number", "-day").first()
    return {
        "site": settings.SITE_ADDRESS,
        "count": head.number,
        "at": at.astimezone(UTC).isoformat(timespec="seconds"),
        "head": head.hash,
        "root": tree_hash(0, head.number).hex(),
        "hash_algorithm": ledger.ALGORITHM,
        "tree": "rfc6962",
        "previous": {"count": before.number, "root": before.root} if before is not None else None,
    }


def document_of(checkpoint: LedgerCheckpoint) -> dict[str, Any]:
    """The file a head leaves as: see ``proofs.faults_of_head`` and ``docs/ledger.md``."""
    statement = json.loads(checkpoint.statement)
    before = statement["previous"]
    path = merkle.consistency_path(before["count"], statement["count"], tree_hash) if before is not None else []
    signed = {"algorithm": checkpoint.signature_algorithm, "key_id": checkpoint.key_id, "value": checkpoint.signature}
    return {
        "kind": proofs.HEAD,
        "statement": statement,
        "signature": signed,
        "public_key": signing.public_pem() if checkpoint.key_id and checkpoint.key_id == signing.own_key_id() else "",
        "consistency": [step.hex() for step in path],
        "timestamp": checkpoint.timestamp,
    }


def last_checkpoint() -> LedgerCheckpoint | None:
    """The newest head that was signed."""
    return LedgerCheckpoint.objects.order_by("-number", "-day").first()


def signed_heads() -> QuerySet[LedgerCheckpoint]:
    """Heads that carry a signature, of whatever key: a row that somebody without one put there does not."""
    return LedgerCheckpoint.objects.exclude(signature="")


def newest_head() -> LedgerCheckpoint | None:
    """The head made last, a signed one once any was signed. Whether signatures hold is for who has the key (``zhicheng verify``)."""
    return signed_heads().order_by("-pk").first() or LedgerCheckpoint.objects.order_by("-pk").first()


def head_in_words() -> str:
    """The newest head in one line, for notices everybody can read: day, count and root; empty while there is none. One query.

    The same words in every language: it is compared, character by character, with what others keep.
    """
    head = LedgerCheckpoint.objects.order_by("-number", "-day").only("day", "number", "root").first()
    return f"台账校验点 {head.day.isoformat()} {head.number}:{head.root}" if head is not None else ""


def proof_of(number: int, *, with_salts: bool = False) -> dict[str, Any]:
    """A short proof that entry ``number`` is in the ledger of the newest head: the entry, its salt, the hashes beside its way up.

    ``with_salts`` adds the salts of its private values: whoever gets them and knows the words can check them too. Raises
    ``LookupError`` when there is no such entry, or no head yet that reaches so far.
    """
    entry = LedgerEntry.objects.filter(number=number).first()
    checkpoint = last_checkpoint()
    if entry is None or checkpoint is None or checkpoint.number < number:
        raise LookupError(number)
    document = {
        "kind": proofs.PROOF,
        "entry": ledger.entry_fields(entry),
        "hash": entry.hash,
        "salt": entry.salt,
        "path": [step.hex() for step in merkle.inclusion_path(number - 1, checkpoint.number, tree_hash)],
        "head": document_of(checkpoint),
    }
    if with_salts:
        document["salts"] = dict(LedgerSalt.objects.filter(number=number).values_list("digest", "salt"))
    return document


def compare(count: int, *, root: str, head: str = "") -> list[str]:
    """How the ledger now differs from a head that was noted elsewhere: ``short`` (entries are missing), ``head`` (the last entry it
    stood for is another one), ``root`` (some entry before is another one, or in another place). Empty when it is the same.

    Reads every entry up to ``count`` and believes nothing that is kept about them. Memory does not grow.
    """
    growing, last = merkle.Growing(), ""
    for entry in LedgerEntry.objects.filter(number__lte=count).order_by("number").iterator(chunk_size=2000):
        if entry.number != growing.size + 1:
            return ["short"]
        growing.add(leaf_of(entry))
        last = ledger.entry_hash(entry)
    if growing.size < count:
        return ["short"]
    faults = ["head"] if head and head != last else []
    return [*faults, "root"] if growing.root().hex() != root else faults
