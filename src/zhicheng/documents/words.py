"""Dates and numbers as official papers write them."""

from __future__ import annotations

from datetime import date

_DIGITS = "零一二三四五六七八九"


def zh_number(value: int) -> str:
    """``5`` → ``五``, ``12`` → ``十二``, ``20`` → ``二十``: a whole number from 0 to 99 in Chinese."""
    tens, ones = divmod(value, 10)
    if not tens:
        return _DIGITS[ones]
    return ("" if tens == 1 else _DIGITS[tens]) + "十" + (_DIGITS[ones] if ones else "")


def zh_copies(value: int) -> str:
    """``2`` → ``一式两份``: before a measure word two is 两."""
    return f"一式{'两' if value == 2 else zh_number(value)}份"


def zh_date(value: date | str) -> str:
    """``2023-10-09`` → ``2023年10月9日`` (GB/T 9704: Arabic digits, no leading zeros). An empty string stays empty."""
    if not value:
        return ""
    day = date.fromisoformat(value) if isinstance(value, str) else value
    return f"{day.year}年{day.month}月{day.day}日"


def zh_office(name: str) -> str:
    """``人事科`` → ``人事科办公室``; what is called an office already stays as it is (T1)."""
    return name if name.endswith("办公室") else name + "办公室"
