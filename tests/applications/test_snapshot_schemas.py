"""What was frozen by an earlier version is read by this one, and stays as it is: a stored example of every schema."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from tests.campaigns.files import bortala
from zhicheng.applications.papers import review_form_data
from zhicheng.applications.snapshot import SCHEMA, Snapshot, UnknownSchemaError, publicised
from zhicheng.applications.upgrades import UPGRADES
from zhicheng.foundation.canonical import canonical_json, digest
from zhicheng.publicity.papers import public_facts

STORED = Path(__file__).with_name("snapshots")
# The bytes are those that were stored, and the hash of what a unit shows is kept by every period.
SHA256 = {
    1: "8a52dacdc9593dd7283ad58411f1319db26e899b86f21eed86a83028a98621fe",
    2: "fdd8896405b73a591edab2930737b21a772612e56589546bc7eb188993af4b66",
    3: "0e0fdcafeee173a8cfba9f467c4c1c0170e21c0ded11caa33e7fc4fa9419d4ba",
    4: "210e23b91e9837adab08e434fe314f8ac5b6e9e5c51ef3e5dc3a31c82aa0e63b",
    5: "bb25142521c55ed9f65f0ed9716b68babafe67d9c33c015582300feb85583949",
    6: "5fd8eddfd1fd2186ed27409b4150d196aaa915468adafe4fe96db2b1d25ea636",
}
SHOWN = "789d7a84717bf797d59fa68d6492720871a0baa8d87bac03c734e86ffd706021"
SCHEMAS = sorted(SHA256)


def stored(number: int) -> str:
    return (STORED / f"schema-{number}.json").read_text("utf-8")


def changed(number: int, **more: Any) -> str:
    return json.dumps(json.loads(stored(number)) | more)


def test_every_schema_has_a_stored_example_and_a_way_to_the_next():
    assert sorted(int(path.stem.removeprefix("schema-")) for path in STORED.iterdir()) == SCHEMAS == [*sorted(UPGRADES), SCHEMA]


@pytest.mark.parametrize("number", SCHEMAS)
def test_stored_example_is_read_and_is_as_it_was_stored(number):
    text = stored(number)
    assert hashlib.sha256(text.encode()).hexdigest() == SHA256[number]
    assert json.loads(text)["schema"] == number
    snapshot = Snapshot.read(text)
    assert snapshot.application.title.zh == "工程师"
    assert snapshot.sections["basic"]["name"] == "古丽娜尔·买买提"
    assert snapshot.offices["county_office"].name == "博乐市人社局职称办"
    assert snapshot.offices["industry_body"] is None
    assert [file.where.box for file in snapshot.materials][-1] == "commitment"
    assert digest(publicised(snapshot)) == SHOWN
    assert review_form_data(snapshot, bortala())["name"] == public_facts(snapshot)["name"]


def test_example_of_today_is_written_as_it_is_stored():
    assert canonical_json(Snapshot.read(stored(SCHEMA)).as_json()).decode() == stored(SCHEMA)


def test_file_of_schema_1_may_not_tell_of_its_copy():
    assert all("safe_sha256" not in file.model_fields_set for file in Snapshot.read(stored(1)).materials)
    assert all("safe_sha256" in file.model_fields_set for file in Snapshot.read(stored(2)).materials)


def test_what_was_shown_at_the_check_is_kept_since_schema_5():
    for number in SCHEMAS:
        snapshot = Snapshot.read(stored(number))
        assert (snapshot.checked is not None, snapshot.commitment.language) == ((True, "zh-hans") if number >= 5 else (False, ""))
    lines = Snapshot.read(stored(5)).checked.lines
    assert [line.kind for line in lines] == ["finding", "file", "condition"]
    assert (lines[0].answer, lines[2].result) == ("这三个月待业。", "met")


def test_original_of_what_was_mended_is_kept_since_schema_6():
    for number in SCHEMAS:
        first, *others = Snapshot.read(stored(number)).materials
        assert (first.original is not None) == (number >= 6) and all(one.original is None for one in others)
    first, second = Snapshot.read(stored(6)).materials[:2]
    assert second.before_mending() is None
    brought = first.before_mending()
    assert (brought.file_id, brought.sha256, brought.where, brought.warnings) == (1001, "9" * 64, first.where, None)


def test_schema_1_that_knew_the_desk_of_the_industry_department_keeps_it():
    office = {"id": 7, "name": "博州水利局"}
    assert Snapshot.read(changed(1, industry_body=office)).offices["industry_body"].name == "博州水利局"


@pytest.mark.parametrize("number", [SCHEMA + 1, 0, None, "2"])
def test_schema_that_is_not_known_is_named(number):
    with pytest.raises(UnknownSchemaError, match=f"schema {number!r}; this program reads 1 to {SCHEMA}"):
        Snapshot.read(changed(SCHEMA, schema=number))


def test_what_the_schema_does_not_name_is_an_error():
    with pytest.raises(ValidationError, match="hobby"):
        Snapshot.read(changed(SCHEMA, hobby="fishing"))
