"""The drawn examples: every place a notice may point at is on the sheet, with its number."""

from __future__ import annotations

import gzip
from collections.abc import Callable

import pytest
from bs4 import BeautifulSoup
from django.template.loader import render_to_string
from django.utils import translation

from tests.campaigns.files import bortala, errors_in, other_text
from zhicheng.campaigns.drawings import PLACES, Example
from zhicheng.web.shared.drawings import drawn, examples_shown, identity_card_shown, licence_shown


@pytest.mark.parametrize("kind", PLACES)
def test_every_place_of_a_sheet_is_drawn_with_its_number(kind: str) -> None:
    marks = {place: {"zh": f"看清{place}", "en": f"See {place}"} for place in PLACES[kind]}
    example = drawn(Example.model_validate({"drawn": kind, "marks": marks}))
    assert example is not None
    page = BeautifulSoup(render_to_string("shared/drawn_example.html", {"example": example, "label": "证书"}), "html.parser")
    assert sorted(text.get_text() for text in page.find_all("text")) == [str(n) for n in range(1, len(PLACES[kind]) + 1)]
    assert [item.get_text() for item in page.find_all("li")] == [f"看清{place}" for place in PLACES[kind]]


def test_places_are_numbered_as_they_lie_on_the_sheet_however_they_are_stored() -> None:
    marks = {place: {"zh": place, "en": place} for place in ("seal", "text", "photo")}
    example = drawn(Example.model_validate({"drawn": "certificate", "marks": marks}))
    assert example is not None
    assert (example.numbers, example.words) == ({"photo": 1, "text": 2, "seal": 3}, ["photo", "text", "seal"])


def test_place_that_is_not_pointed_at_is_not_drawn() -> None:
    example = drawn(Example.model_validate({"drawn": "letter", "marks": {"seal": {"zh": "公章", "en": "Seal"}}}))
    assert example is not None
    page = BeautifulSoup(render_to_string("shared/drawn_example.html", {"example": example, "label": "证明"}), "html.parser")
    assert [text.get_text() for text in page.find_all("text")] == ["1"]


def test_place_that_no_such_sheet_has_is_named_with_those_there_are() -> None:
    label = "        label: {zh: 毕业证书, en: Diploma}\n"
    example = "        example: {drawn: letter, marks: {photo: {zh: 照片, en: Photograph}}}\n"
    (error,) = errors_in(other_text((label, label + example)))
    assert error.text == "marks 中没有这样的位置：photo。可以用：heading、text、signature、seal、date"


def test_every_paper_an_applicant_brings_is_drawn_in_the_notice_of_2023() -> None:
    undrawn = {f"{slot.key}.{paper.key}" for slot in bortala().materials for paper in slot.papers if paper.example is None}
    assert undrawn == {"review_form.review_form", "other.other"}  # one is made by the system, the other may be anything


def test_notice_without_examples_draws_none() -> None:
    assert drawn(None) is None
    assert errors_in(other_text()) == []


def test_slot_of_a_version_is_drawn_once_in_each_language() -> None:
    slot = bortala().slot("education")
    assert slot is not None
    papers = ["diploma", "e_registration"]
    shown = examples_shown(slot, "a" * 64, papers)
    assert examples_shown(slot, "a" * 64, papers) is shown
    page = BeautifulSoup(shown, "html.parser")
    assert len(page.select("svg")) == 2  # no example of a paper that is not asked for
    assert "看清什么" in page.summary.get_text() and "学校印章和校长签章" in page.get_text()
    with translation.override("en"):
        assert "Seal of the school" in examples_shown(slot, "a" * 64, papers)


def test_slot_without_examples_shows_nothing() -> None:
    slot = bortala().slot("other")
    assert slot is not None
    assert examples_shown(slot, "a" * 64, ["other"]).strip() == ""


@pytest.mark.parametrize(("shown", "seen"), [(licence_shown, "统一社会信用代码"), (identity_card_shown, "18位号码")])
def test_papers_no_notice_asks_for_are_drawn_in_our_words(shown: Callable[[], str], seen: str) -> None:
    page = BeautifulSoup(shown(), "html.parser")
    assert len(page.select("text")) == len(page.select("li")) == 5
    assert seen in page.get_text()


@pytest.mark.parametrize("kind", PLACES)
def test_drawing_is_light(kind: str) -> None:
    marks = {place: {"zh": place, "en": place} for place in PLACES[kind]}
    example = drawn(Example.model_validate({"drawn": kind, "marks": marks}))
    assert (
        len(gzip.compress(render_to_string("shared/drawn_example.html", {"example": example, "label": "证书"}).encode())) < 4000
    )
