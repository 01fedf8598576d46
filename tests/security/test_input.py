"""docs/security/input.md gives the limits as they are."""

import re
from importlib import import_module
from pathlib import Path

import pytest
from django.conf import settings

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "security" / "input.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| ([^|]+) \| (\d+)( MiB)? \| `([\w.]+)` \|$", PAGE, re.MULTILINE)


@pytest.mark.parametrize(("limit", "figure", "unit", "where"), ROWS, ids=[row[3] for row in ROWS])
def test_limit_is_the_codes(limit: str, figure: str, unit: str, where: str) -> None:
    place, _dot, name = where.rpartition(".")
    value = getattr(settings, name) if place == "settings" else getattr(import_module(f"zhicheng.{place}"), name)
    assert int(figure) * (1024 * 1024 if unit else 1) == value, limit


def test_every_limit_of_the_page_was_read() -> None:
    section = PAGE.split("## Limits")[1].split("## Files")[0]
    assert len(ROWS) == section.count("\n| ") - 1 > 25


@pytest.mark.parametrize(
    "where",
    re.findall(
        r"`((?:web|accounts|applications|organizations|standards|documents|publicity|review|campaigns)/[\w/]+\.py)`", PAGE
    ),
)
def test_module_of_the_page_exists(where: str) -> None:
    assert (Path(__file__).resolve().parents[2] / "src" / "zhicheng" / where).is_file()
