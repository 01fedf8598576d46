"""The campaign file of Bortala 2023 says what the notice says, and both files stand on their own."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

import pytest
from django.utils import translation
from pydantic import BaseModel

from tests.campaigns.files import bortala, other
from tests.campaigns.rules.reading.pages import leaves, page
from zhicheng.campaigns.loading import load_notice
from zhicheng.campaigns.notice import Notice, Specialty, rank
from zhicheng.campaigns.rules import is_committee_arrival
from zhicheng.campaigns.rules.reading.leaves import letters
from zhicheng.campaigns.rules.reading.paper import wrong_paper
from zhicheng.campaigns.vocabulary import Bilingual
from zhicheng.documents.wording import PaperWords

# Of the annex as issued, paragraphs without surrounding blanks, one a line: compared with it when the file was made.
TEXT_DIGEST = "9ffbccab2f682415751f5af6f29548bc4f5ebd860321b1b942410dbb2b1b65ce"
ANNEX_DIGEST = "a46879c306b8c4fe7e0a3102a9ef7ce52516cbd0de4d2a2d3e733f21e17860bf"

BOTH = pytest.mark.parametrize("notice", [bortala(), other()], ids=["bortala", "other"])


def parts(value: object) -> Iterator[BaseModel]:
    """Every part of a notice, nested ones included."""
    if isinstance(value, BaseModel):
        yield value
        for name in type(value).model_fields:
            yield from parts(getattr(value, name))
    elif isinstance(value, tuple):
        for item in value:
            yield from parts(item)


def test_official_text_is_the_annex_word_for_word() -> None:
    text = "\n".join(paragraph.zh for paragraph in bortala().notice_text)
    assert hashlib.sha256(text.encode()).hexdigest() == TEXT_DIGEST


def test_templates_are_the_annexes_word_for_word() -> None:
    annexes = bortala().annexes
    assert [annex.key for annex in annexes] == ["publicity_notice", "publicity_result", "supervising_opinion", "commitment"]
    text = "\n".join(line for annex in annexes for line in (annex.title.zh, *(paragraph.zh for paragraph in annex.text)))
    assert hashlib.sha256(text.encode()).hexdigest() == ANNEX_DIGEST
    assert "疑异" in text  # the notice's own spelling, kept (G-15)


def test_accepted_texts_are_the_notices_own_words() -> None:
    notice, texts = bortala(), bortala().texts
    assert texts.liability.zh == notice.notice_text[-1].zh
    assert texts.commitment.zh == next(annex for annex in notice.annexes if annex.key == "commitment").text[0].zh
    assert len(texts.opinion_sentence.zh) == 26  # S-42
    assert any(f"“{texts.opinion_sentence.zh}”" in paragraph.zh for paragraph in notice.notice_text)


def test_all_eleven_numbers_of_the_list_have_their_slots() -> None:
    numbers = list(dict.fromkeys(slot.number for slot in bortala().materials))
    assert numbers == [f"（{n}）" for n in ("一", "二", "三", "四", "五", "六", "七", "八", "九", "十", "十一")]
    listed = [p.zh for p in bortala().notice_text if p.kind == "item" and p.zh.startswith("（")]
    assert [text[: text.index("）") + 1] for text in listed] == numbers


def test_numbers_of_the_notice() -> None:
    notice = bortala()
    limits = notice.limits
    assert (limits.committee_submissions, limits.publicity_working_days, limits.ban_years) == (3, 5, 5)
    assert (limits.continuing_education_years, limits.achievements_years, limits.review_form_copies) == (5, 5, 2)
    assert is_committee_arrival(notice, "prefecture")
    assert {desk.desk: desk.optional for desk in notice.chain} == {
        "unit": False,
        "supervising": True,
        "county": False,
        "prefecture": False,
    }


def test_prompt_names_the_dates_of_the_windows() -> None:
    (window,) = bortala().windows
    prompt = bortala().texts.prompt
    for moment in (window.apply_from, window.apply_until, window.correct_until):
        assert f"{moment.year}年{moment.month}月{moment.day}日{moment:%H:%M}" in prompt.zh
        assert f"{moment:%H:%M} on {moment.day} {moment:%B} {moment.year}" in prompt.en


@pytest.mark.parametrize("name", ["registration_notice_unit", "registration_notice_person", "prompt"])
def test_both_languages_of_a_text_have_the_same_paragraphs(name: str) -> None:
    text = getattr(bortala().texts, name)
    chinese = text.paragraphs
    with translation.override("en"):
        english = text.paragraphs
    assert len(chinese) == len(english) >= 9
    assert [line.split(".")[0] for line in english] == [str(n) for n in range(1, len(english) + 1)]


def test_prompt_says_everything_s20_asks_for() -> None:
    prompt = bortala().texts.prompt.zh
    for slot in bortala().materials:
        assert slot.number in prompt
    for word in ("申报条件", "受理时间", "3次", "本年度不再受理", "由申报人承担", "个人信息", "5年内", "5个工作日"):
        assert word in prompt


@BOTH
def test_every_word_for_the_screen_is_in_both_languages(notice: Notice) -> None:
    worded = [part for part in parts(notice) if isinstance(part, Bilingual | Specialty)]
    assert len(worded) > 20
    for part in worded:
        assert part.zh.strip()
        assert part.en.strip()
        assert str(part) == part.zh
    with translation.override("en"):
        assert all(str(part) == part.en for part in worded)


def test_english_of_bortala_is_english() -> None:
    quoted = bortala().texts.opinion_sentence.zh  # to be written by hand in Chinese, so it stays Chinese
    for part in parts(bortala()):
        if isinstance(part, Bilingual | Specialty):
            english = part.en.replace(quoted, "").replace("访惠聚", "")
            assert not any("\u4e00" <= character <= "\u9fff" for character in english), english


@BOTH
def test_words_that_are_read_on_a_paper_take_it_for_itself_and_for_no_other(notice: Notice) -> None:
    """A page that shows nothing but a paper's own name is that paper; one that names another is not taken for it by its title."""
    named = [(paper, letters(paper.label.zh)) for slot in notice.materials for paper in slot.papers if paper.reads is not None]
    assert named
    for paper, name in named:
        assert wrong_paper(paper.reads, leaves(page(name)), complete=True) is None, paper.key
    told_apart = {
        "diploma",
        "e_registration",
        "title_certificate",
        "labour_contract",
        "continuing_education_certificate",
        "annual_appraisal",
    }
    for paper, _name in named:
        for other_paper, name in named:
            if paper.key != other_paper.key and {paper.key, other_paper.key} <= told_apart:
                assert wrong_paper(paper.reads, leaves(page(name, filler=False)), complete=True), (paper.key, other_paper.key)


@BOTH
def test_notice_cannot_be_changed(notice: Notice) -> None:
    for part in parts(notice):
        assert part.model_config["frozen"]
    with pytest.raises(ValueError, match="frozen"):
        notice.limits.ban_years = 1  # type: ignore[misc]


@BOTH
def test_every_title_has_a_step_on_the_ladder(notice: Notice) -> None:
    assert all(rank(title.level, title.grade) for series in notice.catalogue.series for title in series.titles)


def test_nothing_of_the_second_file_is_that_of_the_first() -> None:
    first, second = bortala(), other()
    for name in type(first.limits).model_fields:
        assert getattr(first.limits, name) != getattr(second.limits, name), name
    for name in type(first.policies).model_fields:
        assert getattr(first.policies, name) != getattr(second.policies, name), name
    assert first.work_history != second.work_history
    assert first.calendar != second.calendar
    assert [step.desk for step in first.chain] != [step.desk for step in second.chain]
    assert not set(lines_of(first.papers)) & set(lines_of(second.papers))
    assert [desk.optional for desk in first.chain] != [desk.optional for desk in second.chain]


def lines_of(words: PaperWords) -> list[str]:
    """Every line that papers print."""
    form = [*words.review_form.title, *(column.heading for column in words.review_form.columns)]
    letters = [words.publicity_notice, words.publicity_result, words.supervising_opinion, words.commitment]
    return [*form, *(line for one in letters if one for line in (one.title, *one.verbatim, *one.corrected, *one.closing))]


def test_small_file_needs_only_what_has_no_default() -> None:
    assert load_notice(SMALLEST).policies.template_wording == "verbatim"


SMALLEST = """
format: 2
slug: small
year: 2030
region_code: "650000"
title: {zh: 甲, en: A}
issuer: {zh: 甲, en: A}
source: {document: {zh: 甲, en: A}}
notice_text: [{zh: 甲, en: A}]
calendar: xinjiang
windows:
  - {levels: [junior], apply_from: 2030-01-01 00:00, apply_until: 2030-02-01 00:00, correct_until: 2030-02-01 00:00}
chain: [{desk: unit}, {desk: prefecture, counts_as_committee_arrival: true}]
limits:
  committee_submissions: 1
  publicity_working_days: 1
  publicity_counting: incl
  continuing_education_years: 1
  ban_years: 1
  achievements_years: 1
  review_form_copies: 1
catalogue:
  series:
    - code: a
      zh: 甲
      en: A
      specialties: [{code: a, zh: 甲, en: A}]
      titles: [{code: a, zh: 甲, en: A, level: junior, grade: technician}]
eligibility:
  counting: {source: G-01}
  rows: [{series: "*", to: {level: junior, grade: technician}, source: G-01}]
materials:
  - key: a
    number: 一
    source: S-62
    label: {zh: 甲, en: A}
    wants: {zh: 甲, en: A}
    why: {zh: 甲, en: A}
    papers: [{key: a, label: {zh: 甲, en: A}}]
texts:
  registration_notice_unit: {version: "1", zh: 甲, en: A}
  registration_notice_person: {version: "1", zh: 甲, en: A}
  prompt: {version: "1", zh: 甲, en: A}
  commitment: {version: "1", zh: 甲, en: A}
  liability: {version: "1", zh: 甲, en: A}
  opinion_sentence: {version: "1", zh: 甲, en: A}
papers:
  review_form: {title: [甲]}
  publicity_notice:
    title: 甲
    verbatim: &notice ["{name}{series}{level}{conduct}{results}{starts_on}{ends_on}{office}{phone}"]
    corrected: *notice
    closing: [甲]
  publicity_result:
    title: 甲
    verbatim: &result ["{name}{series}{level}{starts_on}{ends_on}{objections}"]
    corrected: *result
    closing: [甲]
    objections: {none: 甲, one: 甲, more: "{count}"}
  commitment: {title: 甲, verbatim: [甲], corrected: [甲], closing: [甲]}
"""


def test_the_photograph_is_printed_by_the_one_and_glued_by_the_other() -> None:
    assert (bortala().papers.review_form.photo_slot, other().papers.review_form.photo_slot) == ("photo", None)
