"""Whether the database can still grow. A row that is there can be changed on a full disk, in the space that is left on its page: only
taking new space finds out what everybody's next new row would."""

from __future__ import annotations

import os
from pathlib import Path
from tempfile import TemporaryFile

from django.db import connection, transaction

ROWS = 20_000  # to be sorted in less memory than they need: some 280 kB on the disk, in a file of their own
BYTES = 300_000


def try_to_grow() -> None:
    """Take new space where the database keeps its rows, and give it back. Raises ``DatabaseError`` or ``OSError`` where there is none.

    On PostgreSQL a sort that does not fit into memory, which asks for no right to make a table; for SQLite a file beside the database's
    own (none for one in memory).
    """
    if connection.vendor == "postgresql":
        _sort_on_the_disk()
    elif (path := Path(str(connection.settings_dict["NAME"]))).is_file():
        _grow_a_file(path.parent)


def _sort_on_the_disk() -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL work_mem = '64kB'")
        cursor.execute(
            "SELECT count(*) FROM (SELECT n FROM generate_series(1, %s) AS n ORDER BY n DESC OFFSET 0) AS sorted", [ROWS]
        )


def _grow_a_file(folder: Path) -> None:
    with TemporaryFile(dir=folder) as file:
        file.write(os.urandom(BYTES))
        file.flush()
        os.fsync(file.fileno())
