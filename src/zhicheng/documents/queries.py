"""Finding papers, and telling anybody who holds one whether it is ours and still holds."""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from datetime import datetime
from itertools import islice
from typing import Any, Literal

from django.db.models import QuerySet
from django.utils.crypto import constant_time_compare

from zhicheng.documents.base import SIGNED
from zhicheng.documents.fonts import missing_glyphs
from zhicheng.documents.models import MissingCharacter, Paper, PaperState
from zhicheng.documents.scanning import scan_address, scanned
from zhicheng.documents.signatures import signature_holds
from zhicheng.foundation.prepared import prepared

_SERIAL = re.compile(r"([A-Z]{2}[0-9]{4})([0-9]{6,12})")
_NOT_IN_A_MARK = re.compile(r"[\s\-‐-―−]+")
_NO_CODE = "—"


@dataclass(frozen=True, slots=True)
class Said:
    """What a paper says of an application, word for word; empty where a paper of its kind does not say it."""

    employer: str = ""
    supervising_body: str = ""
    series: str = ""
    specialty: str = ""
    level: str = ""
    title: str = ""
    starts_on: str = ""
    ends_on: str = ""
    received_at: str = ""  # 上报: when it arrived here, Beijing time


@dataclass(frozen=True, slots=True)
class Verification:
    """What the public learns about a printed paper: what somebody who forged it would have changed, and of the person no more than a
    masked name (PIPL 第六条).

    ``status``: ``current`` (ours, holds), ``void`` (ours, replaced or withdrawn) or ``unknown`` (no such number, or the code does
    not belong to it: which of the two is not told). Everything else is empty for ``unknown``. ``snapshot_sha256`` is compared
    with the 数据校验码 printed on the pages (its first 16 digits).
    """

    status: Literal["current", "void", "unknown"]
    serial: str = ""
    kind: str = ""
    title: str = ""
    name: str = ""
    version_label: str = ""
    draft: bool = False
    issued_at: datetime | None = None
    voided_at: datetime | None = None
    snapshot_sha256: str = ""
    pages: int = 0
    replaced: bool = False  # by a newer one that holds
    subject: str = ""
    printable: bool = False  # the PDF is there, or can be made
    said: Said = field(default_factory=Said)
    ready_at: datetime | None = None
    certificate_sha256: str = ""  # what the file is signed with
    is_signed_kind: bool = False


def find_paper(serial: str) -> Paper | None:
    """The paper with this serial, however it was typed (:func:`bare_mark`), or ``None``."""
    whole = _whole_serial(serial)
    return Paper.objects.filter(serial=whole).first() if whole else None


def _whole_serial(text: str) -> str:
    """The serial as it is printed, however it was typed; empty where it is none."""
    typed = _SERIAL.fullmatch(bare_mark(text))
    return "-".join(typed.groups()) if typed else ""


def bare_mark(text: str) -> str:
    """A serial, verification code or hash as it is compared: capitals, half-width, without blanks and hyphens."""
    return _NOT_IN_A_MARK.sub("", unicodedata.normalize("NFKC", text)).upper()


def papers_of(subject: str) -> QuerySet[Paper]:
    """Every paper about ``subject``, newest first, void ones included. The encrypted content is not fetched."""
    return Paper.objects.filter(subject=subject).defer("data")


papers_read = prepared(papers_of)


def current_paper(*, subject: str, kind: str) -> Paper | None:
    """The newest paper of this kind about ``subject`` that holds, made or still being made; ``None`` when there is none."""
    return papers_of(subject).filter(kind=kind, voided_at__isnull=True).first()


def verify_paper(*, serial: str, code: str) -> Verification:
    """Whether the paper with this serial and verification code is ours and still holds (S-48, S-50, S-79)."""
    paper = find_paper(serial)
    if paper is None or not constant_time_compare(paper.verification_code, bare_mark(code)):
        return Verification(status="unknown")
    return _verified(paper)


@dataclass(frozen=True, slots=True)
class FileVerification:
    """What the public learns about a file. ``outcome``: ``same`` (byte for byte as it left this house), ``changed`` (it says to be that
    paper, and is not that file), ``unknown``. ``paper``: what the paper of ours says; ``signed``: whether the signature on it holds.
    """

    outcome: Literal["same", "changed", "unknown"]
    paper: Verification = field(default_factory=lambda: Verification(status="unknown"))
    signed: bool = False


def verify_file(pdf: bytes) -> FileVerification:
    """Whether these bytes are a file that was made here, or one that was made from it (S-48, S-79).

    A stranger's file is compared and searched, never opened: its hash, then the number and the code that stand in the metadata of each of
    our files. Only bytes that are our own are read as a PDF, for the signature.
    """
    paper = Paper.objects.filter(pdf_sha256=hashlib.sha256(pdf).hexdigest()).first()
    if paper is not None:
        holds = bool(paper.certificate_sha256) and signature_holds(pdf, at=paper.ready_at or paper.created_at)
        return FileVerification("same", _verified(paper), holds)
    for serial, code in _marks_in(pdf):
        found = verify_paper(serial=serial, code=code)
        if found.status != "unknown":
            return FileVerification("changed", found)
    return FileVerification("unknown")


_MARKS_IN_FILE = re.compile(rb"([A-Z]{2}[0-9]{4}-[0-9]{6,12})[^A-Z0-9]{1,40}([A-Z0-9]{28})(?![A-Z0-9])")
_MARKS_LOOKED_AT = 4  # of one file: more than a file of ours has


def _marks_in(pdf: bytes) -> Iterator[tuple[str, str]]:
    found = dict.fromkeys(match.groups() for match in islice(_MARKS_IN_FILE.finditer(pdf), 50))
    for serial, code in islice(found, _MARKS_LOOKED_AT):
        yield serial.decode(), code.decode()


def _verified(paper: Paper) -> Verification:
    data = json.loads(paper.data)
    return Verification(
        status="void" if paper.is_void else "current",
        serial=paper.serial,
        kind=paper.kind,
        title=paper.get_kind_display(),
        name=mask_name(data["name"]),
        version_label=paper.version_label,
        draft=paper.draft,
        issued_at=paper.created_at,
        voided_at=paper.voided_at,
        snapshot_sha256=paper.snapshot_sha256,
        pages=paper.pages,
        replaced=paper.is_void and current_paper(subject=paper.subject, kind=paper.kind) is not None,
        subject=paper.subject,
        printable=paper.state != PaperState.FAILED,
        said=_said(data),
        ready_at=paper.ready_at,
        certificate_sha256=paper.certificate_sha256,
        is_signed_kind=paper.kind in SIGNED,
    )


def _said(data: dict[str, Any]) -> Said:
    level = str(data.get("level") or "")
    found = {part.name: str(data.get(part.name) or "") for part in fields(Said)}
    return Said(**found | {"level": level + "级" if len(level) == 1 else level})  # letters print 级 themselves


def missing_characters() -> list[MissingCharacter]:
    """What papers had to leave to a hand and no font has today either, newest first."""
    rows = list(MissingCharacter.objects.order_by("-at", "pk"))
    still = set(missing_glyphs("".join(row.character for row in rows)))
    return [row for row in rows if row.character in still]


def verification_url(paper: Paper) -> str:
    """The address in the QR code on every page."""
    return scan_address(paper.serial, paper.verification_code)


@dataclass(frozen=True, slots=True)
class Mark:
    """What names a print: what was typed (a serial, a verification code, a hash), or what a scanned QR code says: the serial (``text``)
    with the ``code`` beside it, empty where it names none; ``None`` of what was typed. As text it is kept, shown and read again
    (:func:`read_mark`) as the same mark.
    """

    text: str
    code: str | None = None

    def __str__(self) -> str:
        return self.text if self.code is None else f"{self.text} {self.code or _NO_CODE}"

    def fits(self, paper: Paper) -> bool:
        """Whether the code that was scanned is this paper's: a serial alone anybody can print into a QR code."""
        return self.code is None or constant_time_compare(paper.verification_code, bare_mark(self.code))


def read_mark(text: str) -> Mark:
    """What was typed or scanned (:func:`documents.scanning.scanned`), or was and is kept as text, without the spaces around it; a serial as it
    is printed."""
    typed = unicodedata.normalize("NFKC", text.strip())
    serial, blank, code = typed.partition(" ")
    if blank and _whole_serial(serial):
        return Mark(serial, "" if code.strip() == _NO_CODE else code.strip())
    found = scanned(typed)
    if found.serial != typed:
        return Mark(found.serial, found.code)
    known = _SERIAL.fullmatch(bare_mark(typed))
    return Mark("-".join(known.groups()) if known else text.strip())


def mask_name(name: str) -> str:
    """``李红`` → ``李*``, ``艾合买提江·吐尔逊`` → ``艾****·***``: enough for its holder to recognise."""
    return name[:1] + "".join(c if c in "· " else "*" for c in name[1:])
