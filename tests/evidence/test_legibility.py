"""How legible a page is: each thing is named at its page, and of what is good nothing is said. The pictures are those of the benchmark."""

from __future__ import annotations

import io
import random
from functools import cache
from pathlib import Path

import cv2
import numpy as np
import pylopdf_fonts_zh_cn
import pytest
import typst
from benchmarks.captures import FIRST, SOURCES, capture, develop, into_pdf, punch
from benchmarks.drawn_papers import PAPERS, empty
from benchmarks.spoiling import SPOILERS, Case, clean, small_cards, spoilt
from PIL import Image

from tests.evidence import files
from zhicheng.evidence.inspection.legibility.look import look
from zhicheng.evidence.inspection.verdicts import Bounds
from zhicheng.evidence.sentences import warning_sentence

BOUNDS = Bounds(max_bytes=100_000_000, max_pages=100)
_TYPES = {b"%PDF": "application/pdf", b"\x89PNG": "image/png"}


def seen(content: bytes) -> list[tuple[str, int]]:
    """What is said of a file: codes with their pages."""
    found = look(content, _TYPES.get(content[:4], "image/jpeg"), BOUNDS).warnings
    return [(str(one["code"]), int(one["page"])) for one in found]


@cache
def good(source: str = "scan", paper: str = "letter") -> bytes:
    dice = random.Random(f"{source} {paper}")
    return develop(capture(PAPERS[paper](dice), source, dice, FIRST), source, dice, FIRST, marked=False)


@pytest.mark.parametrize("kind", sorted(SPOILERS))
def test_defect_is_named_at_its_page(kind: str) -> None:
    cases: list[Case] = list(spoilt(kind, 1, 2, FIRST))
    assert any((case.code, case.page) in seen(case.content) for case in cases)


@pytest.mark.parametrize("source", SOURCES)
def test_nothing_is_said_of_clean_files(source: str) -> None:
    """Letters, forms, certificates, cards, lists, a page with a heading alone, a dark cover."""
    assert [
        (case.paper, said) for case in clean(source, 3, 7 if source != "phone" else 5, FIRST) if (said := seen(case.content))
    ] == []


def test_nothing_is_said_of_a_good_card_with_few_pixels() -> None:
    cards = [case.content for case in small_cards(2, 3, FIRST)]
    with Image.open(io.BytesIO(cards[0])) as card:
        assert card.width * card.height < 900_000
    assert [seen(card) for card in cards] == [[], [], []]


def test_coarse_scan_that_was_enlarged_is_coarse() -> None:
    (case,) = spoilt("enlarged", 1, 1, FIRST)
    with Image.open(io.BytesIO(case.content)) as picture:
        assert max(picture.size) > 900
    assert seen(case.content) == [("low_resolution", 1)]


def test_too_dark_is_not_blank() -> None:
    for case in spoilt("dark", 4, 2, FIRST):
        assert seen(case.content) == [("dark", case.page)]


def shot(picture: np.ndarray) -> bytes:
    out = io.BytesIO()
    Image.fromarray(np.clip(picture, 0, 255).astype(np.uint8)).save(out, "JPEG", quality=90)
    return out.getvalue()


def drawn(paper: str, edge: int = 1754) -> np.ndarray:
    sheet = PAPERS[paper](random.Random(11))
    sheet.thumbnail((edge, edge), Image.Resampling.BOX)
    return np.asarray(sheet, np.float32) * 0.96


def test_shadow_of_the_lid_does_not_make_a_page_with_few_words_blurred() -> None:
    page = drawn("sparse")
    page[:, -24:] *= np.linspace(1, 0.4, 24)[None, :, None]
    assert seen(shot(page)) == []


def test_cover_in_a_dim_room_is_neither_dark_nor_pale() -> None:
    cover = drawn("cover")
    assert seen(shot(cover * 0.35)) == []
    assert seen(shot(cover * 0.12)) == [("dark", 1)]


def test_sun_on_a_part_of_the_page_is_no_lamp() -> None:
    page = drawn("letter", 2000)
    lit = np.where(np.arange(page.shape[1])[None, :, None] > page.shape[1] * 0.45, page * 1.2, page * 0.75)
    assert "glare" not in [code for code, _page in seen(shot(cv2.GaussianBlur(lit, (0, 0), 1)))]


def test_blank_sheet_with_two_holes_is_blank() -> None:
    dice = random.Random(1)
    sheet = capture(empty(dice), "scan", dice, FIRST)
    punch(sheet, round(sheet.shape[0] / 11.7))
    assert seen(develop(sheet, "scan", dice, FIRST)) == [("blank", 1)]


def test_scan_of_empty_paper_with_grain_is_blank() -> None:
    assert seen(files.grainy_empty_scan()) == [("blank", 1)]


def test_picture_of_16_bits_that_is_blank_is_blank() -> None:
    out = io.BytesIO()
    Image.new("I;16", (1240, 1754), 65535).save(out, "PNG")
    assert seen(out.getvalue()) == [("blank", 1)]


def test_page_with_a_single_short_line_is_not_blank() -> None:
    assert seen(files.pdf_with_one_line()) == []


@pytest.mark.parametrize("mark", [3, 6])
def test_photograph_that_its_mark_turns_upright_is_not_called_turned(mark: int) -> None:
    back = {3: Image.Transpose.ROTATE_180, 6: Image.Transpose.ROTATE_90, 8: Image.Transpose.ROTATE_270}
    with Image.open(io.BytesIO(good("phone"))) as upright:
        stored = upright.transpose(back[mark])
    assert seen(files.jpeg(image=stored, orientation=mark)) == []
    assert [code for code, _page in seen(files.jpeg(image=stored))] == ["sideways"]


def test_page_is_judged_as_its_pdf_turns_it() -> None:
    """``/Rotate`` makes a good scan lie, and a scan that lies stand."""
    assert seen(into_pdf([good()])) == []
    lying = look(into_pdf([good()], turn=90), "application/pdf", BOUNDS).warnings
    assert [(one["code"], one["degrees"]) for one in lying] == [("sideways", 90)]
    with Image.open(io.BytesIO(good())) as upright:
        stored = files.jpeg(image=upright.transpose(Image.Transpose.ROTATE_90))
    assert seen(into_pdf([stored], turn=90)) == []


def test_each_page_of_a_pdf_is_judged_by_itself_and_named_by_its_number() -> None:
    blank = files.jpeg(image=Image.new("RGB", (1240, 1754), "#fdfdf8"))
    (dark,) = spoilt("dark", 4, 1, FIRST)
    found = look(into_pdf([good(), blank, good(), dark.content]), "application/pdf", BOUNDS)
    assert [warning_sentence(one) for one in found.warnings] == [
        "第 2 页看起来是空白页。请确认没有放反或漏扫。",
        "第 4 页太暗，文字可能看不清。请在明亮处重新拍照或扫描。",
    ]
    assert found.up_to == 4


def test_few_pages_at_a_time_give_what_all_give() -> None:
    blank = files.jpeg(image=Image.new("RGB", (1240, 1754), "white"))
    content = into_pdf([good(), blank, blank])
    parts = [look(content, "application/pdf", BOUNDS, first=n, most=2) for n in (1, 3)]
    assert [one for part in parts for one in part.warnings] == look(content, "application/pdf", BOUNDS).warnings
    assert [part.up_to for part in parts] == [2, 3]


def test_place_of_a_defect_lies_on_the_page() -> None:
    for case in [*spoilt("glare", 1, 1, FIRST), *spoilt("cut", 1, 2, FIRST)]:
        for one in look(case.content, _TYPES.get(case.content[:4], "image/jpeg"), BOUNDS).warnings:
            if "left" in one:
                left, top, width, height = (int(one[name]) for name in ("left", "top", "width_of", "height_of"))
                assert 0 <= left < left + width <= 1000 and 0 <= top < top + height <= 1000


def numbered(*pages: int, of: int) -> bytes:
    """A PDF with text, which counts its pages, and of which some are there."""
    sheets = (f'#text(font: "Noto Serif SC")[第 {n} 页　共 {of} 页 #lorem(20)]' for n in pages)
    source = "#set page(width: 400pt, height: 300pt)\n" + "\n#pagebreak()\n".join(sheets)
    made: bytes = typst.compile(source.encode(), font_paths=[str(Path(pylopdf_fonts_zh_cn.__file__).parent)])
    return made


def test_missing_pages_are_named() -> None:
    (one,) = look(numbered(1, 4, of=4), "application/pdf", BOUNDS).warnings
    assert (one["code"], one["page"]) == ("pages_missing", 1)
    assert warning_sentence(one).startswith("页码标明共 4 页，文件里没有第 2、3 页。")
    assert seen(numbered(1, 2, 3, of=3)) == []
