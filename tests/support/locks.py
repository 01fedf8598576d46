"""What an action locks and writes, in which order, read from its statements: docs/structure.md says how it has to be."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.db import connection

HEAD = "foundation_ledgerhead"
OF_THE_LEDGER = {HEAD, "foundation_ledgerentry", "foundation_ledgersalt"}
# The order in which rows are locked; one number may hold several tables.
RANKS = {
    "foundation_sentform": 0,
    "accounts_user": 1,
    "organizations_accountrequest": 2,
    "organizations_factorreset": 2,
    "organizations_unitverification": 2,
    "applications_application": 3,
    "applications_personyear": 4,
    "library_library": 4,
    "personal_datacopy": 4,
    "publicity_publicityperiod": 5,
    "publicity_objection": 5,
    "review_paperdossier": 5,
    HEAD: 9,
}
_WRITES = re.compile(r"\s*(INSERT(?:\s+OR\s+\w+)?\s+INTO|UPDATE|DELETE\s+FROM)\s+\"?(\w+)", re.I)
_LOCKS = re.compile(r"\bFOR\s+(?:NO\s+KEY\s+)?UPDATE\b", re.I)
_FROM = re.compile(r"\bFROM\s+\"?(\w+)", re.I)
_BY_ID = re.compile(r"WHERE \(?\"\w+\"\.\"id\" (?:=|IN \((?!SELECT))", re.I)


@dataclass
class Transaction:
    """The locks of one transaction: (verb, table, statement), the verb one of ``lock``, ``insert``, ``update``, ``delete``."""

    taken: list[tuple[str, str, str]] = field(default_factory=list)

    def after_the_head(self) -> list[str]:
        """What was locked or written after the ledger's head was, the ledger's own rows left out."""
        late, found = False, []
        for verb, table, sql in self.taken:
            late = late or table in OF_THE_LEDGER
            if late and table not in OF_THE_LEDGER and not _is_the_message_in_hand(verb, table):
                found.append(f"{verb} {table}: {sql[:200]}")
        return found

    def out_of_order(self) -> list[str]:
        """What of the tables in ``RANKS`` was locked, or changed without its row being named, after one of a higher rank.

        Rows of one table are taken to be the same ones where they were named by their ids, or where many were locked before.
        """
        highest, seen, many, found = (-1, ""), set[str](), set[str](), []
        for verb, table, sql in self.taken:
            rank = RANKS.get(table)
            if rank is None or verb == "insert":
                continue
            named = _BY_ID.search(sql) is not None
            anew = table not in seen or not (named or table in many)
            if rank < highest[0] and anew:
                found.append(f"{verb} {table} after {highest[1]}: {sql[:200]}")
            seen.add(table)
            many |= set() if named else {table}
            highest = max(highest, (rank, table))
        return found


def _is_the_message_in_hand(verb: str, table: str) -> bool:
    """The worker notes on a row it has had locked from the beginning that the message is done."""
    return (verb, table) == ("update", "foundation_outboxmessage")


@contextmanager
def recorded() -> Iterator[list[Transaction]]:
    """The transactions of the block, each an outermost block of its own (or a savepoint right below the test's transaction)."""
    found = [Transaction()]
    depth = 0

    def watch(execute: Any, sql: Any, params: Any, many: bool, context: Any) -> Any:
        nonlocal depth
        text = str(sql)
        if text.startswith("SAVEPOINT"):
            depth += 1
        elif text.startswith("RELEASE SAVEPOINT"):
            depth -= 1
            if depth == 0:
                found.append(Transaction())
        elif written := _WRITES.match(text):
            found[-1].taken.append((written[1].split()[0].lower(), written[2], text))
        elif _LOCKS.search(text):
            table = _FROM.search(text)
            assert table is not None
            found[-1].taken.append(("lock", table[1], text))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(watch):
        yield found
