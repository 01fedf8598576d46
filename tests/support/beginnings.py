"""Databases and folders for the processes of ``elsewhere``: many tests begin with the same, which is made once and copied for each of them."""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection

PLACE = Path(settings.DATA_DIR)  # the run's own; some tests have another folder for a while
SQLITE = "elsewhere.sqlite3"
UNMARKED = PLACE / "unmarked.sqlite3"  # migrated but not marked, once test_instance.py has left it there
_number = count(1)


@dataclass(frozen=True)
class Beginning:
    """What a database and a folder of files are after ``words`` of ``script``, each done without anything given to it; ``migrated``: done on
    a database like that of the tests, which has everything but was never used.
    """

    script: Path
    words: tuple[str, ...]
    migrated: bool = False


_own: list[str] = []  # a copy of the tests' own database: on PostgreSQL its name, on SQLite its path
_kept: dict[Beginning, tuple[Path, str]] = {}  # the folder, and on PostgreSQL the name of the database


def address_in(folder: Path) -> str:
    """The address of a database of the kind these tests run on, which nobody has made yet; on SQLite it lies in ``folder``."""
    if connection.vendor != "postgresql":
        return f"sqlite:///{folder / SQLITE}"
    server = _server()
    secret = f":{server['password']}" if server["password"] else ""
    return f"postgres://{server['user']}{secret}@/{_new_name()}?host={server['host']}&port={server['port']}"


def make(url: str) -> None:
    """Make the database at ``url``, an empty one."""
    _on_postgres(_drop(_name(url)), f'CREATE DATABASE "{_name(url)}"')


def drop(url: str) -> None:
    """Remove it, whoever uses it."""
    _on_postgres(_drop(_name(url)))


def begin(beginning: Beginning, url: str, folder: Path, tell: Callable[[str], Any]) -> None:
    """Make the database at ``url`` and what is in ``folder`` as they are at ``beginning``. The first time its words are done by ``tell``."""
    if beginning in _kept:
        kept, database = _kept[beginning]
        shutil.copytree(kept, folder, dirs_exist_ok=True)
        _on_postgres(_drop(_name(url)), f'CREATE DATABASE "{_name(url)}" TEMPLATE "{database}"')
        return
    if beginning.migrated and _own:
        _copy_own(url, folder)
    else:
        make(url)
    for word in beginning.words:
        tell(word)
    kept, database = Path(tempfile.mkdtemp(prefix="beginning-", dir=PLACE)), _new_name()
    shutil.copytree(folder, kept, dirs_exist_ok=True)
    _on_postgres(f'CREATE DATABASE "{database}" TEMPLATE "{_name(url)}"')
    _kept[beginning] = kept, database


def keep_own() -> None:
    """Copy the tests' own database, which has just been made. To be called before anything is written into it."""
    if connection.vendor == "postgresql":
        _own.append(_new_name())
        connection.close()  # nobody may be there while it is copied
        _on_postgres(f'CREATE DATABASE "{_own[0]}" TEMPLATE "{connection.settings_dict["NAME"]}"')
        return
    _own.append(str(PLACE / "migrated.sqlite3"))
    connection.ensure_connection()
    with closing(sqlite3.connect(_own[0])) as copy:
        connection.connection.backup(copy)


def drop_what_kills_left() -> None:
    """Remove from the tests' cluster the databases of ``tests/faults/kill_everywhere.py``, which nobody uses any more."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT datname FROM pg_database WHERE datname LIKE 'faults\\_%'")
        left = [name for (name,) in cursor.fetchall()]
    _on_postgres(*map(_drop, left))


def _copy_own(url: str, folder: Path) -> None:
    _on_postgres(_drop(_name(url)), f'CREATE DATABASE "{_name(url)}" TEMPLATE "{_own[0]}"')
    if connection.vendor != "postgresql":
        shutil.copyfile(_own[0], folder / SQLITE)


def _new_name() -> str:
    return f"elsewhere_{os.getpid()}_{next(_number)}"


def _name(url: str) -> str:
    return url.partition("?")[0].rpartition("/")[2]


def _drop(name: str) -> str:
    return f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'


def _server() -> dict[str, Any]:
    here = connection.settings_dict
    return {
        "host": here["HOST"] or here["OPTIONS"].get("host"),
        "port": here["PORT"] or here["OPTIONS"].get("port"),
        "user": here["USER"],
        "password": here["PASSWORD"],
    }


def _on_postgres(*statements: str) -> None:
    """Have the server do these; on SQLite there is nothing to do, the database is a file of the folder."""
    if connection.vendor != "postgresql":
        return
    import psycopg

    with psycopg.connect(dbname="postgres", autocommit=True, **{k: v for k, v in _server().items() if v}) as server:
        for statement in statements:
            server.execute(statement)  # type: ignore[arg-type]
