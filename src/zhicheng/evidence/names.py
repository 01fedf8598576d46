"""File names: what the person called a file, made safe to show and to download. A name decides nothing."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

from django.utils.translation import gettext as _

from zhicheng.foundation.language import platform_language

LONGEST = 120
_FORBIDDEN = str.maketrans(dict.fromkeys('<>:"|?*', "_"))
_INVISIBLE = {"Cc", "Cf", "Cs", "Zl", "Zp"}
_EXTENSIONS = {
    "application/pdf": (".pdf",),
    "image/jpeg": (".jpg", ".jpeg", ".jpe", ".jfif"),
    "image/png": (".png",),
    "image/heic": (".heic", ".heif", ".hif"),
}
_KNOWN = {extension: media_type for media_type, extensions in _EXTENSIONS.items() for extension in extensions}


def clean_name(declared: str, *, media_type: str) -> str:
    """A display name: what :func:`visible_name` leaves, at most ``LONGEST`` characters, with the extension of what the file *is*.
    ``奖状.pdf.exe`` that is a PDF becomes ``奖状.pdf.exe.pdf``: nothing of what the person wrote is hidden but the middle of a name that
    is too long, where three dots stand instead.
    """
    name = visible_name(declared).rstrip(". ")
    right = _EXTENSIONS[media_type]
    extension = claimed_extension(name)
    if extension in _KNOWN:
        stem = name[: -len(extension)]
        if extension not in right:
            extension = right[0]
    else:
        stem, extension = name, right[0]
    return (_cut(stem.strip(". "), LONGEST - len(extension)) or _nameless()) + extension


def visible_name(declared: str) -> str:
    """A name as somebody may see it who waits for the file: no folders, no control or direction-changing characters."""
    name = unicodedata.normalize("NFC", declared).replace("\\", "/").rsplit("/", 1)[-1]
    name = "".join(mark for mark in name if unicodedata.category(mark) not in _INVISIBLE)
    return " ".join(name.translate(_FORBIDDEN).split())


def told_apart(name: str, others: Iterable[str]) -> str:
    """``name``, or ``证书（2）.pdf`` where one of the ``others`` is called ``证书.pdf`` already: the first number that is free. Whoever
    reads two names that differ in capitals alone takes them for one.
    """
    taken = {other.casefold() for other in others}
    stem, dot, extension = name.rpartition(".")
    shown, number = name, 1
    while shown.casefold() in taken:
        number += 1
        mark = f"（{number}）"
        shown = _cut(stem, LONGEST - len(mark) - len(dot + extension)) + mark + dot + extension
    return shown


def _cut(stem: str, most: int) -> str:
    """At most ``most`` characters: two thirds from the beginning and what is left from the end, where names tend to differ."""
    if len(stem) <= most:
        return stem
    head = most * 2 // 3
    return stem[:head].rstrip(". ") + "…" + stem[head + 1 - most :].lstrip(". ")


@platform_language()
def _nameless() -> str:
    return _("附件")


def claimed_extension(name: str) -> str:
    """The last extension in lower case with its dot, ``""`` when there is none."""
    _stem, dot, extension = name.strip().rpartition(".")
    return f".{extension.lower()}" if dot and 0 < len(extension) <= 8 else ""


def claims_other_type(declared: str, media_type: str) -> bool:
    """Whether the name carries one of our extensions, but not one of ``media_type``."""
    extension = claimed_extension(declared)
    return extension in _KNOWN and _KNOWN[extension] != media_type
