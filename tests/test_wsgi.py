"""Whose address a request carries: limits count by it. And a process that is renewed while the database is out of reach."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.core.signals import request_started
from django.test import RequestFactory


def address_seen(settings: Any, *, behind_proxy: bool, forwarded: str) -> str:
    settings.BEHIND_PROXY = behind_proxy
    seen = []

    def look(*, environ: dict[str, Any], **kwargs: Any) -> None:
        seen.append(environ["REMOTE_ADDR"])

    from zhicheng.wsgi import application  # asks the database whether it may serve: only inside a test

    environ = RequestFactory().get("/healthz", HTTP_X_FORWARDED_FOR=forwarded, REMOTE_ADDR="127.0.0.1").environ
    request_started.connect(look)
    try:
        list(application(environ, lambda *_: None))
    finally:
        request_started.disconnect(look)
    return seen[0]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("behind_proxy", "forwarded", "expected"),
    [
        (True, "203.0.113.7", "203.0.113.7"),
        (True, "198.51.100.1, 203.0.113.7", "203.0.113.7"),
        (True, "", "127.0.0.1"),
        (False, "203.0.113.7", "127.0.0.1"),
    ],
)
def test_visitors_address_is_the_one_the_proxy_named(settings: Any, behind_proxy: bool, forwarded: str, expected: str) -> None:
    assert address_seen(settings, behind_proxy=behind_proxy, forwarded=forwarded) == expected


ASK = """
from django.test import RequestFactory
from zhicheng.wsgi import application
for path in ("/", "/accounts/login/", "/healthz"):
    said = []
    body = b"".join(application(RequestFactory().get(path).environ, lambda status, headers: said.extend((status, dict(headers)))))
    print(path, said[0][:3], said[1].get("Retry-After", "-"), "<h1>暂时连不上数据库</h1>" in body.decode())
"""


def start_without_database(folder: Path, *, renewed: bool) -> subprocess.CompletedProcess[str]:
    """A web process whose database refuses every connection, begun anew or in the place of one that ended."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("ZHICHENG_", "DJANGO_"))} | {
        "ZHICHENG_MODE": "test",
        "ZHICHENG_ENV_FILE": os.devnull,
        "ZHICHENG_ALLOWED_HOSTS": "*",
        "ZHICHENG_DATA_DIR": str(folder),
        "ZHICHENG_DATABASE_URL": f"postgres://nobody@/nothing?host={folder}",
        "START_CHECKED_BY": str(os.getpid()) if renewed else "",
    }
    return subprocess.run([sys.executable, "-c", ASK], env=environment, capture_output=True, text=True, check=False)


def test_renewed_process_serves_while_no_connection_can_be_had(tmp_path: Path) -> None:
    """If it ended instead, the whole server would end with it (gunicorn takes a process that cannot start for hopeless)."""
    done = start_without_database(tmp_path, renewed=True)
    assert done.returncode == 0, done.stderr
    home, login, health = done.stdout.splitlines()
    assert home == "/ 503 30 True"
    assert login.startswith("/accounts/login/ 200"), "it asks nothing of the database"
    assert health.startswith("/healthz 503")


def test_process_that_begins_without_its_database_does_not_start(tmp_path: Path) -> None:
    done = start_without_database(tmp_path, renewed=False)
    assert done.returncode != 0 and "zhicheng.E021" not in done.stdout and "数据库无法连接" in done.stderr
