"""What a test may take that is told once, and when it is told; who asks for more is told so by name before any test runs."""

from __future__ import annotations

import random
from itertools import groupby
from pathlib import Path

import pytest

from tests.support import told_once as telling
from tests.support.told_once import told_once

# No mark asks for the database here: it is the telling that does.
word = {"said": "as it is"}
HEAD = """
import pytest
from tests.support.told_once import told_once
"""


@pytest.fixture(autouse=True)
def other_word(monkeypatch: pytest.MonkeyPatch) -> None:
    """What one file changes for its own tests."""
    monkeypatch.setitem(word, "said", "as one test wants it")


@told_once(at=None)
def heard() -> str:
    return word["said"]


def test_it_is_told_before_a_fixture_of_the_test_changes_anything(heard: str) -> None:
    assert (heard, word["said"]) == ("as it is", "as one test wants it")


def collected(request: pytest.FixtureRequest, folder: Path, name: str, text: str) -> list[pytest.Item]:
    """The tests of a file with this text, as they are collected."""
    file = folder / f"test_told_{name}.py"
    file.write_text(HEAD + text)
    return [item for item in pytest.Module.from_parent(request.session, path=file).collect() if isinstance(item, pytest.Item)]


NOT_TAKEN = {
    "fixture": (
        """
@pytest.fixture
def number():
    return 1
@told_once
def told(number):
    pass
def test_it(told):
    pass
""",
        "number is neither a telling nor a parameter of the test",
    ),
    "fixture_with_parameters": (
        """
@pytest.fixture(params=[1, 2])
def number(request):
    return request.param + 1
@told_once
def told(number):
    pass
def test_it(told):
    pass
""",
        "number is neither a telling nor a parameter of the test",
    ),
    "given_to_a_fixture": (
        """
@pytest.fixture
def number(request):
    return request.param + 1
@told_once
def told(number):
    pass
@pytest.mark.parametrize("number", [1], indirect=True)
def test_it(told):
    pass
""",
        "number is neither a telling nor a parameter of the test",
    ),
    "no_value": (
        """
@told_once
def told(number):
    pass
@pytest.mark.parametrize("number", [{}])
def test_it(told):
    pass
""",
        "its parameter number is not hashable",
    ),
    "value_in_a_value": (
        """
@told_once
def told(number):
    pass
@pytest.mark.parametrize("number", [(1, [])])
def test_it(told):
    pass
""",
        "its parameter number is not hashable",
    ),
    "circle": (
        """
@told_once
def other(told):
    pass
@told_once
def told(other):
    pass
def test_it(told):
    pass
""",
        "it builds on itself",
    ),
}


@pytest.mark.parametrize("name", NOT_TAKEN)
def test_telling_that_cannot_be_told_is_named_with_its_test(request: pytest.FixtureRequest, tmp_path: Path, name: str) -> None:
    text, why = NOT_TAKEN[name]
    with pytest.raises(pytest.UsageError) as refused:
        telling.mark(collected(request, tmp_path, name, text))
    said = str(refused.value)
    assert f"test_told_{name}.py::test_it" in said and f"test_told_{name}.told: {why}" in said


def test_telling_of_its_own_name_is_refused_where_it_is_written() -> None:
    def reader(reader: str) -> str:
        return reader

    with pytest.raises(TypeError, match=r"tests\.test_tellings\.reader cannot be told: it builds on a telling of its own name"):
        told_once(reader)


def test_tests_of_one_parameter_come_one_after_the_other(request: pytest.FixtureRequest, tmp_path: Path) -> None:
    text = """
@told_once
def told(name):
    pass
@pytest.mark.parametrize("name", ["one", "other", "third"])
@pytest.mark.parametrize("turn", [1, 2])
def test_it(told, name, turn):
    pass
@pytest.mark.parametrize("name", ["one", "other"])
def test_that(told, name):
    pass
"""
    items = collected(request, tmp_path, "together", text)
    random.Random(1).shuffle(items)
    telling.put_together(items)
    names = [
        name for name, _tests in groupby(item.callspec.params["name"] for item in items if isinstance(item, pytest.Function))
    ]
    assert len(items) == 8 and sorted(names) == ["one", "other", "third"]
