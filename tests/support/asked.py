"""What a request asks of the database, statement by statement, and how often it opens what is sealed."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.db import connection
from django.db.models.sql.compiler import SQLCompiler

import zhicheng
from zhicheng.foundation import fields

_OURS = str(Path(zhicheng.__file__).parent)
# Beginnings and ends of transactions carry a name that is never the same twice.
_FRAME = ("SAVEPOINT", "RELEASE", "ROLLBACK", "BEGIN")


@dataclass
class Asked:
    """The statements of one request with their values, each with the places of our code that sent it; how many sealed values were opened."""

    statements: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    opened: int = 0

    @property
    def count(self) -> int:
        """How many statements were sent, those that frame a transaction left out."""
        return sum(len(places) for places in self.statements.values())

    def twice(self) -> list[str]:
        """The statements that were sent more than once, word for word, with who sent them."""
        return [
            f"{re.sub('SELECT .*? FROM', 'SELECT … FROM', sql)} {values}\n    by {', '.join(places)}"
            for (sql, values), places in self.statements.items()
            if len(places) > 1
        ]


def _place() -> str:
    """The innermost line of our own code."""
    frame = sys._getframe(1)
    while frame is not None:
        if frame.f_code.co_filename.startswith(_OURS) and not frame.f_code.co_filename.endswith("sending.py"):
            return f"{Path(frame.f_code.co_filename).relative_to(_OURS)}:{frame.f_lineno}"
        frame = frame.f_back  # type: ignore[assignment]
    return "a library"


@contextmanager
def asking() -> Iterator[Asked]:
    """Note what is asked until the block ends. A row that is locked is asked for in other words than one that is looked at, on SQLite too."""
    asked, unseal, execute_sql = Asked(), fields.unseal, SQLCompiler.execute_sql
    locks: list[bool] = []

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if not sql.startswith(_FRAME):
            words = f"{sql} FOR UPDATE" if locks and locks[-1] and "FOR " not in sql else sql
            asked.statements.setdefault((words, repr(params)), []).append(_place())
        return execute(sql, params, many, context)

    def executing(compiler: Any, *args: Any, **kwargs: Any) -> Any:
        locks.append(bool(compiler.query.select_for_update))
        try:
            return execute_sql(compiler, *args, **kwargs)
        finally:
            locks.pop()

    def opening(*args: Any, **kwargs: Any) -> Any:
        asked.opened += 1
        return unseal(*args, **kwargs)

    fields.unseal, SQLCompiler.execute_sql = opening, executing  # type: ignore[method-assign]
    try:
        with connection.execute_wrapper(note):
            yield asked
    finally:
        fields.unseal, SQLCompiler.execute_sql = unseal, execute_sql  # type: ignore[method-assign]
