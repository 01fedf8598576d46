from __future__ import annotations

import pickle
import re
from pathlib import Path

import pytest

import zhicheng.standards
from zhicheng.standards.calendar import NotPublished
from zhicheng.standards.errors import MESSAGES, InvalidNumber

SOURCES = sorted(Path(zhicheng.standards.__file__).parent.glob("*.py"))


def test_every_code_is_used_and_every_used_code_has_a_sentence() -> None:
    text = "\n".join(path.read_text(encoding="utf-8") for path in SOURCES if path.name != "errors.py")
    used = set(
        re.findall(
            r'"((?:identity|credit|phone|letters|isbn|issn|cn|doi|patent|publication|chsi|name|calendar|date)\.[a-z_]+)"',
            text,
        )
    )
    assert used == set(MESSAGES)


def test_no_sentence_is_doubled() -> None:
    assert len(set(MESSAGES.values())) == len(MESSAGES)


@pytest.mark.parametrize("error", [InvalidNumber("identity.length", length=17), NotPublished(2027)])
def test_an_error_survives_the_way_to_another_process(error: InvalidNumber) -> None:
    copy = pickle.loads(pickle.dumps(error))  # noqa: S301
    assert (type(copy), copy.code, copy.values, str(copy)) == (type(error), error.code, error.values, str(error))


def test_the_template_is_the_unformatted_sentence() -> None:
    error = InvalidNumber("identity.length", length=17)
    assert error.template == MESSAGES["identity.length"]
    assert error.template.format(**error.values) == error.message == str(error)
