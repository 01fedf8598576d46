"""Notices of an older form of the file: read as what they said then."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.campaigns.files import bortala
from zhicheng.campaigns.notice import Notice
from zhicheng.campaigns.older import FORMAT, of_today


def as_of_before() -> dict[str, Any]:
    """The notice of 2023 as it was stored before its file held the texts of the papers."""
    data: dict[str, Any] = json.loads(bortala().model_dump_json())
    del data["format"], data["papers"]
    return data


def test_notice_of_the_first_form_says_what_it_said() -> None:
    data, today = as_of_before(), bortala()
    glued = today.papers.review_form.model_copy(update={"photo_slot": None})  # a photograph was glued on
    before = today.model_copy(update={"papers": today.papers.model_copy(update={"review_form": glued})})
    assert Notice.model_validate(of_today(data)) == before
    assert "format" not in data  # what is stored stays as it is: its hash is in the ledger


def test_first_form_without_copies_asked_for_two() -> None:
    data = as_of_before()
    del data["limits"]["review_form_copies"]
    assert of_today(data)["limits"]["review_form_copies"] == 2
    data["limits"]["review_form_copies"] = 3
    assert of_today(data)["limits"]["review_form_copies"] == 3


def test_notice_of_today_is_left_alone_and_one_of_tomorrow_refused() -> None:
    data = json.loads(bortala().model_dump_json())
    assert data["format"] == FORMAT
    assert of_today(data) == data
    with pytest.raises(ValueError, match="form 3"):
        of_today({**data, "format": 3})
