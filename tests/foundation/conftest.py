"""A second process for the tests that kill one: with a database of its own, so that everything it does is really committed."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from zhicheng.foundation import outbox

HERE = Path(__file__).resolve().parent


class Elsewhere:
    """Runs ``processes.py`` in other processes, all on one database and one folder of files."""

    def __init__(self, database_url: str, folder: Path) -> None:
        self.folder = folder
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("ZHICHENG_", "DJANGO_"))}
        self.environment = kept | {
            "ZHICHENG_MODE": "test",
            "ZHICHENG_ENV_FILE": os.devnull,
            "ZHICHENG_DATA_DIR": str(folder),
            "ZHICHENG_DATABASE_URL": database_url,
            "DJANGO_SETTINGS_MODULE": "zhicheng.settings",
            "PYTHONUNBUFFERED": "1",
        }

    def start(self, *words: str, **environment: str) -> subprocess.Popen[str]:
        """Start one and come back at once."""
        command = [sys.executable, str(HERE / "processes.py"), *words]
        return subprocess.Popen(command, env=self.environment | environment, stdout=subprocess.PIPE, text=True)

    def run(self, *words: str, **environment: str) -> str:
        """Run one to its end and return what it printed; it must succeed."""
        command = [sys.executable, str(HERE / "processes.py"), *words]
        done = subprocess.run(
            command, env=self.environment | environment, capture_output=True, text=True, check=False, timeout=120
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout.strip()


@pytest.fixture
def elsewhere(tmp_path: Path, db: Any) -> Iterator[Elsewhere]:
    """Other processes on a migrated database, of the kind these tests run on."""
    url, drop = f"sqlite:///{tmp_path / 'elsewhere.sqlite3'}", None
    if connection.vendor == "postgresql":
        url, drop = _another_postgres_database()
    there = Elsewhere(url, tmp_path)
    there.run("migrate")
    yield there
    if drop:
        drop()


def _another_postgres_database() -> tuple[str, Callable[[], None]]:
    import psycopg

    here = connection.settings_dict
    name = f"elsewhere_{os.getpid()}"
    address = {"host": here["HOST"] or here["OPTIONS"].get("host"), "port": here["PORT"] or here["OPTIONS"].get("port")}
    address |= {"user": here["USER"], "password": here["PASSWORD"]}

    def execute(statement: str) -> None:
        with psycopg.connect(dbname="postgres", autocommit=True, **{k: v for k, v in address.items() if v}) as server:
            server.execute(statement)  # type: ignore[arg-type]

    execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
    execute(f'CREATE DATABASE "{name}"')
    secret = f":{address['password']}" if address["password"] else ""
    url = f"postgres://{address['user']}{secret}@/{name}?host={address['host']}&port={address['port']}"
    return url, lambda: execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


@pytest.fixture
def register() -> Iterator[Callable[..., Any]]:
    """``outbox.handler``, forgotten again after the test."""
    known = dict(outbox._handlers)
    yield outbox.handler
    outbox._handlers.clear()
    outbox._handlers.update(known)


@pytest.fixture
def unused_tcp_port() -> int:
    """A port of this machine on which nobody answers."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])
