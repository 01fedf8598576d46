"""Two web processes at the same moment, on either database: exactly one wins, the other reads a sentence, nothing is lost.

On SQLite this is the file a small office uses, with one writer at a time (``BEGIN IMMEDIATE``); the other waits, looks again, and is told.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.elsewhere import MIGRATED, Elsewhere, elsewhere_on

Answer = dict[str, Any]


@pytest.fixture(scope="module")
def office(django_db_setup: None, django_db_blocker: Any) -> Iterator[tuple[Elsewhere, list[int]]]:
    """The processes, and the ids of an application that is checked, one at the unit, two at the bureau, the second unopened."""
    script = Path(__file__).with_name("processes.py")
    with django_db_blocker.unblock(), elsewhere_on(script, after=MIGRATED) as there:
        yield there, json.loads(there.run("make"))
        assert "全部一致" in there.run("verify"), "whoever won, every invariant holds"


def at_once(there: Elsewhere, *calls: tuple[str, ...], when: str = "now") -> list[Answer]:
    """What each of the calls came to, all made at the starting shot."""
    shot = there.folder / "go"
    shot.unlink(missing_ok=True)
    processes = [there.start("at_once", when, *call) for call in calls]
    for process in processes:
        assert process.stdout.readline() == "ready\n"
    shot.touch()
    answers = [json.loads(process.communicate(timeout=120)[0]) for process in processes]
    assert [process.returncode for process in processes] == [0] * len(calls)
    return answers


def split(answers: list[Answer]) -> tuple[list[int], list[list[str]]]:
    """What was given, and (code, sentence) of what was refused."""
    return [a["given"] for a in answers if "given" in a], [p for a in answers for p in a.get("refused", [])]


def test_double_click_on_submit_is_one_submission(office) -> None:
    there, (checked, _at_unit, _at_bureau, _unopened) = office
    given, refused = split(at_once(there, *[("submit", str(checked), "same")] * 2, ("submit", str(checked), "another page")))
    assert len(set(given)) == 1
    for code, sentence in refused:
        assert code == "not_open" and "申请书" in sentence, sentence
    assert len(given) + len(refused) == 3
    found = json.loads(there.run("show", str(checked)))
    assert (found["state"], found["submissions"], found["moves"].count("submit")) == ("unit_review", 1, 1)


def test_two_officers_deciding_are_one_decision(office) -> None:
    there, (_checked, _at_unit, at_bureau, _unopened) = office
    before = json.loads(there.run("show", str(at_bureau)))
    calls = [("decide", "bureau", str(at_bureau), verdict) for verdict in ("pass", "return", "pass")]
    given, refused = split(at_once(there, *calls, when="later"))
    assert len(given) == 1 and len(refused) == 2
    for code, sentence in refused:
        assert code == "stale" and "办理了“" in sentence, sentence
    found = json.loads(there.run("show", str(at_bureau)))
    assert len(found["decisions"]) == len(before["decisions"]) + 1
    assert found["state"] == {"passed": "accepted", "returned": "returned"}[found["decisions"][-1]]
    assert found["submissions"] == before["submissions"]


def test_withdrawal_and_pass_are_one_of_them(office) -> None:
    there, (_checked, at_unit, _at_bureau, _unopened) = office
    given, refused = split(at_once(there, ("withdraw", str(at_unit)), ("decide", "unitadmin", str(at_unit), "pass")))
    assert len(given) == 1 and [code for code, _sentence in refused] == ["stale"]
    found = json.loads(there.run("show", str(at_unit)))
    assert found["state"] in {"draft", "unit_passed"} and len(found["moves"]) == 3
    assert "完整" in there.run("verify")


def test_taking_back_twice_and_opening_are_one_of_them(office) -> None:
    """Either the bureau has opened it and the pass stays, or it was taken back, once, and the bureau opens what is not its own any more."""
    there, (*_others, unopened) = office
    before = json.loads(there.run("show", str(unopened)))
    back = ("take_back", "county", str(unopened), str(before["last"]))
    given, refused = split(at_once(there, back, ("open_case", "bureau", str(unopened)), back, when="later"))
    found = json.loads(there.run("show", str(unopened)))
    if found["state"] == "county_review":
        assert found["moves"][len(before["moves"]) :] == ["county_take_back"]
        assert sorted(type(one).__name__ for one in given) == ["bool", "int"] and False in given
        assert [code for code, _sentence in refused] == ["stale"]
    else:
        assert (found["state"], found["moves"]) == ("prefecture_review", before["moves"]) and given == [True]
        assert [code for code, _sentence in refused] == ["opened", "opened"]
