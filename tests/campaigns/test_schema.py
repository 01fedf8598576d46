"""The published schema of the campaign file is that of the code, takes every file the code takes and knows every key."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.campaigns.files import OTHER_2025, other_text
from tests.campaigns.schema_reader import wrong
from tests.campaigns.test_data import SMALLEST
from zhicheng.campaigns.data import BORTALA_2023
from zhicheng.campaigns.schema import campaign_schema
from zhicheng.campaigns.yaml_source import Source
from zhicheng.documents.wording import BLANKS, IN_CLOSING

PUBLISHED = Path(__file__).resolve().parents[2] / "docs" / "campaign-file.schema.json"
SCHEMA = json.loads(campaign_schema())


def test_published_schema_is_the_codes() -> None:
    assert PUBLISHED.read_text("utf-8") == campaign_schema(), f"zhicheng campaign schema {PUBLISHED}"


@pytest.mark.parametrize("text", [BORTALA_2023.read_text("utf-8"), OTHER_2025.read_text("utf-8"), SMALLEST])
def test_every_file_that_loads_is_one_the_schema_takes(text: str) -> None:
    assert wrong(Source(text).data, SCHEMA, SCHEMA) == []


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ("format: 2", "format: 1", ".format"),
        ("calendar: national", "calendar: lunar", ".calendar"),
        ("  ban_years: 4", "  ban_year: 4", ".limits.ban_years"),
        ("apply_until: 2025-09-30 20:00", "apply_until: 2025-09-30", ".windows[0].apply_until"),
        ("  - desk: county\n", "  - desk: country\n", ".chain[2].desk"),
        ("    closing: [\"保证人：______\", 年　月　日]", "    closing: []", ".papers.commitment.closing"),
        ("    - series: primary_teaching", "    - series: 5", ".eligibility.rows[1].series"),
    ],
)  # fmt: skip
def test_schema_finds_what_is_wrong_in_a_value(old: str, new: str, place: str) -> None:
    found = wrong(Source(other_text((old, new))).data, SCHEMA, SCHEMA)
    assert any(line.startswith(f"{place}:") for line in found), found


def test_every_key_of_the_file_stands_in_the_schema() -> None:
    for part in (SCHEMA, *(one for one in SCHEMA["$defs"].values() if one["type"] == "object")):
        assert part["additionalProperties"] is False, part


def test_page_about_the_file_lists_every_blank_of_every_paper() -> None:
    page = PUBLISHED.with_name("campaign-file.md").read_text("utf-8")
    rows = {line.split("`")[1]: line.split("|")[2:5] for line in page.splitlines() if line.startswith("| `")}
    told = {kind: [set(re.findall(r"\{(\w+)\}", cell)) for cell in cells] for kind, cells in rows.items()}
    assert told == {kind: [set(must), set(may), set(IN_CLOSING[kind])] for kind, (must, may) in BLANKS.items()}
