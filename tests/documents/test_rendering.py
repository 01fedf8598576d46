"""The PDFs: what can be read from them, what cannot, and that they are the same every time."""

from __future__ import annotations

import io
import re
import threading
from datetime import timedelta
from typing import Any

import pypdf
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.documents import examples
from zhicheng.documents.base import PaperBase
from zhicheng.documents.rendering import missing_glyphs, render_pdf
from zhicheng.documents.texts import SUMMARY_LIMIT

A4 = (595.276, 841.89)


def _open(pdf: bytes) -> pypdf.PdfReader:
    return pypdf.PdfReader(io.BytesIO(pdf))


def _pages(pdf: bytes) -> list[str]:
    return [re.sub(r"[\s\u00a0]", "", page.extract_text()) for page in _open(pdf).pages]


def _text(pdf: bytes) -> str:
    return "".join(_pages(pdf))


def _render(paper: PaperBase, **marks: Any) -> bytes:
    return render_pdf(paper, marks=examples.marks(**marks))


def _values(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [text for key, item in value.items() if key != "sha256" for text in _values(item)]
    if isinstance(value, list):
        return [text for item in value for text in _values(item)]
    return [value] if isinstance(value, str) and value else []


@pytest.fixture(scope="module")
def rich() -> bytes:
    return _render(examples.rich_form())


def test_every_value_of_the_review_form_can_be_read_from_the_pdf(rich: bytes) -> None:
    text = _text(rich)
    values = _values(examples.rich_form().model_dump(exclude={"kind"}))
    assert len(values) > 150
    lines = [line for value in values for line in value.split("\n")]
    # A row may be cut by the foot of a page; nothing in this form is so long that it has to be.
    summary = examples.rich_form().summary.split("\n")
    assert [line for line in lines if line not in summary and re.sub(r"\s", "", line) not in text] == []


def test_the_summary_can_be_read_across_pages(rich: bytes) -> None:
    text = _text(rich)
    for line in examples.rich_form().summary.split("\n"):
        assert line[:12] in text
        assert line[-12:] in text


def test_pages_are_a4_and_even_and_mirrored(rich: bytes) -> None:
    for pdf in (rich, _render(examples.minimal_form())):
        reader = _open(pdf)
        assert len(reader.pages) % 2 == 0
        assert all((float(p.mediabox.width), float(p.mediabox.height)) == pytest.approx(A4, abs=0.1) for p in reader.pages)
    left = [_leftmost(page) for page in _open(rich).pages[2:4]]
    assert left[0] - left[1] == pytest.approx((26 - 18) / 25.4 * 72, abs=1)


def _leftmost(page: pypdf.PageObject) -> float:
    found: list[float] = []

    def visit(text: str, cm: list[float], tm: list[float], font: Any, size: float) -> None:
        if text.strip():
            found.append(tm[4] * cm[0] + cm[4])

    page.extract_text(visitor_text=visit)
    return min(found)


@pytest.mark.parametrize("achievements", range(0, 9, 2))
def test_page_count_is_even_however_long_the_form(achievements: int) -> None:
    item = examples.rich_form().achievements[0].model_dump()
    assert len(_open(_render(examples.minimal_form(achievements=[item] * achievements))).pages) % 2 == 0


def test_every_font_is_embedded_and_the_file_says_pdf_a(rich: bytes) -> None:
    reader = _open(rich)
    for page in reader.pages:
        for font in page["/Resources"]["/Font"].values():  # type: ignore[index]
            descriptor = font.get_object()["/DescendantFonts"][0].get_object()["/FontDescriptor"].get_object()
            assert {"/FontFile2", "/FontFile3"} & set(descriptor)
            assert re.match(r"/[A-Z]{6}\+", descriptor["/FontName"])
    metadata = reader.xmp_metadata
    assert metadata is not None
    raw = metadata.stream.get_data().decode()
    assert "<pdfaid:part>2</pdfaid:part>" in raw
    assert "<pdfaid:conformance>U</pdfaid:conformance>" in raw
    assert not reader.is_encrypted


def test_every_page_has_its_footer_and_no_page_has_the_watermark_as_text(rich: bytes) -> None:
    pages = _pages(rich)
    for number, text in enumerate(pages, start=1):
        assert f"第{number}页共{len(pages)}页" in text
        assert "编号PS2023-000123" in text
        assert examples.SHA[:16] in text
        assert "第1次上报" in text
        assert text.count("PS2023-000123") == 1
        assert "专业技术职称申报服务平台" not in text
    assert "艾合买提江" not in pages[-1]


def test_the_watermark_changes_with_what_it_says() -> None:
    form = examples.minimal_form()
    first, second = (_open(_render(form, serial=serial)).pages[1] for serial in ("PS2023-000123", "PS2023-000124"))
    drawn = [_drawing(page) for page in (first, second)]
    assert drawn[0]
    assert drawn[0] != drawn[1]


def _drawing(page: pypdf.PageObject) -> bytes:
    """The pattern behind everything on the page, and what is drawn before the first text."""
    patterns = [item.get_object().get_data() for item in page["/Resources"]["/Pattern"].values()]  # type: ignore[index]
    content = page.get_contents()
    assert content is not None
    return b"".join(patterns) + content.get_data().split(b"BT")[0]


def test_a_draft_is_marked_void_and_has_no_number() -> None:
    draft = _render(examples.minimal_form(), serial="", verification_url="", version_label="", draft=True)
    for text in _pages(draft):
        assert "草稿，无编号" in text
        assert "核验码" not in text
    assert _drawing(_open(draft).pages[1]) != _drawing(_open(_render(examples.minimal_form())).pages[1])


def test_the_units_sentence_is_never_printed_where_it_is_to_be_written(rich: bytes) -> None:
    sentence = "本单位已对提供的申报材料逐一审核，真实准确，同意推荐"
    pages = _pages(rich)
    opinion = [number for number, text in enumerate(pages) if "单位负责人签字" in text]
    assert [number for number, text in enumerate(pages) if sentence in text] == [1]
    assert len(opinion) == 1
    assert opinion[0] > 2
    for words in ("同意推荐", "逐一审核", "真实准确"):
        assert all(words not in text for text in pages[2:])


def test_the_review_form_has_every_column_to_be_filled_by_hand(rich: bytes) -> None:
    text = _text(rich)
    for name in ("单位意见", "主管单位意见", "县（市）人社局意见", "州人社局意见", "专业评审组意见", "评审委员会评审结果"):
        assert name in text
    for name in ("公示情况", "确认机关意见", "应到人数", "实到人数", "同意票数", "反对票数", "弃权票数"):
        assert name in text


def test_a_form_with_nothing_optional_says_none_in_every_part() -> None:
    text = _text(_render(examples.minimal_form()))
    for part in ("毕业院校", "现任资格无", "聘任情况无", "七、业绩成果无", "十二、任期内专业技术工作总结无"):
        assert part in text
    assert text.count("无") > 20


@pytest.mark.parametrize("name", ["㛃𬍛䶮喆堃龑㼆", "古丽米热·艾合买提江", "巴·孟克巴依尔", "Ахмет Жанов", "赛力克·Серик"])
def test_rare_and_long_names_are_printed(name: str) -> None:
    assert missing_glyphs(name) == []
    assert re.sub(r"\s", "", name) in _text(_render(examples.minimal_form(name=name, basic={"name": name})))
    assert re.sub(r"\s", "", name) in _text(_render(examples.result(name=name)))


def test_the_same_paper_gives_the_same_bytes_also_on_another_thread(rich: bytes) -> None:
    results: list[bytes] = []
    threads = [threading.Thread(target=lambda: results.append(_render(examples.rich_form()))) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [result == rich for result in results] == [True, True]


def test_the_only_time_in_the_file_is_that_of_the_paper(rich: bytes) -> None:
    later = examples.marks().created_at + timedelta(days=1)
    assert "D:20231009" in str(_open(rich).metadata["/CreationDate"])  # type: ignore[index]
    assert _render(examples.rich_form(), created_at=later) != rich


@given(
    st.lists(
        st.sampled_from(
            ["#", "$", "*", "_", "`", "<", ">", "@", "\\", "[", "]", '"', "//", "/*", "--", "~", "=", "+", "甲", "a", "1", "'"]
        )
    )
    .map("".join)
    .filter(str.strip)
)
@example('#eval("1") $x^2$ *b* _i_ `r` <l> @r \\ [c] // c')
@example("= 标题")
@example("- 列表\n+ 编号")
@example('#import "@preview/x:0.1.0"')
@settings(max_examples=25)
def test_markup_characters_print_literally(text: str) -> None:
    paper = examples.opinion(supervising_body=text)
    assert re.sub(r"\s", "", paper.supervising_body) in _text(_render(paper))


@pytest.mark.parametrize(
    "letters", ["W" * SUMMARY_LIMIT, "测" * SUMMARY_LIMIT, "\n".join("行" * 3 for _ in range(SUMMARY_LIMIT // 4))]
)
def test_the_longest_summary_is_printed_whole(letters: str) -> None:
    text = _text(_render(examples.minimal_form(summary=letters)))
    assert text.count(letters[0]) >= letters.count(letters[0])


def test_a_duty_longer_than_a_page_is_printed_whole() -> None:
    pdf = _render(examples.minimal_form(work_history=[{"duty": "职" * 3000, "employer": "单位" * 60}]))
    assert _text(pdf).count("职") >= 3000


def test_letters_print_their_words_signature_and_seal() -> None:
    for paper, closing in (
        (examples.notice(), ["签字：", "（单位负责人签字）", "（推荐单位公章）", "年月日"]),
        (examples.result(), ["博乐市城乡建设工程质量监督站（公章）", "2023年月日"]),
        (examples.opinion(), ["博乐市住房和城乡建设局（公章）", "2023年月日"]),
        (examples.commitment(), ["签字：", "（承诺人）", "2023年月日"]),
    ):
        pages = _pages(_render(paper))
        assert len(pages) == 1
        for words in [*paper.paragraphs(), *closing]:
            assert re.sub(r"\s", "", words) in pages[0]


def test_a_very_long_notice_takes_a_second_page_and_keeps_its_signature_together() -> None:
    pages = _pages(_render(examples.notice(results="长" * 500)))
    assert len(pages) == 2
    assert "单位负责人签字" in pages[-1]
    assert "推荐单位公章" in pages[-1]
