"""Databases for fault tests: made once with a small world in it, copied in a moment, looked at whole."""

from __future__ import annotations

import shutil
import time
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.db import connection

from zhicheng.foundation import clock

State = dict[str, list[tuple[Any, ...]]]


class Places:
    """The databases of one kind, by name. Of the two below only the current one is connected."""

    def use(self, name: str) -> None:
        """Let Django's connection go to the database of this name from now on; the last one's is closed."""
        connection.close()
        connection.settings_dict["NAME"] = self._address(name)
        clock.forget_cached_offset()

    def make(self, name: str) -> None:
        """An empty database with every table and trigger."""
        self._create(name)
        self.use(name)
        call_command("migrate", verbosity=0)

    def copy(self, name: str, to: str) -> None:
        """``to`` becomes what ``name`` is now; nobody is connected to either."""
        raise NotImplementedError

    def settle(self, name: str) -> None:
        """Wait until the database has seen that who was killed is gone."""

    def _address(self, name: str) -> str:
        raise NotImplementedError

    def _create(self, name: str) -> None:
        raise NotImplementedError


class SqlitePlaces(Places):
    """Files in one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def copy(self, name: str, to: str) -> None:
        """Also what the log beside the file holds, which a killed process leaves behind."""
        connection.close()
        for end in ("", "-wal", "-shm"):
            source, target = Path(self._address(name) + end), Path(self._address(to) + end)
            target.unlink(missing_ok=True)
            if source.exists():
                shutil.copyfile(source, target)

    def _address(self, name: str) -> str:
        return name if "/" in name else str(self.folder / f"{name}.sqlite3")

    def _create(self, name: str) -> None:
        pass


class PostgresPlaces(Places):
    """Databases of one cluster, copied as templates."""

    def __init__(self) -> None:
        import psycopg

        there = connection.get_connection_params()
        where = {name: there[name] for name in ("host", "port", "user") if there.get(name)}
        self.keeper = psycopg.connect(dbname="template1", autocommit=True, **where)

    def copy(self, name: str, to: str) -> None:
        connection.close()
        self.settle(name)
        self._create(to, like=name)

    def settle(self, name: str) -> None:
        until = time.monotonic() + 30
        while time.monotonic() < until:
            found = self.keeper.execute("SELECT count(*) FROM pg_stat_activity WHERE datname = %s", [name]).fetchone()
            if found == (0,):
                return
            time.sleep(0.002)
        raise RuntimeError(f"somebody is still connected to {name}")

    def _address(self, name: str) -> str:
        return name

    def _create(self, name: str, like: str = "template0") -> None:
        self.keeper.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")  # type: ignore[arg-type]
        self.keeper.execute(f"CREATE DATABASE {name} TEMPLATE {like} STRATEGY file_copy")  # type: ignore[arg-type]


def places() -> Places:
    """The places of the database that the settings name."""
    if connection.vendor == "postgresql":
        return PostgresPlaces()
    return SqlitePlaces(Path(settings.DATA_DIR))


def state() -> State:
    """Every row of every table of the database in use, by table."""
    found: State = {}
    with connection.cursor() as cursor:
        for table in _tables():
            cursor.execute(f'SELECT * FROM "{table}" ORDER BY 1')  # noqa: S608 - the database's own names
            found[table] = cursor.fetchall()
    return found


@cache
def _tables() -> list[str]:
    return connection.introspection.table_names()


def difference(one: State, other: State) -> list[str]:
    """The tables that are not the same, and by how many rows."""
    return [
        f"{table}: {len(one.get(table, ()))} and {len(other.get(table, ()))} rows"
        for table in sorted(one.keys() | other.keys())
        if one.get(table) != other.get(table)
    ]
