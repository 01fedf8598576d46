"""A database for fault tests: made once, put back in a moment to what it was, looked at whole."""

from __future__ import annotations

import shutil
import time
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.db import connection, transaction

from zhicheng.foundation import clock

HERE = "faults_here"
State = dict[str, list[Any]]  # the rows of each table, in an order
Sequences = dict[str, int | None]  # the last value of each


class Places:
    """The one database in use, and what it was before, by name."""

    def begin(self, like: str = "") -> None:
        """A database with every table and trigger, a copy of ``like`` where there is one, is in use from now on."""
        connection.close()
        connection.settings_dict["NAME"] = self._made(like)
        if not like:
            call_command("migrate", verbosity=0)
        clock.forget_cached_offset()

    def keep(self, name: str) -> None:
        """``name`` is what the database in use is now."""
        raise NotImplementedError

    def restore(self, name: str) -> None:
        """The database in use becomes what ``name`` is."""
        self._restore(name)
        clock.forget_cached_offset()

    def settle(self) -> None:
        """Wait until the database has seen that who was killed is gone."""

    def state(self) -> State:
        """Every row of every table of the database in use, by table."""
        raise NotImplementedError

    def leave(self) -> None:
        """Before a fork: whoever is forked opens a connection of its own (:meth:`arrive`)."""

    def arrive(self) -> None:
        """In the process that was forked: what was open goes on being its parent's."""

    def _made(self, like: str) -> str:
        raise NotImplementedError

    def _restore(self, name: str) -> None:
        raise NotImplementedError


class SqlitePlaces(Places):
    """Files in one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def keep(self, name: str) -> None:
        connection.close()
        self._copy(self._file(HERE), self._file(name))

    def state(self) -> State:
        found: State = {}
        with connection.cursor() as cursor:
            for table in _tables():
                cursor.execute(f'SELECT * FROM "{table}" ORDER BY 1')  # noqa: S608 - the database's own names
                found[table] = cursor.fetchall()
        return found

    def leave(self) -> None:
        connection.close()  # locks on its file are none of a forked process

    def _made(self, like: str) -> str:
        if like:
            shutil.copyfile(like, self._file(HERE))
        return str(self._file(HERE))

    def _restore(self, name: str) -> None:
        connection.close()
        self._copy(self._file(name), self._file(HERE))

    def _file(self, name: str) -> Path:
        return self.folder / f"{name}.sqlite3"

    @staticmethod
    def _copy(one: Path, to: Path) -> None:
        """Also what the log beside the file holds, which a killed process leaves behind."""
        for end in ("", "-wal", "-shm"):
            source, target = one.with_name(one.name + end), to.with_name(to.name + end)
            target.unlink(missing_ok=True)
            if source.exists():
                shutil.copyfile(source, target)


class PostgresPlaces(Places):
    """One database of the cluster. Rows that are not as they were kept are taken out or put back, and the sequences set.

    To copy it whole costs two checkpoints and as many files as it has tables and indexes, and nobody may be there meanwhile: each connection
    reads anew what tables, functions and triggers there are. The one of the process that kills stays.
    """

    def __init__(self) -> None:
        self.kept: dict[str, tuple[State, Sequences]] = {}
        self.inherited: list[Any] = []

    def keep(self, name: str) -> None:
        self.kept[name] = self.state(), self._sequences()

    def settle(self) -> None:
        others = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        until = time.monotonic() + 30
        with connection.cursor() as cursor:
            while time.monotonic() < until:
                cursor.execute(others)
                if cursor.fetchone() == (0,):
                    return
                time.sleep(0.002)
        raise RuntimeError("somebody is still connected")

    def state(self) -> State:
        with connection.cursor() as cursor:
            cursor.execute(" UNION ALL ".join(f"SELECT '{table}', x::text FROM \"{table}\" x" for table in _tables()))  # noqa: S608
            rows = cursor.fetchall()
        found: State = {table: [] for table in _tables()}
        for table, row in sorted(rows):
            found[table].append(row)
        return found

    def arrive(self) -> None:
        # As long as it is somebody's, nobody says good-bye to the server for the parent.
        self.inherited.append(connection.connection)
        connection.connection = None

    def _made(self, like: str) -> str:
        import psycopg

        there = connection.get_connection_params()
        where = {name: there[name] for name in ("host", "port", "user") if there.get(name)}
        with psycopg.connect(dbname="template1", autocommit=True, **where) as keeper:
            keeper.execute(f"DROP DATABASE IF EXISTS {HERE} WITH (FORCE)")  # type: ignore[arg-type]
            keeper.execute(f"CREATE DATABASE {HERE} TEMPLATE {like or 'template0'}")  # type: ignore[arg-type]
        return HERE

    def _restore(self, name: str) -> None:
        self.settle()
        state, sequences = self.kept[name]
        now = self.state()
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL session_replication_role = replica")  # no guard and no foreign key asks
            for table in (one for one in state if state[one] != now[one]):
                wanted, there = Counter(state[table]), Counter(now[table])
                cursor.execute(f'DELETE FROM "{table}" x WHERE x::text = ANY(%s)', [list(there - wanted)])  # noqa: S608
                rows = f'SELECT unnest(%s::text[])::"{table}" AS r OFFSET 0'
                cursor.execute(f'INSERT INTO "{table}" SELECT (x.r).* FROM ({rows}) x', [list((wanted - there).elements())])  # noqa: S608
            for sequence, value in sequences.items() - self._sequences().items():
                cursor.execute("SELECT setval(%s::regclass, %s, %s)", [sequence, value or 1, value is not None])

    @staticmethod
    def _sequences() -> Sequences:
        with connection.cursor() as cursor:
            cursor.execute("SELECT quote_ident(sequencename), last_value FROM pg_sequences WHERE schemaname = 'public'")
            return dict(cursor.fetchall())


@cache
def places() -> Places:
    """The places of the database that the settings name."""
    if connection.vendor == "postgresql":
        return PostgresPlaces()
    return SqlitePlaces(Path(settings.DATA_DIR))


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
