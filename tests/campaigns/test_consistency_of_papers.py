"""Texts of papers that would print wrongly: each thing with its line, its place and the reason."""

from __future__ import annotations

import pytest

from tests.campaigns.files import assert_error_is_named, errors_in, other, other_text

RECOMMENDATION = "".join(
    line for line in other_text()[other_text().index("  supervising_opinion:") :].splitlines(keepends=True)[:5]
)
NAME = "我单位{name}申报{title}（{series}，{level}级），"
TITLE = "    title: [某自治州, 职称申报评审表]\n"
PHOTO = "    photo_slot: {}\n"
# name → (old, new with the line marked, path, a part of the reason)
TEXTS = {
    "unknown_blank": (NAME, "我单位{nam}申报{title}（{series}，{level}级），", "papers.publicity_notice.verbatim[0]", "“{nam}”，是不是“name”"),
    "blank_of_another_letter": ("实绩：{results}", "实绩：{results}{days}", "papers.publicity_notice.verbatim[3]", "不认识的占位符“{days}”"),
    "missing_blank": ("      - 表现：{conduct}\n", "", "papers.publicity_notice.verbatim", "缺少占位符：{conduct}"),
    "open_brace": ("实绩：{results}", "实绩：{results", "papers.publicity_notice.verbatim[3]", "花括号只用于占位符"),
    "attribute_of_a_blank": ("实绩：{results}", "实绩：{results.x}", "papers.publicity_notice.verbatim[3]", "花括号只用于占位符"),
    "result_without_objections": ("（{calendar_days}），{objections}同意上报。", "（{calendar_days}），同意上报。", "papers.publicity_result.verbatim", "缺少占位符：{objections}"),
    "objections_without_their_number": ("有{count}人提出意见", "有人提出意见", "papers.publicity_result.objections.more", "缺少占位符：{count}"),
    "blank_in_the_closing": ('closing: ["{employer}（盖章）"', 'closing: ["{conduct}（盖章）"', "papers.publicity_notice.closing[0]", "不认识的占位符“{conduct}”"),
    "accepted_text_is_another": ("愿承担相应责任。, en", "愿承担全部责任。, en", "texts.commitment.zh", "papers.commitment.corrected"),
    "text_without_corrected": ("    corrected: [本人保证所填属实，愿承担相应责任。]\n", "", "papers.commitment.corrected", "缺少“corrected”"),
    "letter_left_out": ("  commitment:\n    title", "  commitmen:\n    title", "papers.commitment", "缺少“commitment”"),
    "photograph_of_no_material": (TITLE, TITLE + PHOTO.format("diplom"), "papers.review_form.photo_slot", "没有“diplom”这一项材料"),
    "photograph_of_every_year": (TITLE, TITLE + PHOTO.format("training_credits"), "papers.review_form.photo_slot", "一张照片"),
    "photograph_of_the_unit": (TITLE, TITLE + PHOTO.format("referral"), "papers.review_form.photo_slot", "一张照片"),
    "photograph_that_may_be_a_pdf": (TITLE, TITLE + PHOTO.format("county_service"), "papers.review_form.photo_slot", "只能印图片"),
    "recommendation_without_text": (RECOMMENDATION, "", "chain[1].desk", "papers.supervising_opinion"),
}  # fmt: skip


@pytest.mark.parametrize("name", TEXTS)
def test_error_names_its_line_and_place(name: str) -> None:
    old, new, path, reason = TEXTS[name]
    assert_error_is_named(other_text((old, new)), path, reason)


def test_line_of_a_wrong_blank_is_that_of_its_paragraph() -> None:
    text = other_text(("      - 实绩：{results}", "      - 实绩：{result} # HERE"))
    found = [error for error in errors_in(text) if error.path.endswith("verbatim[3]")]
    assert [error.line for error in found] == [text[: text.index("# HERE")].count("\n") + 1]


def test_file_of_the_older_form_is_told_what_it_lacks() -> None:
    errors = errors_in(other_text(("format: 2\n", "")))
    assert [(error.path, error.line) for error in errors] == [("format", 3)]  # the first line that is no remark
    assert "papers" in errors[0].text and "review_form_copies" in errors[0].text


def test_wording_is_the_one_the_notice_sets() -> None:
    assert other().letter("publicity_notice").paragraphs[0].startswith("我单位{name}同志申报")
    verbatim = other().policies.model_copy(update={"template_wording": "verbatim"})
    assert (
        other().model_copy(update={"policies": verbatim}).letter("publicity_notice").paragraphs[0].startswith("我单位{name}申报")
    )
    with pytest.raises(LookupError):
        without = other().papers.model_copy(update={"supervising_opinion": None})
        other().model_copy(update={"papers": without}).letter("supervising_opinion")
