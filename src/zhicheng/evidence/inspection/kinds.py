"""What kind of thing the first bytes are. The name is never asked: a name is a claim, not a fact."""

from __future__ import annotations

import codecs
import re

import filetype

_MARKUP = re.compile(rb"\A(?:\xef\xbb\xbf)?\s*(?:<\?xml|<!doctype|<!--|<html|<svg|<head|<body|<script|<\w+)", re.IGNORECASE)
_LEAD = re.compile(rb"\A(?:\xef\xbb\xbf)?[\x00\t\n\x0c\r ]{0,1024}(?=%PDF-)")
_READERS_LOOK_IN = 1024
_ACTS = re.compile(rb"<(?![\w.+-]+@)[\w!?/%]|/\*|\*/|(?:^|[\s;)])//|#!|PK\x03\x04|GIF8")
_HEIF = {b"heic", b"heix", b"heim", b"heis", b"mif1", b"mif2"}
_AVIF = {b"avif", b"avis"}
_BY_EXTENSION = {
    "avif": "new_picture", "jxl": "new_picture",
    "tif": "picture", "bmp": "picture", "gif": "picture", "webp": "picture", "ico": "picture", "psd": "picture",
    "jpx": "picture", "jxr": "picture", "cr2": "picture", "dcm": "picture", "dwg": "picture", "xcf": "picture",
    "doc": "office", "docx": "office", "odt": "office", "xls": "office", "xlsx": "office", "ods": "office",
    "ppt": "office", "pptx": "office", "odp": "office", "rtf": "office", "epub": "office",
    "exe": "program", "elf": "program", "swf": "program", "dex": "program", "crx": "program", "deb": "program", "rpm": "program",
    "zip": "archive", "rar": "archive", "7z": "archive", "gz": "archive", "bz2": "archive", "xz": "archive", "tar": "archive",
    "Z": "archive", "lz": "archive", "zst": "archive", "cab": "archive", "iso": "archive", "ar": "archive",
}  # fmt: skip


def sniff(head: bytes) -> str:
    """The kind of a file from its first bytes: ``pdf``, ``jpeg``, ``png``, ``heif`` are what we keep; ``new_picture``,
    ``picture``, ``office``, ``ofd``, ``archive``, ``program``, ``web``, ``media``, ``text`` get advice of their own; else ``unknown``.

    A signature counts only at byte 0: a PDF hidden behind something else is that something else. Before a PDF may stand white space and a
    byte-order mark, or what a program forgot there and no other kind of file begins with: the head of an answer or a mail, a line for a
    printer.
    """
    if without_lead(head).startswith(b"%PDF-"):
        return "pdf"
    kind = _kind_at_byte_0(head)
    return "pdf" if kind in {"text", "unknown"} and forgotten_before(head) else kind


def _kind_at_byte_0(head: bytes) -> str:
    if head.startswith(b"\xff\xd8\xff"):
        return "jpeg"
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    if is_heif(head):
        return "heif"
    if head.startswith(b"PK\x03\x04"):
        return _kind_of_zip(head)
    if head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return "office"
    if head.startswith((b"MZ", b"\x7fELF", b"#!", b"\xca\xfe\xba\xbe", b"\xcf\xfa\xed\xfe")):
        return "program"
    if _MARKUP.match(head):
        return "web"
    return _kind_of_rest(head)


def without_lead(content: bytes) -> bytes:
    """A PDF without the white space and the byte-order mark some programs write before it; anything else as it is."""
    lead = _LEAD.match(content)
    return content[lead.end() :] if lead else content


def forgotten_before(content: bytes) -> int:
    """How many bytes stand before a PDF that are neither white space nor another file or program; 0 where the first ones are its own.

    Readers look for the mark in the first 1024 bytes (ISO 32000-1, annex H, 3.4.1). What could be read as a page or a script is no slip.
    """
    at = content.find(b"%PDF-", 0, _READERS_LOOK_IN)
    return at if at > 0 and not _LEAD.match(content) and not _ACTS.search(content, 0, at) else 0


def is_heif(head: bytes) -> bool:
    """Whether the first box says so: ISO/IEC 23008-12, 10.2. AVIF uses the same boxes and is none."""
    if head[4:8] != b"ftyp":
        return False
    end = min(int.from_bytes(head[:4], "big"), len(head))
    brands = {head[8:12], *(head[at : at + 4] for at in range(16, end - 3, 4))}
    return bool(brands & _HEIF) and not brands & _AVIF


def _kind_of_zip(head: bytes) -> str:
    if b"OFD.xml" in head:
        return "ofd"
    if any(mark in head for mark in (b"[Content_Types].xml", b"word/", b"xl/", b"ppt/", b"mimetypeapplication/vnd.oasis")):
        return "office"
    if b"AndroidManifest.xml" in head or b"META-INF/" in head:
        return "program"
    return "archive"


def _kind_of_rest(head: bytes) -> str:
    guess = filetype.guess(head)
    if guess is not None:
        if guess.extension in _BY_EXTENSION:
            return _BY_EXTENSION[guess.extension]
        if guess.mime.startswith(("video/", "audio/")):
            return "media"
        if guess.mime.startswith("image/"):
            return "picture"
        return "unknown"
    return "text" if _is_text(head) else "unknown"


def _is_text(head: bytes) -> bool:
    if b"\x00" in head or sum(byte < 9 for byte in head):
        return False
    for encoding in ("utf-8", "gb18030"):
        try:
            codecs.getincrementaldecoder(encoding)().decode(head)  # the head may end within a character
        except UnicodeDecodeError:
            continue
        return True
    return False
