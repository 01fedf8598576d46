"""Other processes on a database of their own, so that everything they do is really committed."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.db import connection

ROOT = Path(__file__).resolve().parent.parent.parent


class Elsewhere:
    """Runs ``script`` in other processes, all on one database and one folder of files."""

    def __init__(self, script: Path, database_url: str, folder: Path) -> None:
        self.script, self.folder = script, folder
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("ZHICHENG_", "DJANGO_"))}
        paths = [str(ROOT), *filter(None, [kept.get("PYTHONPATH")])]
        self.environment = kept | {
            "PYTHONPATH": os.pathsep.join(paths),
            "ZHICHENG_MODE": "test",
            "ZHICHENG_ENV_FILE": os.devnull,
            "ZHICHENG_DATA_DIR": str(folder),
            "ZHICHENG_DATABASE_URL": database_url,
            "DJANGO_SETTINGS_MODULE": "zhicheng.settings",
            "PYTHONUNBUFFERED": "1",
        }

    def start(self, *words: str, log: Any = None, **environment: str) -> subprocess.Popen[str]:
        """Start one and come back at once. ``log``: an open file for what it says on its standard error."""
        command = [sys.executable, str(self.script), *words]
        return subprocess.Popen(command, env=self.environment | environment, stdout=subprocess.PIPE, stderr=log, text=True)

    def run(self, *words: str, limit: float = 240, **environment: str) -> str:
        """Run one to its end (``limit`` seconds) and return what it printed; it must succeed."""
        command = [sys.executable, str(self.script), *words]
        done = subprocess.run(
            command, env=self.environment | environment, capture_output=True, text=True, check=False, timeout=limit
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout.strip()


@contextmanager
def elsewhere_on(script: Path, folder: Path) -> Iterator[Elsewhere]:
    """Other processes on an empty database of the kind these tests run on; ``script`` migrates it."""
    url, drop = f"sqlite:///{folder / 'elsewhere.sqlite3'}", None
    if connection.vendor == "postgresql":
        url, drop = _another_postgres_database()
    yield Elsewhere(script, url, folder)
    if drop:
        drop()


def _another_postgres_database() -> tuple[str, Callable[[], None]]:
    import psycopg

    here = connection.settings_dict
    name = f"elsewhere_{os.getpid()}"
    address: dict[str, Any] = {
        "host": here["HOST"] or here["OPTIONS"].get("host"),
        "port": here["PORT"] or here["OPTIONS"].get("port"),
        "user": here["USER"],
        "password": here["PASSWORD"],
    }

    def execute(statement: str) -> None:
        with psycopg.connect(dbname="postgres", autocommit=True, **{k: v for k, v in address.items() if v}) as server:
            server.execute(statement)  # type: ignore[arg-type]

    execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
    execute(f'CREATE DATABASE "{name}"')
    secret = f":{address['password']}" if address["password"] else ""
    url = f"postgres://{address['user']}{secret}@/{name}?host={address['host']}&port={address['port']}"
    return url, lambda: execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
