"""What papers take in, what they refuse, and the notice's own words."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.documents import examples
from zhicheng.documents.papers import Kind, PublicityNotice, ReviewForm, paper_of
from zhicheng.documents.texts import ROW_LIMIT, SUMMARY_LIMIT, TEXT_LIMIT
from zhicheng.documents.wording import BLANKS, blanks_in, former_letter
from zhicheng.documents.words import zh_copies, zh_date, zh_number
from zhicheng.foundation.errors import Refused


def _refusal(kind: str, data: dict[str, Any]) -> Refused:
    with pytest.raises(Refused) as caught:
        paper_of(kind, data)
    return caught.value


def test_every_kind_but_the_form_and_the_receipt_is_a_letter_with_blanks_its_data_fill() -> None:
    assert set(BLANKS) == set(Kind) - {Kind.REVIEW_FORM, Kind.RECEIPT}
    for paper in (examples.notice(), examples.result(), examples.opinion(), examples.commitment()):
        wanted, more = BLANKS[paper.kind]
        assert wanted | more <= paper.blanks().keys()


def test_letter_prints_the_text_it_was_given_with_its_data() -> None:
    text = former_letter("supervising_opinion", "verbatim").model_copy(
        update={"title": "推荐函", "paragraphs": ("{name}申报{title}（{specialty}）。",), "closing": ("经办：______", "{year}年")}
    )
    letter = examples.opinion(template=text, title="工程师", specialty="水利专业")
    assert letter.paragraphs() == ["艾合买提江·吐尔逊申报工程师（水利）。"]
    assert letter.signatures() == [["经办：", "______"], ["2023年"]]
    assert paper_of(letter.kind, letter.model_dump(mode="json")) == letter


@pytest.mark.parametrize("text", ["{", "}", "{}", "{0}", "{name.x}", "{name!r}", "{name:>9}", "{ name }"])
def test_braces_that_are_no_blank_are_refused(text: str) -> None:
    with pytest.raises(ValueError):
        list(blanks_in(text))
    assert list(blanks_in("{{{name}}}")) == ["name"]


def test_numbers_are_written_as_official_papers_write_them() -> None:
    assert [zh_number(n) for n in (0, 3, 10, 12, 20, 25)] == ["零", "三", "十", "十二", "二十", "二十五"]
    assert (zh_copies(2), zh_copies(3)) == ("一式两份", "一式三份")


def test_a_paper_survives_being_stored_as_json() -> None:
    for paper in (examples.rich_form(), examples.notice(), examples.result(), examples.opinion(), examples.commitment()):
        assert paper_of(paper.kind, paper.model_dump(mode="json")) == paper


def test_paper_of_names_every_problem_with_its_place_at_once() -> None:
    data = examples.minimal_data(
        employer="",
        summary="总" * (SUMMARY_LIMIT + 1),
        achievements=[{"name": "甲"}, {"name": "乙", "description": "长" * (TEXT_LIMIT + 7)}],
        surprise="x",
    )
    del data["title"]
    problems = {problem.where: str(problem.text) for problem in _refusal("review_form", data).problems}
    assert problems == {
        "employer": "“申报单位”没有内容，无法生成文书。",
        "title": "“申报资格”没有内容，无法生成文书。",
        "summary": "“任期内专业技术工作总结”有10001字，文书最多容纳10000字，请精简。",
        "achievements.1.description": "“业绩成果 第2项 内容与成效”有3007字，文书最多容纳3000字，请精简。",
        "surprise": "文书中没有“surprise”这一栏。",
    }


def test_paper_of_with_a_20000_letter_value_is_refused_with_its_length() -> None:
    refused = _refusal("review_form", examples.minimal_data(basic={"name": "李红", "employer_name": "a" * 20_000}))
    assert "“基本情况 工作单位”有20000字" in str(refused.problems[0].text)


def test_paper_of_with_too_many_rows_is_refused() -> None:
    refused = _refusal("review_form", examples.minimal_data(awards=[{"name": "奖"}] * (ROW_LIMIT + 1)))
    assert "“获奖情况”有101项，文书最多容纳100项" in str(refused.problems[0].text)


def test_a_lone_surrogate_is_refused_and_not_a_crash() -> None:
    assert _refusal("review_form", examples.minimal_data(summary="前\ud800后")).problems[0].where == "summary"


@pytest.mark.parametrize("dot", "·•・‧∙⋅･")
def test_the_middle_dot_of_a_name_is_always_the_same(dot: str) -> None:
    assert examples.minimal_form(name=f"古丽{dot}阿不都").name == "古丽·阿不都"


@given(st.text())
def test_what_is_kept_holds_nothing_invisible(text: str) -> None:
    kept = ReviewForm.model_validate(examples.minimal_data(summary=text)).summary
    assert not set(kept) & set("\u200b\u200e\u202e\u2066\ufeff\x00\x07\r\u2028")
    assert ReviewForm.model_validate(examples.minimal_data(summary=kept)).summary == kept


def test_series_specialty_and_level_are_not_doubled() -> None:
    notice = examples.notice(series="工程系列", specialty="建筑工程专业", level="中级")
    assert "申报工程系列建筑工程专业中级专业技术任职资格" in notice.paragraphs()[0]


def test_a_level_outside_the_template_is_refused() -> None:
    assert _refusal("supervising_opinion", examples.opinion().model_dump() | {"level": "特级"}).problems[0].where == "level"


def test_t1_says_the_words_of_the_notice() -> None:
    assert examples.notice().paragraphs() == [
        "根据自治区、自治州职称评审工作要求，现对艾合买提江·吐尔逊同志申报工程系列建筑工程专业中级专业技术任职资格进行公示。",
        "基本信息：性别：男；族别：维吾尔族；政治面貌：中共党员；身份证号：652701**********33；现任专业技术职务任职资格：助理工程师。",
        "思想政治条件：" + examples.CONDUCT,
        "业绩成果：" + examples.RESULTS + "。" + examples.CONTRIBUTION,
        "公示时间从2023年10月9日起至2023年10月13日止（公示期不少于5个工作日）。如对艾合买提江·吐尔逊同志的相关信息有疑异，"
        "请电话或书面形式反映至博乐市城乡建设工程质量监督站办公室，监督电话：0909-2318800",
    ]


def test_t1_never_holds_a_full_identity_number() -> None:
    assert "652701199003071233" not in examples.notice().model_dump_json()


def test_t1_without_a_current_title_says_none() -> None:
    assert "现任专业技术职务任职资格：无。" in examples.notice(current_title="").paragraphs()[1]


def test_t1_adds_办公室_only_where_it_is_missing() -> None:
    assert "反映至人事科办公室，" in examples.notice(office="人事科").paragraphs()[-1]


def test_t2_says_the_words_of_the_notice() -> None:
    assert examples.result().paragraphs() == [
        "艾合买提江·吐尔逊同志申报材料于2023年10月9日至2023年10月13日在本单位公示5个工作日，公示无异议，未收到投诉、举报，"
        "申报材料真实、完整、有效，同意推荐艾合买提江·吐尔逊同志申报工程系列建筑工程专业中级专业技术任职资格。"
    ]
    assert "公示7天，" in examples.result(days="7天").paragraphs()[0]


def test_t2_does_not_deny_an_objection_that_came() -> None:
    assert "公示5个工作日，公示期间收到异议1件，经核实不成立，申报材料真实" in examples.result(dismissed=1).paragraphs()[0]
    two = examples.result(dismissed=2).paragraphs()[0]
    assert "收到异议2件，经核实均不成立，" in two and "未收到" not in two


def test_t3_names_no_specialty() -> None:
    assert examples.opinion().paragraphs() == ["经审核，同意推荐艾合买提江·吐尔逊同志申报工程系列中级职称。"]


def test_t4_says_the_words_of_the_notice() -> None:
    assert examples.commitment().paragraphs() == [
        "本人承诺以上填报的内容和提交的材料完全真实有效，且网上填报与送审报表内容一致。如申请人提交弄虚作假确认材料的，一经查实，"
        "不予受理确认申报或取消已确认的资格，并从申报年度下一年起5年内，不得申报专业技术资格。"
    ]


@pytest.mark.parametrize("paper", [examples.result(year=2024), examples.opinion(year=2024), examples.commitment(year=2024)])
def test_the_year_of_the_date_line_is_the_campaigns(paper: Any) -> None:
    assert paper.signatures()[-1] == ["2024年　　月　　日"]


def test_the_corrected_wording_mends_the_slips_and_nothing_else() -> None:
    notice, result = examples.notice(wording="corrected"), examples.result(wording="corrected")
    assert "有异议，" in notice.paragraphs()[-1]
    assert "专业技术职务任职资格进行公示" in notice.paragraphs()[0]
    assert "中级专业技术职务任职资格。" in result.paragraphs()[0]
    assert "弄虚作假材料的，一经查实，不予受理申报或取消已取得的资格" in examples.commitment(wording="corrected").paragraphs()[0]


@given(st.text(alphabet="{}!rs0name. ", min_size=1, max_size=20).filter(str.strip))
def test_braces_in_the_data_are_never_a_template(text: str) -> None:
    expected = " ".join(text.split("\n")).strip()
    assert f"政治面貌：{expected}；" in examples.notice(political_status=text).paragraphs()[1]


def test_dates_are_written_as_official_papers_write_them() -> None:
    assert zh_date("2023-10-09") == "2023年10月9日"
    assert zh_date("") == ""


def test_a_paper_cannot_be_changed() -> None:
    with pytest.raises(ValueError, match="frozen"):
        examples.notice().name = "别人"
    assert isinstance(examples.notice(), PublicityNotice)
