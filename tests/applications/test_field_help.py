"""The help at each question of the form."""

from __future__ import annotations

from datetime import date

import pytest
from django.utils.translation import override

from zhicheng.applications.field_help import FIELD_HELP, help_for
from zhicheng.applications.reading import read_value
from zhicheng.applications.rules import field_problem
from zhicheng.applications.sections import BY_KEY, SECTIONS, Kind

TODAY = date(2023, 5, 22)
TYPED = [(section.key, field.key) for section in SECTIONS for field in section.fields if field.kind is not Kind.FIXED]


def test_every_question_has_its_help_and_no_help_is_without_a_question() -> None:
    told = [(section, field) for section, fields in FIELD_HELP.items() for field in fields]
    assert sorted(told) == sorted(TYPED)
    assert help_for("basic", "name") is None  # comes from the registration


@pytest.mark.parametrize(("section", "key"), TYPED, ids=lambda part: part)
def test_example_is_a_right_answer(section: str, key: str) -> None:
    field, told = BY_KEY[section].field(key), FIELD_HELP[section][key]
    examples = str(told.example).split("、") if field.kind is Kind.DATE else [str(told.example)]
    if not told.example:
        assert field.kind in {Kind.CODE, Kind.YES_NO}
        return
    for example in examples:
        stored = read_value(field, example)
        assert field_problem(field, stored, today=date(2024, 1, 1)) == "", example
        assert stored == "" or field.kind is not Kind.DATE or date.fromisoformat(stored)


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_help_is_short(language: str) -> None:
    with override(language):
        longest = max(
            len(str(part)) for fields in FIELD_HELP.values() for told in fields.values() for part in (told.meant, told.mistake)
        )
    assert longest < 240
