"""What the web server writes into its log, asked over a socket."""

from __future__ import annotations

import json
import os
import runpy
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
CONFIGURATION = ROOT / "deploy" / "gunicorn.conf.py"
# A site that answers everything, so that the log is the server's alone.
SITE = """
def application(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain"), ("X-Request-ID", "00ff00ff00ff00ff")])
    return [b"OK"]
"""


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@pytest.fixture(params=["line", "json"])
def logged(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[str, int, Path]]:
    """A running server: the form of its log, its port, the file with everything it writes."""
    (tmp_path / "site_under_test.py").write_text(SITE)
    port, log = _free_port(), tmp_path / "log"
    environment = {name: value for name, value in os.environ.items() if not name.startswith("ZHICHENG_")} | {
        "ZHICHENG_ENV_FILE": os.devnull,
        "ZHICHENG_MODE": "test",
        "ZHICHENG_BIND": f"127.0.0.1:{port}",
        "ZHICHENG_WEB_PROCESSES": "1",
        "ZHICHENG_LOG_FORMAT": request.param,
        "ZHICHENG_DATA_DIR": str(tmp_path),
        "PYTHONPATH": str(tmp_path),
    }
    command = [sys.executable, "-m", "gunicorn", "--config", str(CONFIGURATION), "site_under_test:application"]
    with log.open("wb") as out:
        server = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=out, stderr=out)
    try:
        for _ in range(200):
            if "Listening" in log.read_text():
                break
            time.sleep(0.1)
        yield request.param, port, log
    finally:
        server.terminate()
        server.wait(30)


def _ask(port: int, target: str, header: str = "X-Nothing: 1") -> None:
    with socket.create_connection(("127.0.0.1", port), timeout=10) as link:
        link.sendall(f"GET {target} HTTP/1.1\r\nHost: x\r\n{header}\r\nConnection: close\r\n\r\n".encode("latin-1"))
        while link.recv(4096):
            pass


def test_log_of_the_server_is_not_forged_and_holds_no_key(logged: tuple[str, int, Path]) -> None:
    form, port, log = logged
    _ask(port, "/a%0a2026-01-01%20INFO%20forged/%1b%5b2K%e2%80%a8/?name=geheim")
    _ask(port, "/accounts/confirm-email/NA:1xW10P:geheim/", header="X-Forwarded-For: geheim")
    _ask(port, "/accounts/password/reset/key/1-geheim/")
    _ask(port, "/mailbox/12:geheim/")
    _ask(port, "/my/applications/1/")
    _ask(port, "/bad", header="X-Refused: \x1b[2Kgeheim")
    for _ in range(100):
        text = log.read_text()
        if text.count("00ff00ff00ff00ff") == 5:
            break
        time.sleep(0.05)
    assert "geheim" not in text and "\x1b" not in text
    lines = [line for line in text.splitlines() if "00ff00ff00ff00ff" in line]
    assert len(lines) == 5
    assert all(line.isprintable() for line in text.split("\n"))
    assert not [line for line in text.splitlines() if line.startswith("2026-01-01")]
    if form == "json":
        found = [json.loads(line) for line in lines]
        assert found[-1]["facts"] | {"us": 0} == {
            "method": "GET",
            "path": "/my/applications/1/",
            "status": 200,
            "bytes": 2,
            "us": 0,
        }
        assert found[-1]["address"] == "127.0.0.1"
    else:
        assert ' 00ff00ff00ff00ff - 127.0.0.1 "GET /my/applications/1/" 200 2 ' in lines[-1]


def test_log_of_the_server_holds_no_key_of_a_link_that_was_broken(logged: tuple[str, int, Path]) -> None:
    _form, port, log = logged
    starts = ("/accounts/confirm-email/", "/accounts/password/reset/key/", "/mailbox/", "/checking/")
    broken = ("%20", "%0a", "%22", "%3C", "/", "x/", "geheim%20", "geheim%0a", "%E2%80%A6")
    for start in starts:
        for between in broken:
            _ask(port, f"{start}{between}geheim/")
    _ask(port, "/accounts%2Fconfirm%2Demail%2Fgeheim")
    _ask(port, "/unit/people/5/mailbox/")
    for _ in range(100):
        text = log.read_text()
        if text.count("00ff00ff00ff00ff") == len(starts) * len(broken) + 2:
            break
        time.sleep(0.05)
    assert text.count("00ff00ff00ff00ff") == len(starts) * len(broken) + 2
    assert "geheim" not in text
    assert all(" 200 2 " in line for line in text.splitlines() if "00ff00ff00ff00ff" in line), "what follows the path stays"


def test_configuration_is_read_without_a_server() -> None:
    assert runpy.run_path(str(CONFIGURATION))["accesslog"] == "-"


@pytest.mark.parametrize("logged", ["line"], indirect=True)
@pytest.mark.parametrize(
    "lengths",
    [
        "Content-Length: 4\r\nTransfer-Encoding: chunked",
        "Transfer-Encoding: chunked\r\nContent-Length: 4",
        "Content-Length: 4\r\nContent-Length: 0",
        "Content-Length: +4",
        "Content-Length: 4,4",
        "Transfer-Encoding: xchunked",
        "Transfer-Encoding: chunked, identity",
        "Transfer-Encoding : chunked",
        "Content-Length: 0x4",
    ],
)
def test_request_hidden_in_another_one_is_not_answered(logged: tuple[str, int, Path], lengths: str) -> None:
    """Where the end of a request is told in two ways, a server behind a proxy must not find a second request in the first."""
    assert _answers(logged[1], lengths) <= 1


@pytest.mark.parametrize("logged", ["line"], indirect=True)
def test_second_request_after_a_whole_one_is_answered(logged: tuple[str, int, Path]) -> None:
    assert _answers(logged[1], "Transfer-Encoding: chunked") == 2


def _answers(port: int, lengths: str) -> int:
    """How many answers come to a POST with these lengths, an empty chunked body and a further request behind it."""
    hidden = "GET /hidden/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    answer = b""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as link, suppress(TimeoutError, ConnectionResetError):
        link.sendall(f"POST /outer/ HTTP/1.1\r\nHost: x\r\n{lengths}\r\n\r\n0\r\n\r\n{hidden}".encode("latin-1"))
        while part := link.recv(4096):
            answer += part
    return answer.count(b"HTTP/1.1 ")


@pytest.mark.parametrize(
    ("bind", "certificate", "starts"),
    [
        ("127.0.0.1:8000", "", True),
        ("[::1]:8000", "", True),
        ("unix:/run/zhicheng/web.sock", "", True),
        ("0.0.0.0:8000", "", False),
        (":8000", "", False),
        ("10.0.0.5:8000", "", False),
        ("10.0.0.5:8000", "/etc/ssl/zhicheng/inner.pem", True),
    ],
)
def test_server_takes_nothing_in_the_open_from_elsewhere(bind: str, certificate: str, starts: bool) -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("ZHICHENG_")} | {
        "ZHICHENG_ENV_FILE": os.devnull,
        "ZHICHENG_BIND": bind,
        "ZHICHENG_BIND_CERTIFICATE": certificate,
    }
    command = [sys.executable, "-c", f"import runpy; runpy.run_path({str(CONFIGURATION)!r})"]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode == 0) is starts, done.stderr
    assert starts or "ZHICHENG_BIND_CERTIFICATE" in done.stderr
