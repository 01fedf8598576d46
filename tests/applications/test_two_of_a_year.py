"""The update that makes a year one for the person (``applications.0009``), on a database where somebody has sent in two campaigns of it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.beginnings import Beginning
from tests.support.elsewhere import MIGRATING, ROOT, Elsewhere, elsewhere_on


@pytest.fixture
def before(db: Any) -> Iterator[Elsewhere]:
    """A database as every room's first migration left it, with two applications that were sent in one year."""
    with elsewhere_on(MIGRATING, after=Beginning(MIGRATING, ("before",))) as there:
        there.run("two_of_a_year")
        yield there


def question_of_the_page() -> str:
    """What an operator is to ask before the update."""
    (found,) = re.findall(r"```\n(SELECT year.*?);\n```", (ROOT / "docs" / "operations.md").read_text("utf-8"), re.S)
    return str(found)


def test_update_names_what_was_sent_twice_in_a_year_and_goes_on_when_one_has_ended(before: Elsewhere, tmp_path: Path) -> None:
    assert json.loads(before.run("ask_sql", question_of_the_page())) == [[2023, "ZC20230001", "ZC20230002", 2]]
    taken = before.run("ask_sql", "SELECT count(*) FROM django_migrations")
    with (tmp_path / "said").open("w+", encoding="utf-8") as said:
        migrating = before.start("migrate", log=said)
        migrating.communicate(timeout=240)
        said.seek(0)
        words = said.read()
    assert migrating.returncode != 0 and "IntegrityError" not in words
    assert "CommandError: 没有更新" in words and "2023 年度：ZC20230001、ZC20230002\n" in words and "ZC20230003" not in words
    assert before.run("ask_sql", "SELECT count(*) FROM django_migrations") == taken, "not even the steps before"
    assert before.run("guards") == "0", "the version before has its own triggers, and columns for no others"
    before.run("end_one")
    assert before.run("ask_sql", question_of_the_page()) == "[]"
    before.run("migrate")
    assert before.run("still_open") == "0"
