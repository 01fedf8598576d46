"""The plain values an inspection takes and gives."""

from __future__ import annotations

from dataclasses import dataclass, field

ACTIVE = "active"
"""Why there is a copy of a file that could act by itself; nobody is warned, for the copy cannot."""
MENDED_COPY = "mended_copy"
"""The warning of a file whose copy is no safer than it, only whole."""
CONVERTED = "converted"
"""The warning of a photograph whose copy is the same one in a format every computer shows."""
SEVERAL = "several"
"""The warning of a file with ``count`` photographs of which one is shown."""
TURNED = "turned"
"""The warning of a photograph that is shown upright by the camera's mark."""
RENAMED = "renamed"
"""The warning of a file whose name ends as that of another format."""
SHRUNK = "shrunk"
"""What the browser says of a photograph: that it made it smaller before it was sent, from ``width`` and ``height``."""
UNCHECKED = "unchecked"
"""The note of a file whose pages, from one on, nobody looked at: the look did not come about."""
UNREAD = "unread"
"""The note of a file that nobody read, or not all of it: ``why``, one of the next words."""
OFF, ABSENT, FAILED, ILLEGIBLE, LONG, GREY = "off", "absent", "failed", "illegible", "long", "grey"
"""The instance does not want it, the extra is not installed, it did not come about, it cannot be read well, it has more pages than are read, its
seal cannot be told from print because it has no colours.
"""
WRONG_PAPER, WRONG_PERSON, WRONG_YEAR, EXPIRED = "wrong_paper", "wrong_person", "wrong_year", "expired"
NOT_SEALED, NOT_SIGNED = "not_sealed", "not_signed"
"""What the text of a file shows against the place it was put to; told of the place, not of the file."""
OF_THE_TEXT = frozenset({UNREAD, WRONG_PAPER, WRONG_PERSON, WRONG_YEAR, EXPIRED, NOT_SEALED, NOT_SIGNED})
COMPOSED = "composed"
"""What is said of a PDF that was made here: of the pages of ``count`` files."""
MENDED = "mended"
"""What is said of a file that was made here of another: which of its pages (1 or 0 each) were ``turned``, ``straightened``, ``cropped``."""
NOTES = frozenset({TURNED, CONVERTED, RENAMED, ACTIVE, SHRUNK, UNCHECKED, UNREAD, COMPOSED, MENDED})
"""What is only told, for the reader is served and nothing is wrong with what is seen; everything else that is said has to be looked at."""
PHOTOGRAPHED = "photographed"
"""No warning, but what a camera wrote: the ``day`` it says the picture was taken, ``2023-05-22``. Nothing hangs on it but a question."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """What may be accepted. Bytes, pages, pixels (width × height of one picture), pixels of one edge; and how many seconds of the
    processor an examination may take.
    """

    max_bytes: int
    max_pages: int
    max_pixels: int = 80_000_000
    max_edge: int = 30_000
    min_edge: int = 100
    cpu_seconds: int = 20


PREVIEW_SECONDS = 5
"""CPU seconds one picture of a page may cost. An ordinary page takes a fifth of one."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A file that can be kept. ``warnings`` are ``{"code": str, "page": int, ...}``, pages counted from 1.

    ``cpu_seconds`` is what looking at it cost; it says nothing about the file and is not compared. ``safe_copy`` is what readers get
    in its stead: the same pages without what could act by itself, or the photograph as a JPEG; None when they get the file.
    """

    media_type: str
    pages: int
    warnings: list[dict[str, int | str]] = field(default_factory=list)
    cpu_seconds: float = field(default=0.0, compare=False)
    safe_copy: bytes | None = field(default=None, compare=False, repr=False)


class Rejected(Exception):
    """A file that cannot be kept; ``code`` says why, ``params`` fill the sentence, ``cpu_seconds`` is what finding it out cost
    (everything it was allowed, when the cell ran into its limits; 0 when no cell was free).
    """

    def __init__(self, code: str, **params: int | str) -> None:
        super().__init__(code)
        self.code = code
        self.params = params
        self.cpu_seconds = 0.0
