"""``deploy/nginx.conf`` as it is, in a real nginx: which TLS it speaks, what it passes on, what it never asks for."""

from __future__ import annotations

import http.client
import re
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

import pytest
from django.urls import reverse

from tests.support import capabilities
from zhicheng.web.access import KEY_IN_ADDRESS

ROOT = Path(__file__).resolve().parent.parent
HOST = "zhicheng.example.gov.cn"
pytestmark = pytest.mark.nginx


class _Site(BaseHTTPRequestHandler):
    seen: ClassVar[list[tuple[str, dict[str, str]]]] = []

    def do_GET(self) -> None:
        type(self).seen.append((self.path, {k.lower(): v for k, v in self.headers.items()}))
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")

    def do_POST(self) -> None:
        """Away in the middle: what a service does that is stopped while somebody sends a form."""
        self.rfile.read(int(self.headers["Content-Length"]))
        self.close_connection = True

    do_TRACE = do_GET

    def log_message(self, *told: Any) -> None:
        """Silent."""


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@pytest.fixture(scope="module")
def proxy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[int, int]]:
    """The ports of TLS and of plain HTTP."""
    folder = tmp_path_factory.mktemp("nginx")
    folder.chmod(0o755)
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:3072", "-nodes", "-days", "2", "-subj", f"/CN={HOST}",
         "-keyout", folder / "key.pem", "-out", folder / "fullchain.pem"],
        check=True, capture_output=True,
    )  # fmt: skip
    site = ThreadingHTTPServer(("127.0.0.1", 0), _Site)
    threading.Thread(target=site.serve_forever, daemon=True).start()
    tls, plain = _free_port(), _free_port()
    told = (ROOT / "deploy" / "nginx.conf").read_text(encoding="utf-8")
    told = re.sub(r"listen \[::\]:\d+[^;]*;", "", told)
    told = re.sub(r"listen 80\b", f"listen 127.0.0.1:{plain}", told)
    told = re.sub(r"listen 443\b", f"listen 127.0.0.1:{tls}", told)
    told = told.replace("/etc/ssl/zhicheng", str(folder)).replace("/var/log/nginx", str(folder))
    told = told.replace("http://127.0.0.1:8000", f"http://127.0.0.1:{site.server_port}")
    temp = "".join(f"{kind}_temp_path {folder}/{kind};\n" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    (folder / "nginx.conf").write_text(
        f"worker_processes 1;\npid {folder}/pid;\nerror_log {folder}/error.log;\nevents {{}}\nhttp {{\n{temp}{told}\n}}\n",
        encoding="utf-8",
    )
    process = subprocess.Popen(
        [str(capabilities.nginx()), "-e", folder / "error.log", "-c", folder / "nginx.conf", "-g", "daemon off;"]
    )
    try:
        for _try in range(100):
            with socket.socket() as one:
                if one.connect_ex(("127.0.0.1", tls)) == 0:
                    break
            assert process.poll() is None, (folder / "error.log").read_text()
            time.sleep(0.1)
        yield tls, plain
    finally:
        process.terminate()
        process.wait(20)
        site.shutdown()
        site.server_close()


@pytest.fixture
def log_of_the_proxy(proxy: tuple[int, int], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Emptied before."""
    (found,) = tmp_path_factory.getbasetemp().glob("nginx[0-9]*/zhicheng.log")
    found.write_text("")
    yield found


def _context(**limits: Any) -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    for name, value in limits.items():
        setattr(context, name, value)
    return context


def _speaks(port: int, context: ssl.SSLContext) -> tuple[str, str]:
    with (
        socket.create_connection(("127.0.0.1", port), timeout=10) as line,
        context.wrap_socket(line, server_hostname=HOST) as tls,
    ):
        cipher = tls.cipher()
        assert cipher is not None
        return str(tls.version()), cipher[0]


class _Named(ssl.SSLContext):
    """Asks for the site by its name, wherever it is."""

    def wrap_socket(self, sock: socket.socket, **said: Any) -> ssl.SSLSocket:
        return super().wrap_socket(sock, **(said | {"server_hostname": HOST}))


def _asked(port: int, method: str, path: str, body: bytes | None = None, **headers: str) -> http.client.HTTPResponse:
    context = _Named(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    connection = http.client.HTTPSConnection("127.0.0.1", port, context=context, timeout=10)
    connection.request(method, path, body, headers={"Host": HOST, **headers})
    answer = connection.getresponse()
    answer.words = answer.read().decode()  # type: ignore[attr-defined]
    connection.close()
    return answer


def test_latest_tls_is_preferred(proxy: tuple[int, int]) -> None:
    assert _speaks(proxy[0], _context())[0] == "TLSv1.3"


def test_tls_of_yesterday_gets_a_suite_with_forward_secrecy(proxy: tuple[int, int]) -> None:
    version, cipher = _speaks(proxy[0], _context(maximum_version=ssl.TLSVersion.TLSv1_2))
    assert version == "TLSv1.2" and cipher == "ECDHE-RSA-AES256-GCM-SHA384"


@pytest.mark.parametrize(
    "offered", ["AES128-SHA", "AES256-GCM-SHA384", "ECDHE-RSA-AES128-SHA", "ECDHE-RSA-AES256-SHA384", "DHE-RSA-AES128-SHA"]
)
def test_weak_suite_is_refused(proxy: tuple[int, int], offered: str) -> None:
    context = _context(maximum_version=ssl.TLSVersion.TLSv1_2)
    context.set_ciphers(f"{offered}:@SECLEVEL=0")
    with pytest.raises(ssl.SSLError):
        _speaks(proxy[0], context)


def test_old_tls_is_refused(proxy: tuple[int, int]) -> None:
    done = subprocess.run(
        ["openssl", "s_client", "-connect", f"127.0.0.1:{proxy[0]}", "-tls1_1", "-cipher", "ALL:@SECLEVEL=0"],
        input=b"", capture_output=True, check=False, timeout=20,
    )  # fmt: skip
    assert done.returncode != 0 and b"Cipher is (NONE)" in done.stdout


def test_plain_http_is_sent_to_tls_and_carries_nothing(proxy: tuple[int, int]) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", proxy[1], timeout=10)
    connection.request("GET", "/desk/?x=1", headers={"Host": HOST})
    answer = connection.getresponse()
    assert answer.status == 301 and answer.getheader("Location") == f"https://{HOST}/desk/?x=1"
    connection.close()


def test_what_a_visitor_sends_as_the_proxys_own_is_replaced(proxy: tuple[int, int]) -> None:
    _Site.seen.clear()
    _asked(proxy[0], "GET", "/", **{"X-Forwarded-For": "198.51.100.1", "X-Forwarded-Proto": "http"})
    ((_path, headers),) = _Site.seen
    assert headers["x-forwarded-for"] == "127.0.0.1" and headers["x-forwarded-proto"] == "https" and headers["host"] == HOST


@pytest.mark.parametrize("path", ["/.git/config", "/.env", "/static/.git/HEAD", "/metrics"])
def test_hidden_files_and_metrics_do_not_reach_the_application(proxy: tuple[int, int], path: str) -> None:
    _Site.seen.clear()
    assert _asked(proxy[0], "GET", path).status == 404 and _Site.seen == []


def test_trace_is_refused_and_no_version_is_told(proxy: tuple[int, int]) -> None:
    _Site.seen.clear()
    answer = _asked(proxy[0], "TRACE", "/")
    assert answer.status == 405 and _Site.seen == [] and answer.getheader("Server") == "nginx"


def test_another_name_is_not_answered_and_nobody_is_led_to_it(proxy: tuple[int, int]) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", proxy[1], timeout=10)
    connection.request("GET", "/", headers={"Host": "elsewhere.example"})
    with pytest.raises(http.client.RemoteDisconnected):
        connection.getresponse()
    with (
        socket.create_connection(("127.0.0.1", proxy[0]), timeout=10) as line,
        pytest.raises(ssl.SSLError, match="UNRECOGNIZED_NAME"),
    ):
        _context().wrap_socket(line, server_hostname="elsewhere.example")
    _Site.seen.clear()
    with pytest.raises(http.client.RemoteDisconnected):
        _asked(proxy[0], "GET", "/", Host="elsewhere.example")  # the right name first, another inside
    assert _Site.seen == []


def test_what_only_the_proxy_can_say_is_said_in_words(proxy: tuple[int, int]) -> None:
    gone = _asked(proxy[0], "POST", "/my/applications/1/sections/summary/", b"summary=words")
    assert gone.status == 503 and gone.getheader("Retry-After") == "30" and gone.getheader("Cache-Control") == "no-store"
    assert "系统暂时无法访问" in gone.words and "cannot be reached" in gone.words  # type: ignore[attr-defined]
    _Site.seen.clear()
    large = _asked(proxy[0], "POST", "/register/unit/licence/", b"x", **{"Content-Length": str(26 * 1024 * 1024)})
    assert large.status == 413 and "文件太大，没有收下" in large.words and _Site.seen == []  # type: ignore[attr-defined]
    for answer in (gone, large):
        assert answer.getheader("Strict-Transport-Security") and "default-src 'none'" in str(
            answer.getheader("Content-Security-Policy")
        )


BROKEN = (
    "{0}{1}/", "{0}%20{1}/", "{0}%0a{1}/", "{0}%0d%0a{1}/", "{0}%22{1}%22", "{0}%3C{1}%3E", "/{0}{1}/", "{0}/{1}", "{0}x/{1}",
    "/zh{0}{1}/", "/zh%2F{0}{1}",
)  # fmt: skip


SIGNED, PASSWORD = "OTM:1xW10P:" + "geheim-" * 6 + "x", "dilbxm-" + "0fee1dea" * 4
# Of each address with a key: its parts, the key the last of them, and what stands before the key.
LINKS: dict[str, tuple[dict[str, Any], str]] = {
    "account_confirm_email": ({"key": SIGNED}, "/accounts/confirm-email/"),
    "account_reset_password_from_key": ({"uidb36": "1", "key": PASSWORD}, "/accounts/password/reset/key/"),
    "mailbox_confirm": ({"token": "12:geheim"}, "/mailbox/"),
    "files_checking": ({"token": SIGNED}, "/checking/"),
    "verify_scanned": ({"serial": "PS2023-000123", "code": "geheim7KQ2MXW9"}, "/V/PS2023-000123/"),
    "publicity_link": ({"period_id": 12, "key": "geheim_Qm9v"}, "/G/12/"),
    "publicity_link_list": ({"period_id": 12, "key": "geheim_Qm9v"}, "/G/12/"),
}


def test_log_holds_no_key_of_a_link_however_it_was_broken(proxy: tuple[int, int], log_of_the_proxy: Path) -> None:
    assert LINKS.keys() == KEY_IN_ADDRESS
    signed, password, paths = SIGNED, PASSWORD, []
    for name, (parts, start) in LINKS.items():
        address = reverse(name, kwargs=parts)
        assert address.startswith(start)
        paths += [address, *(broken.format(start, address.removeprefix(start)) for broken in BROKEN)]
    paths += [
        f"/accounts/confirm-email%20/{signed}/",
        f"/accounts/confirm-emai%0al/{signed}/",
        f"/accou%0ants/reset/ke%0ay/1-{password}/",
    ]
    paths += [
        "/V%0a/PS2023-000123/geheim",
        "/mailbox/12:gehe%20im",
        "/accounts/confirm-email/OTM:gehe%0aim",
        "/unit/people/5/mailbox/",
    ]
    for path in paths:
        _asked(proxy[0], "GET", path)
    for _try in range(100):
        if (text := log_of_the_proxy.read_text()).count("GET ") >= len(paths):
            break
        time.sleep(0.05)
    assert text.count("GET ") >= len(paths)
    assert not [word for word in ("gehe", "im ", "0fee1dea") if word in text], text
    assert '"GET /unit/people/5/mailbox/" 200' in text and '"GET /accounts/confirm-email/..." 200' in text
