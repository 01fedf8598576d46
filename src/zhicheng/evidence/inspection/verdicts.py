"""The plain values an inspection takes and gives."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Bounds:
    """What may be accepted. Bytes, pages, pixels (width × height of one picture), pixels of one edge."""

    max_bytes: int
    max_pages: int
    max_pixels: int = 80_000_000
    max_edge: int = 30_000
    min_edge: int = 100


@dataclass(frozen=True, slots=True)
class Finding:
    """A file that can be kept. ``warnings`` are ``{"code": str, "page": int, ...}``, pages counted from 1."""

    media_type: str
    pages: int
    warnings: list[dict[str, int | str]] = field(default_factory=list)


class Rejected(Exception):
    """A file that cannot be kept; ``code`` says why, ``params`` fill the sentence."""

    def __init__(self, code: str, **params: int | str) -> None:
        super().__init__(code)
        self.code = code
        self.params = params
