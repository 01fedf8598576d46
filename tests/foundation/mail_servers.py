"""Mail servers that behave badly: real ones, on a port of this machine, each in a thread."""

from __future__ import annotations

import socket
import socketserver
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Server:
    """What one was told and how it answers. ``manner``: ``good``, ``silent`` (accepts and never answers), ``drips`` (one byte now and
    then), ``drips tls`` (the same after STARTTLS), ``mute after data`` (takes a mail and does not say so), ``closed`` (421). ``refused``: the answer to a recipient."""

    manner: str = "good"
    refused: dict[str, str] = field(default_factory=dict)
    port: int = 0
    connections: int = 0
    mails: list[str] = field(default_factory=list)


class _Talk(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        told: Server = self.server.told  # type: ignore[attr-defined]
        told.connections += 1
        if told.manner == "silent":
            self.rfile.read(1)
            return
        if told.manner == "drips":
            for letter in "220 slowly " * 60:
                self._say(letter, end="")
                time.sleep(0.1)
            return
        if told.manner == "closed":
            self._say("421 come back later")
            return
        self._say("220 here")
        self._listen(told)

    def _listen(self, told: Server) -> None:
        for line in self.rfile:
            word, _space, rest = line.decode().strip().partition(" ")
            match word.upper():
                case "RCPT":
                    mailbox = rest.partition("<")[2].partition(">")[0]
                    self._say(told.refused.get(mailbox, "250 ok"))
                case "DATA":
                    self._say("354 go on")
                    text = b"".join(iter(self.rfile.readline, b".\r\n"))
                    if told.manner == "mute after data":
                        self.rfile.read(1)
                        return
                    told.mails.append(text.decode())
                    self._say("250 taken")
                case "EHLO" if told.manner == "drips tls":
                    self._say("250-here\r\n250 STARTTLS")
                case "STARTTLS":
                    self._say("220 go on")
                    self.wfile.write(b"\x16\x03\x03\x3f\xff\x02\x00\x3f\xfb")
                    for _turn in range(600):
                        time.sleep(0.1)
                        self.wfile.write(b"\x00")
                    return
                case "QUIT":
                    self._say("221 bye")
                    return
                case _:
                    self._say("250 ok")

    def _say(self, words: str, end: str = "\r\n") -> None:
        self.wfile.write((words + end).encode())
        self.wfile.flush()


class _Threads(socketserver.ThreadingTCPServer):
    daemon_threads = True
    block_on_close = False
    allow_reuse_address = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """The other side has hung up: that is what these servers are for."""


@contextmanager
def mail_server(manner: str = "good", port: int = 0, **refused: str) -> Iterator[Server]:
    """A server of that manner while the block runs."""
    told = Server(manner, refused)
    with _Threads(("127.0.0.1", port), _Talk) as server:
        server.told = told  # type: ignore[attr-defined]
        told.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, args=[0.05], daemon=True)
        thread.start()
        try:
            yield told
        finally:
            server.shutdown()
            thread.join()


def unused_port() -> int:
    """A port on which nobody answers."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])
