"""Reading what people type: full-width digits, dots and slashes in dates, spaces, all taken as meant.

Pure. A value that cannot be read stays as it was typed: a draft keeps everything, and the rules say what is wrong with it.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from typing import Any

from zhicheng.applications.sections import Field, Kind, Section
from zhicheng.standards.dates import read_day, read_typed_date
from zhicheng.standards.errors import InvalidNumber
from zhicheng.standards.names import normalise_person_name
from zhicheng.standards.phone import check_mobile
from zhicheng.standards.text import TEXT_DOTS, pasted, visible

_ISO = re.compile(r"^[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")
_YES = {"1", "true", "on", "yes", "是"}


def clean_text(value: Any) -> str:
    """Trim, and keep one kind of middle dot, line break and blank, and nothing that cannot be seen (``standards.text.pasted``);
    nothing else is changed in a person's text. Reading twice is reading once.
    """
    text = pasted(str(value if value is not None else ""))
    return unicodedata.normalize("NFC", text).translate(TEXT_DOTS).strip()


def why_no_date(text: Any) -> InvalidNumber:
    """What is wrong with a text that is kept where a day belongs."""
    try:
        read_day(str(text))
    except InvalidNumber as error:
        return error
    return InvalidNumber("date.unreadable")  # it could be read, and was never stored as a day


def stored_date(value: Any) -> date | None:
    """The day of a stored value, which is ``2023-05-08`` and nothing else; ``None`` for what was left as typed."""
    text = str(value)
    if not _ISO.match(text):
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def read_number(text: Any) -> int | None:
    """A whole number, not negative, typed in any width; ``None`` when it is something else."""
    plain = unicodedata.normalize("NFKC", str(text if text is not None else "")).strip()
    return int(plain) if plain.isascii() and plain.isdigit() and len(plain) <= 6 else None


def read_value(field: Field, typed: Any) -> Any:
    """The stored form of one typed value: ISO date, number, bool or clean text; unreadable text as typed."""
    if field.person_name:
        return normalise_person_name(pasted(str(typed if typed is not None else "")))
    if field.kind is Kind.YES_NO:
        return typed is True or str(typed).strip().lower() in _YES
    text = clean_text(typed)
    if not text:
        return ""
    if field.kind is Kind.DATE:
        return _read_day(field, text)
    if field.kind in {Kind.NUMBER, Kind.YEAR}:
        number = read_number(text)
        return text if number is None else number
    if field.kind is Kind.MOBILE:
        return _read_mobile(text)
    if field.kind in {Kind.EMAIL, Kind.CODE}:
        return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).replace(" ", ""))
    return text


def _read_day(field: Field, text: str) -> str:
    """ISO; ``""`` for 至今 where the end may stay open; unreadable text as typed."""
    try:
        day = read_typed_date(text).day
    except InvalidNumber:
        return text
    return day.isoformat() if day else text if field.required else ""


def _read_mobile(text: str) -> str:
    """Eleven digits, whatever stood around them; what is no mobile number merely without blanks, for the rules to tell."""
    try:
        return check_mobile(text)
    except InvalidNumber:
        return visible(text)


def read_row(section: Section, typed: dict[str, Any]) -> dict[str, Any]:
    """One form or row as stored: every field of the section, plus the row's ``id`` where it has one."""
    row = {f.key: read_value(f, typed.get(f.key)) for f in section.fields}
    if section.rows:
        row["id"] = str(typed.get("id") or "")
    return row


def is_blank(row: dict[str, Any]) -> bool:
    """Whether nothing at all was filled in."""
    return not any(v for k, v in row.items() if k != "id")
