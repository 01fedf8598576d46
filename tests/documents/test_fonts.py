"""Which characters papers can show, with which faces, and what stands in the place of those that none has."""

from __future__ import annotations

import io
import re
import threading
from typing import Any

import pypdf
import pytest
from django.core.checks import run_checks

from tests.documents import examples
from tests.documents.reading import letters_with_places, lines_of, printed, whole_text
from tests.support import capabilities
from zhicheng.documents import fonts
from zhicheng.documents.fonts import missing_glyphs
from zhicheng.documents.rendering import CannotPrint, RenderingFailed

RARE = ["\U000212fe", "\U0002a6a5", "\U0002b7f7", "\U0002d016", "\uf9d1"]


def _text(pdf: bytes) -> str:
    return re.sub(r"\s", "", whole_text(pdf))


@pytest.mark.parametrize("character", [*RARE, "\U00032000", "ۇ", "ᠮ"])
def test_letter_no_font_has_is_a_frame_with_its_code_point(character: str) -> None:
    """R14. Names of the register of persons are older than any font; the paper leaves their place for the hand."""
    name, shown = f"李{character}红", f"李U+{ord(character):04X}红"
    assert missing_glyphs(name) == [character]
    assert shown in _text(printed(examples.minimal_form(name=name, basic={"name": name})))
    assert shown in _text(printed(examples.result(name=name)))


def test_letters_of_a_script_stand_in_frames_together() -> None:
    """Uyghur: some letters are in the typesetter's fonts, others in none; half a word would be read by nobody."""
    shown = _text(printed(examples.minimal_form(summary="专著《ئۇيغۇرچە سۇ》、《수리》、བོ，Ωж。")))
    assert "《" + "".join(f"U+{ord(c):04X}" for c in "ئۇيغۇرچە" + "سۇ") + "》" in shown
    assert "《U+C218U+B9AC》、U+0F56U+0F7C，Ωж。" in shown


def test_frame_is_large_enough_to_write_in_and_the_text_around_it_keeps_away() -> None:
    pdf = printed(examples.minimal_form(basic={"name": "李\U000212fe红"}))
    page = next(n for n, lines in enumerate(lines_of(pdf)) if any("基本情况" in line for line in lines))
    letters = letters_with_places(pdf, page)
    before = max(box[2] for letter, box in letters if letter == "李")
    after = min(box[0] for letter, box in letters if letter == "红")
    assert after - before > 9 / 25.4 * 72
    code = [box for letter, box in letters if letter in "U+212FE" and before < box[0] < after]
    assert max(box[3] - box[1] for box in code) < 5  # the rest of the frame is the hand's


def test_title_of_the_file_holds_the_name_itself() -> None:
    with pypdf.PdfReader(_stream(printed(examples.minimal_form(name="李\U000212fe红")))) as reader:
        assert reader.metadata is not None
        assert "李\U000212fe红" in str(reader.metadata.title)


def _stream(pdf: bytes) -> Any:
    return io.BytesIO(pdf)


@pytest.mark.parametrize("character", ["😀", "\ue000", "∰⃠"])
def test_sign_no_font_has_is_refused_by_name(character: str) -> None:
    missing = [c for c in missing_glyphs(f"李{character}红{character}") if not fonts.is_written_in(c)]
    with pytest.raises(CannotPrint) as caught:
        printed(examples.minimal_form(summary=f"总结{character}"))
    assert caught.value.characters == missing
    for sign in missing:
        assert f"{sign}（U+{ord(sign):04X}）" in str(caught.value.problems[0].text)


def test_every_sign_no_font_has_is_named() -> None:
    signs = "".join(map(chr, range(0x1F600, 0x1F61E)))
    with pytest.raises(CannotPrint) as caught:
        printed(examples.minimal_form(summary=signs))
    assert "".join(caught.value.characters) == signs


@pytest.mark.parametrize(
    "text",
    ["CO₂", "Ca²⁺", "☑是☐否", "✔", "İstanbul", "ğşəıŞĞ", "Қазақ тілі", "10⁻³m³", "H₂SO₄", "∅50⌀", "↑↓→", "Ⅳ级", "①②", "é"],
)
def test_letters_and_signs_of_free_text_are_printed(text: str) -> None:
    """R24"""
    assert missing_glyphs(text) == []
    form = examples.minimal_form(summary=f"甲{text}乙", awards=[{"name": text}], name=f"甲{text}")
    assert _text(printed(form)).count(re.sub(r"\s", "", text)) == 3


def test_text_pasted_from_elsewhere_is_printed_and_what_cannot_be_seen_is_not_in_it() -> None:
    """R24"""
    pasted = "\ufeff第一段\u2028第\u00ad二\u202c段\u200b\u2029第三\u2060段\u3000完\u00a0毕می\u200cر☑\ufe0f"
    form = examples.minimal_form(summary=pasted)
    assert form.summary == "第一段\n第二段\n第三段\u3000完 毕می\u200cر☑"
    text = whole_text(printed(form))
    for line in ("第一段", "第二段"):
        assert any(found == line for found in text.split("\n"))
    assert "第三段" in text
    assert not set("\ufeff\u2028\u00ad\u202c\u200b\u2060\ufe0f") & set(text)


def test_letter_typed_with_its_accent_apart_is_one_letter() -> None:
    assert "Kırşéhir" in _text(printed(examples.minimal_form(summary="Kırs\u0327e\u0301hir")))


def test_characters_of_a_font_are_those_its_glyphs_are_named_for() -> None:
    """They are read without the names, in a third of the time."""
    faces = {face for style in fonts.STYLES for family in fonts.chain(style) for face in fonts._faces(fonts.fonts(), family)}
    assert faces
    for face in faces:
        with fonts._opened(face) as font:
            assert fonts._characters(face) == set(font.getBestCmap())


def test_first_names_of_a_web_process_are_asked_by_several_threads_at_once() -> None:
    """The libraries read a font when it is first asked for it: every thread waits for that, and none meets half of it."""
    threads_at_once = 8
    for family in {family for style in fonts.STYLES for family in fonts.chain(style)}:
        for face in fonts._faces(fonts.fonts(), family):
            fonts._open(face).close()
    for cached in (fonts._open, fonts._characters, fonts._in_files, fonts._inside, fonts._alone, fonts.outline):
        cached.cache_clear()
    together, found = threading.Barrier(threads_at_once), []

    def ask() -> None:
        together.wait()
        try:
            found.append((missing_glyphs("阿依古丽ğ\U00032000"), bool(fonts.outline("州")), bool(fonts.outline("ğ"))))
        except Exception as error:
            found.append(([repr(error)], False, False))

    threads = [threading.Thread(target=ask) for _number in range(threads_at_once)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [(["\U00032000"], True, True)] * threads_at_once


@pytest.mark.parametrize("setting", ["kai", "supplementary"])
def test_a_missing_font_family_is_found_at_start_and_never_printed_in_another(settings: Any, setting: str) -> None:
    if setting == "kai":
        settings.PAPER_FONTS = settings.PAPER_FONTS | {"kai": "没有这种字体"}
    else:
        settings.PAPER_FONTS_SUPPLEMENTARY = ["没有这种字体"]
    assert fonts.missing_families() == ["没有这种字体"]
    found = [message for message in run_checks(tags=["zhicheng"]) if message.id == "zhicheng.E101"]
    assert len(found) == 1
    assert "没有这种字体" in found[0].msg
    with pytest.raises(RenderingFailed, match="unknown font family"):
        printed(examples.minimal_form())


def test_the_fonts_of_this_project_are_found() -> None:
    assert fonts.missing_families() == []
    assert [message for message in run_checks(tags=["zhicheng"]) if message.id == "zhicheng.E101"] == []


def _words_at_start(settings: Any) -> list[str]:
    settings.MODE = "production"
    return [message.msg for message in run_checks(tags=["zhicheng"]) if message.id == "zhicheng.W101"]


def test_operator_is_told_which_styles_stand_in_for_others(settings: Any) -> None:
    assert fonts.stand_ins() == ["fangsong", "kai"]
    assert _words_at_start(settings) == ["文书的仿宋、楷体没有字体，以宋体代替。"]
    settings.PAPER_FONTS = settings.PAPER_FONTS | {"kai": "Noto Serif SC"}  # whoever names it has decided it
    assert _words_at_start(settings) == ["文书的仿宋没有字体，以宋体代替。"]
    settings.PAPER_FONTS = settings.PAPER_FONTS | {"fangsong": "Noto Serif SC"}
    assert _words_at_start(settings) == []


# --- with Debian's packages -----------------------------------------------------------------------------------------


@pytest.fixture
def installed(settings: Any) -> Any:
    settings.PAPER_FONT_PACKAGES = list(map(str, capabilities.PAPER_FONTS.values()))
    return settings


@pytest.mark.paper_fonts
def test_kai_looks_like_itself_where_it_is_installed(installed: Any) -> None:
    assert fonts.missing_families() == []
    assert fonts.stand_ins() == ["fangsong"]
    assert _families(printed(examples.rich_form())) >= {"LXGWWenKai", "NotoSerifSC", "NotoSansSC"}


def _families(pdf: bytes) -> set[str]:
    names = set()
    for page in pypdf.PdfReader(_stream(pdf)).pages:
        for font in page["/Resources"]["/Font"].values():  # type: ignore[index]
            names.add(str(font.get_object()["/BaseFont"]).partition("+")[2].partition("-")[0])
    return names


@pytest.mark.paper_fonts
@pytest.mark.parametrize("character", RARE)
def test_rare_hanzi_are_printed_where_a_supplementary_font_is_installed(installed: Any, character: str) -> None:
    """R14"""
    name = f"李{character}红"
    assert missing_glyphs(name) == []
    assert name in _text(printed(examples.minimal_form(name=name, basic={"name": name})))
    assert name in _text(printed(examples.opinion(name=name)))


@pytest.mark.paper_fonts
def test_supplementary_fonts_are_those_the_settings_name(installed: Any) -> None:
    installed.PAPER_FONTS_SUPPLEMENTARY = ["HanaMinB"]
    assert missing_glyphs("\U000212fe\uf9d1") == ["\uf9d1"]  # the latter is in HanaMinA


@pytest.mark.paper_fonts
def test_what_a_supplementary_font_draws_for_private_characters_is_never_taken(installed: Any) -> None:
    private = "".join(map(chr, range(0xE000, 0xE100)))
    assert missing_glyphs(private) == list(private)
