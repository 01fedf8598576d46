"""The two campaign files the tests use, and how to break one of them."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from zhicheng.campaigns.data import BORTALA_2023
from zhicheng.campaigns.loading import BadNotice, NoticeError, load_notice
from zhicheng.campaigns.notice import Notice

OTHER_2025 = Path(__file__).with_name("other-2025.yaml")


@cache
def bortala() -> Notice:
    return load_notice(BORTALA_2023)


@cache
def other() -> Notice:
    return load_notice(OTHER_2025)


def other_text(*changes: tuple[str, str]) -> str:
    """The second file with each ``old`` (which must occur) replaced by ``new``, once."""
    text = OTHER_2025.read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new, 1)
    return text


def errors_in(text: str) -> list[NoticeError]:
    """What loading ``text`` finds wrong; empty if nothing."""
    try:
        load_notice(text)
    except BadNotice as bad:
        return bad.errors
    return []


def line_of(text: str, mark: str = "# HERE") -> int:
    """The line that carries ``mark``."""
    return next(number for number, line in enumerate(text.splitlines(), start=1) if mark in line)


def assert_error_is_named(text: str, path: str, reason: str) -> None:
    """Loading ``text`` finds an error at ``path`` for this ``reason``, on the line marked ``# HERE`` if one is marked."""
    errors = errors_in(text)
    found = [error for error in errors if error.path == path and reason in error.text]
    assert found, errors
    if "# HERE" in text:
        assert found[0].line == line_of(text), found[0]


def calendar_text(
    name: str = "xinjiang-more", *, day: str = "2023-05-26", workday: bool = False, level: str = "emergency"
) -> str:
    """A calendar file that says one day of Xinjiang is another than its weekday (or the layers below) says."""
    return f"""name: {name}
title: 临时调整
level: {level}
calendars: [xinjiang]
source: 新政办明电〔2023〕01号
published_at: 2023-05-20
days:
  - {{date: {day}, is_workday: {str(workday).lower()}, name: 临时放假}}
"""
