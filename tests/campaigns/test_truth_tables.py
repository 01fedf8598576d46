"""The truth table beside a campaign file: what its rules must say to each person of it (domain §2.5)."""

from __future__ import annotations

from pathlib import Path

import pytest

from zhicheng.campaigns.answers import Case, named, truth_table_of
from zhicheng.campaigns.data import BORTALA_2023
from zhicheng.campaigns.loading import BadNotice, load_answers, load_notice, load_truth_table
from zhicheng.campaigns.rules import prospects

FILES = [path for path in sorted(BORTALA_2023.parent.glob("*.yaml")) if not path.name.endswith(".cases.yaml")]
CASES = [(path, case) for path in FILES for case in load_truth_table(truth_table_of(path)).cases]


def test_every_campaign_file_of_ours_has_its_truth_table() -> None:
    assert FILES
    assert all(truth_table_of(path).exists() for path in FILES)


@pytest.mark.parametrize(("path", "case"), CASES, ids=[case.name for _path, case in CASES])
def test_rules_say_what_the_truth_table_says(path: Path, case: Case) -> None:
    notice = load_notice(path)
    found = {named(each): each.conditions for each in prospects(notice, case.answers.facts(notice))}
    told = {
        title: found[title].first_round if isinstance(wanted, int) else found[title].verdict
        for title, wanted in case.titles.items()
    }
    assert told == case.titles
    for title, wanted in case.titles.items():
        if wanted == "not_met" or isinstance(wanted, int):
            assert found[title].verdict == "not_met"


def test_answers_that_cannot_be_read_are_said_with_their_line() -> None:
    with pytest.raises(BadNotice) as bad:
        load_answers("education: '21'\nsince: 2023-02-30\nage: 30\n")
    assert [error.line for error in bad.value.errors] == [2, 3]
