"""Whether the database can still grow. A row that is there can be changed on a full disk, in the space that is left on its page: only
taking new space finds out what everybody's next new row would."""

from __future__ import annotations

import os
from pathlib import Path
from tempfile import TemporaryFile

from django.db import connection, transaction

ROWS = 8000  # some 290 kB: whole new pages, in a file of their own
BYTES = 300_000


def try_to_grow() -> None:
    """Take new space where the database keeps its rows, and give it back. Raises ``DatabaseError`` or ``OSError`` where there is none.

    On PostgreSQL a table that only this transaction sees; for SQLite a file beside the database's own (none for one in memory).
    """
    if connection.vendor == "postgresql":
        _grow_a_table()
    elif (path := Path(str(connection.settings_dict["NAME"]))).is_file():
        _grow_a_file(path.parent)


def _grow_a_table() -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE growth_tried AS SELECT generate_series(1, %s) AS n", [ROWS])
        cursor.execute("DROP TABLE growth_tried")


def _grow_a_file(folder: Path) -> None:
    with TemporaryFile(dir=folder) as file:
        file.write(os.urandom(BYTES))
        file.flush()
        os.fsync(file.fileno())
