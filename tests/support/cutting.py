"""A line to an instance that is cut where a test wants it: in the head of a request, in its body, or before its answer."""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from urllib.parse import urlsplit

Cut = Callable[[int, int], int]
"""After how many bytes of a request, of whose head and body the lengths are given; as many as both are: its answer is lost."""

CUTS: dict[str, Cut] = {
    "its first byte": lambda _head, _body: 1,
    "within its head": lambda head, _body: head // 2,
    "behind its head": lambda head, _body: head,
    "the first byte of its body": lambda head, _body: head + 1,
    "the middle of its body": lambda head, body: head + body // 2,
    "all but the last byte": lambda head, body: head + body - 1,
    "the last byte, before its answer": lambda head, body: head + body,
}
_LENGTH = re.compile(rb"\r\ncontent-length: *([0-9]+)", re.IGNORECASE)


@dataclass
class Line:
    """Everything passes until :attr:`cuts` holds a cut for the next request of :attr:`method`; each cuts one request, and its connection."""

    to: str
    method: bytes = b"PATCH"
    cuts: list[Cut] = field(default_factory=list)
    down: bool = False
    was_cut: int = 0

    def __post_init__(self) -> None:
        parts = urlsplit(self.to)
        self._server = (str(parts.hostname), int(parts.port or 80))
        self._door = socket.create_server(("127.0.0.1", 0))
        self.address = f"http://127.0.0.1:{self._door.getsockname()[1]}"
        threading.Thread(target=self._listen, daemon=True).start()

    def close(self) -> None:
        self._door.close()

    def _listen(self) -> None:
        with suppress(OSError):
            while True:
                client, _from = self._door.accept()
                threading.Thread(target=self._connect, args=[client], daemon=True).start()

    def _connect(self, client: socket.socket) -> None:
        with client:
            if self.down:
                return
            with suppress(OSError), socket.create_connection(self._server) as server:
                _Connection(self, client, server).run()


class _Connection:
    def __init__(self, line: Line, client: socket.socket, server: socket.socket) -> None:
        self.line, self.client, self.server = line, client, server
        self.answer_is_lost = False

    def run(self) -> None:
        back = threading.Thread(target=self._back, daemon=True)
        back.start()
        with suppress(OSError):
            self._there()
        self._end()
        back.join(5)

    def _end(self) -> None:
        for one in (self.client, self.server):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)

    def _there(self) -> None:
        while head := self._head():
            length = _LENGTH.search(head)
            body, most = int(length[1]) if length else 0, len(head)
            whole = most + body
            if head.startswith(self.line.method) and self.line.cuts:
                most = self.line.cuts.pop(0)(len(head), body)
                self.line.was_cut += 1
                self.answer_is_lost = most == whole
                self._pass(head, most)
                if not self.answer_is_lost:
                    return
                self._wait_for_the_answer()
                return
            self._pass(head, whole)

    def _head(self) -> bytes:
        seen = b""
        while not seen.endswith(b"\r\n\r\n"):
            byte = self.client.recv(1)
            if not byte:
                return b""
            seen += byte
        return seen

    def _pass(self, head: bytes, most: int) -> None:
        self.server.sendall(head[:most])
        left = most - len(head)
        while left > 0:
            chunk = self.client.recv(min(left, 65536))
            if not chunk:
                return
            self.server.sendall(chunk)
            left -= len(chunk)

    def _wait_for_the_answer(self) -> None:
        with suppress(OSError):
            self.client.settimeout(10)
            while self.answer_is_lost and self.client.recv(1):
                pass

    def _back(self) -> None:
        with suppress(OSError):
            while chunk := self.server.recv(65536):
                if self.answer_is_lost or self.line.down:
                    self.answer_is_lost = False
                    break
                self.client.sendall(chunk)
        self._end()
