"""The events an auditor reads: who did what, from where, in which request, and how it ended. Every one goes through :func:`note`.

A fact is a number, a short code or the ledger's name of a thing (``user:12``): a value of any other form could be a name, a mailbox
or a forged line, and is written as ``…``. ``docs/security/logs.md`` explains every event; a test compares it with :data:`EVENTS`.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

from django.db import transaction

from zhicheng.foundation import logs

logger = logging.getLogger("zhicheng.security")

# What may happen. A name that is not here raises ValueError: an event nobody explained is an event nobody looks for.
EVENTS: dict[str, str] = {
    "ledger.written": "an entry of the ledger was committed: every decision, change of an account, office or notice",
    "signin.succeeded": "somebody signed in",
    "signin.failed": "a password was wrong, or the login name is nobody's",
    "signin.limited": "a sign-in was not tried because there had been too many",
    "signin.inactive": "the right password of an account that is closed",
    "signout": "somebody signed out",
    "sessions.ended": "an account was signed out everywhere",
    "password.changed": "a password was changed by its owner, signed in",
    "password.reset": "a password was set through a link from a mail",
    "credential.forged": "a stored password or mailbox is not the one this program wrote for the account, and opened nothing",
    "mailbox.changed": "another mailbox took the place of an account's own",
    "factor.set": "a second factor was set up",
    "factor.removed": "a second factor was removed",
    "factor.renewed": "recovery codes were made anew",
    "factor.failed": "a code of a second factor was wrong",
    "card.differs": "the end of an identity number, typed from a card to confirm a person, is not the number registered",
    "access.refused": "somebody reached for a page or a case that is not theirs",
    "request.limited": "a page was not answered because there had been too many requests",
    "request.forged": "a form without its token: left open over a sign-in, or sent from elsewhere",
    "file.fetched": "a paper, an evidence file, a preview or an export was given out",
    "file.original": "the original of a file with scripts, actions or attachments was given out on asking",
    "file.refused": "an uploaded file was not taken, and for which fault",
    "input.tampered": "a value that only this site writes came back changed: a cursor, a token, the mark of a form's owner",
    "data.fetched": "the copy of everything that is kept about a person was downloaded, by its owner who had just signed in again",
    "number.given": "a whole identity number was given out: on a paper, or behind the mask of a page",
    "settings.changed": "the process started with other settings than the last one; names only",
}
_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:,-]{0,199}")

Fact = str | int | bool | None


def note(*, event: str, result: str = "ok", actor: str = "", after_commit: bool = False, **facts: Fact) -> None:
    """Write one security event into the log.

    ``result`` is ``ok``, ``refused`` or ``failed``. ``after_commit``: what the event speaks of stands in the present transaction, and
    is written when that has been committed (an event that was undone did not happen). ``actor`` (``user:12``) where the request does not know it yet.
    Raises ``ValueError`` for an event that is not in :data:`EVENTS`.
    """
    if event not in EVENTS:
        raise ValueError(f"{event!r} is not an event of the security log")
    said = {name: plain(value) for name, value in facts.items() if value is not None and value != ""}
    context = logs.current()
    write = partial(_write, event, result, str(plain(actor)) if actor else context.actor, said)
    if after_commit and transaction.get_connection().in_atomic_block:
        transaction.on_commit(write, robust=True)
    else:
        write()


@contextmanager
def only_what_failed() -> Iterator[None]:
    """Inside the block events that went well are not written: for filling a rehearsal, whose thousands of entries nobody has to see.
    What is refused or fails still is. The ledger holds all of them."""
    before = logger.level
    logger.setLevel(logging.WARNING)
    try:
        yield
    finally:
        logger.setLevel(before)


def plain(value: Fact) -> str | int:
    """``value`` if it is a number, a code or a reference, else ``…``."""
    if isinstance(value, bool | int):
        return value
    return value if value is not None and _PLAIN.fullmatch(value) else "…"


def _write(event: str, result: str, actor: str, facts: dict[str, str | int]) -> None:
    words = " ".join(f"{name}={value}" for name, value in facts.items())
    level = logging.INFO if result == "ok" else logging.WARNING
    extra = {"facts": {"event": event, "result": result, **facts}, "actor": actor}
    logger.log(level, "%s", f"event={event} result={result} {words}".rstrip(), extra=extra)
