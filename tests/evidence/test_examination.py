"""Every kind of file, and the sentence the person reads."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.utils import translation
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.evidence import files
from zhicheng.evidence.examination import Bounds, Examined, Unacceptable, examine, examine_confined, limits_in_force
from zhicheng.evidence.inspection.rendering import render_png
from zhicheng.evidence.sentences import megabytes, warning_sentence

LIMITS = Bounds(max_bytes=20 * 1024 * 1024, max_pages=100)


def look(content: bytes, name: str = "证书.pdf", limits: Bounds = LIMITS) -> Examined | Unacceptable:
    return examine(io.BytesIO(content), declared_name=name, limits=limits)


def refused(content: bytes, name: str = "证书.pdf", limits: Bounds = LIMITS) -> Unacceptable:
    verdict = look(content, name, limits)
    assert isinstance(verdict, Unacceptable), verdict
    assert "请" in verdict.text
    assert "%" not in verdict.text
    return verdict


def accepted(content: bytes, name: str = "证书.pdf") -> Examined:
    verdict = look(content, name)
    assert isinstance(verdict, Examined), verdict
    return verdict


# --- what is kept ---


@pytest.mark.parametrize(
    ("content", "name", "media_type", "pages"),
    [
        (files.pdf(), "证书.pdf", "application/pdf", 1),
        (files.pdf(100), "证书.pdf", "application/pdf", 100),
        (files.pdf(3, linearize=True), "证书.pdf", "application/pdf", 3),
        (files.scanned_pdf(files.jpeg(), files.jpeg()), "扫描件.pdf", "application/pdf", 2),
        (files.jpeg(), "照片.jpg", "image/jpeg", 1),
        (files.png(), "截图.png", "image/png", 1),
        (files.png(mode="L"), "截图.PNG", "image/png", 1),
        (files.png(mode="1"), "截图.png", "image/png", 1),
        (files.png(mode="P"), "截图.png", "image/png", 1),
        (files.transparent_png(), "截图.png", "image/png", 1),
        (files.jpeg(image=files.picture().convert("CMYK")), "印刷.jpg", "image/jpeg", 1),
        (files.jpeg(image=files.picture(mode="L")), "灰度.jpg", "image/jpeg", 1),
        (files.photo_of_two(), "手机.jpg", "image/jpeg", 1),
        (files.encrypted_pdf(user=""), "只限打印.pdf", "application/pdf", 1),
        (files.deep_png(), "十六位.png", "image/png", 1),
    ],
)
def test_good_file_is_accepted_without_a_word(content: bytes, name: str, media_type: str, pages: int) -> None:
    assert accepted(content, name) == Examined(media_type=media_type, pages=pages, warnings=[])


@pytest.mark.parametrize("orientation", range(2, 9))
def test_turned_photograph_is_accepted_and_nothing_is_said_of_it(orientation: int) -> None:
    verdict = accepted(files.jpeg(orientation=orientation), "照片.jpg")
    assert verdict.warnings == []


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("2023:05:22 10:30:00", "2023-05-22"),
        ("2023:02:30 10:30:00", ""),
        ("yesterday!", ""),
        ("", ""),
        ("0000:00:00 00:00:00", ""),
    ],
)
def test_the_day_a_camera_wrote_is_noted_and_nonsense_is_not(written: str, day: str) -> None:
    verdict = accepted(files.jpeg(taken=written), "照片.jpg")
    assert verdict.warnings == ([{"code": "photographed", "page": 1, "day": day}] if day else [])


@pytest.mark.parametrize("orientation", [1, 0, 9, 4711])
def test_photograph_with_a_meaningless_orientation_mark_is_just_a_photograph(orientation: int) -> None:
    assert accepted(files.jpeg(orientation=orientation), "照片.jpg").warnings == []


# --- what is only a warning ---


def test_picture_named_pdf_is_kept_as_the_picture_it_is() -> None:
    verdict = accepted(files.png(), "证书.pdf")
    assert verdict.media_type == "image/png"
    assert warning_sentence(verdict.warnings[0]) == "文件名的后缀与内容不一致，已按内容作为 PNG 文件保存。"


def test_picture_with_a_pdf_inside_is_a_picture() -> None:
    assert accepted(files.polyglot_png_pdf(), "证书.pdf").media_type == "image/png"


def test_unknown_warning_says_nothing() -> None:
    assert warning_sentence({"code": "of next year"}) == ""


# --- what lies about its type ---


@pytest.mark.parametrize(
    ("make", "part"),
    [
        (files.tiff, "请另存为 JPG 或 PNG"),
        (files.gif, "请另存为 JPG 或 PNG"),
        (files.webp, "请另存为 JPG 或 PNG"),
        (files.bmp, "请另存为 JPG 或 PNG"),
        (files.avif, "请另存为 JPG 或 PNG"),
        (files.mp4, "这是音频或视频文件"),
        (files.program, "这是程序文件，不能接收"),
        (files.svg, "这是网页或 SVG 文件"),
        (files.html, "这是网页或 SVG 文件"),
        (files.text, "这是纯文本文件"),
        (files.chinese_text_gbk, "这是纯文本文件"),
        (files.archive, "这是压缩包。请先解压"),
        (files.docx, "请在软件中选择“另存为 PDF”"),
        (files.old_doc, "请在软件中选择“另存为 PDF”"),
        (files.ofd, "这是 OFD 版式文件"),
        (lambda: b"\x01\x02\x03" * 100, "无法识别这个文件的格式"),
    ],
)
@pytest.mark.parametrize("name", ["证书.pdf", "证书.jpg", "证书.PNG"])
def test_file_that_lies_about_its_type_is_told_what_it_is(make: Callable[[], bytes], part: str, name: str) -> None:
    verdict = refused(make(), name)
    assert verdict.code == "wrong_type"
    assert verdict.text.startswith(f"文件名以 .{name[-3:].lower()} 结尾，但内容不是这种格式（改文件名不会改变格式）。")
    assert part in verdict.text


def test_honest_file_of_another_type_is_not_called_a_liar() -> None:
    assert refused(files.docx(), "总结.docx").text.startswith("这是 Word、WPS 或表格文档。")


# --- what cannot be used ---


def test_empty_file() -> None:
    verdict = refused(b"")
    assert verdict.code == "empty"
    assert verdict.text.startswith("这个文件是空的（0 字节）")


def test_file_over_the_limit_names_both_sizes() -> None:
    verdict = refused(files.pdf() + bytes(2 * 1024 * 1024), limits=Bounds(max_bytes=1024 * 1024, max_pages=100))
    assert verdict.code == "too_large"
    assert "超过每个文件 1 MB 的上限" in verdict.text


def test_file_at_the_limit_is_accepted_and_one_byte_more_is_not() -> None:
    content = files.jpeg()
    assert isinstance(look(content, "a.jpg", Bounds(max_bytes=len(content), max_pages=1)), Examined)
    assert refused(content, "a.jpg", Bounds(max_bytes=len(content) - 1, max_pages=1)).code == "too_large"


def test_200_pages() -> None:
    verdict = refused(files.pdf(200))
    assert verdict.code == "too_many_pages"
    assert verdict.text == "这个 PDF 文件有 200 页，超过每个文件 100 页的上限。请只保留需要的页面，或拆成几个文件后再上传。"


def test_page_limit_is_inclusive() -> None:
    assert isinstance(look(files.pdf(3), limits=Bounds(max_bytes=10**6, max_pages=3)), Examined)
    assert refused(files.pdf(4), limits=Bounds(max_bytes=10**6, max_pages=3)).code == "too_many_pages"


@pytest.mark.parametrize(
    ("content", "code", "part"),
    [
        (files.encrypted_pdf(), "encrypted", "设置了打开密码"),
        (files.pdf_without_pages(), "no_pages", "没有页面"),
        (files.pdf_with_broken_stream(), "damaged", "已损坏或不完整"),
        (files.pdf(dressed_with="launch"), "launch", "自动执行的动作"),
        (files.pdf(dressed_with="film"), "launch", "多媒体内容"),
        (files.pdf(dressed_with="attachment"), "attachment", "嵌入了不能接收的文件"),
        (files.pdf(dressed_with="xfa form"), "form_xfa", "动态表单"),
        (files.pdf(dressed_with="huge picture"), "too_many_pixels", "超过 8000 万像素"),
        (files.pdf(dressed_with="huge page"), "absurd_size", "1000000 × 1000000"),
        (files.png(1, 1), "too_small", "只有 1 × 1 像素"),
        (files.png(99, 3000), "too_small", "只有 99 × 3000 像素"),
        (files.png_claiming(40_000, 200), "absurd_size", "40000 × 200"),
        (files.png_claiming(50_000, 50_000), "too_many_pixels", "超过 8000 万像素"),
        (files.png_claiming(9000, 9000), "too_many_pixels", "超过 8000 万像素"),
        (files.png_claiming(2000, 2000), "damaged", "已损坏或不完整"),
        (files.animated_png(), "animated", "动态图片"),
        (files.heic(), "damaged", "已损坏或不完整"),
    ],
)
def test_unusable_file_is_refused_with_a_sentence_that_helps(content: bytes, code: str, part: str) -> None:
    verdict = refused(content)
    assert verdict.code == code
    assert part in verdict.text


@pytest.mark.parametrize("share", [0.01, 0.3, 0.5, 0.8, 0.95, 0.99])
@pytest.mark.parametrize(
    ("content", "name"),
    [(files.pdf(5), "a.pdf"), (files.scanned_pdf(files.jpeg()), "b.pdf"), (files.jpeg(), "c.jpg"), (files.png(), "d.png")],
    ids=["pdf", "scan", "jpeg", "png"],
)
def test_file_that_was_cut_is_refused(content: bytes, name: str, share: float) -> None:
    verdict = refused(content[: int(len(content) * share)], name)
    assert verdict.code in {"damaged", "wrong_type"}


def test_damage_is_named_before_anything_that_was_only_pieced_together() -> None:
    whole = files.pdf(200)
    assert refused(whole[: whole.rindex(b"xref")]).code == "damaged"


@pytest.mark.parametrize("missing", [3, 8, 40])
@pytest.mark.parametrize("how", [{}, {"progressive": True}, {"restart_marker_rows": 1}, {"restart_marker_blocks": 1}], ids=str)
def test_picture_that_lacks_its_last_rows_is_refused(how: dict[str, Any], missing: int) -> None:
    assert refused(files.jpeg(**how)[:-missing], "c.jpg").code == "damaged"
    assert refused(files.png()[: -12 - missing], "d.png").code == "damaged"


@pytest.mark.parametrize("how", [{}, {"progressive": True}, {"restart_marker_rows": 1}], ids=str)
def test_whole_picture_without_the_mark_of_its_end_is_accepted_as_repaired(how: dict[str, Any]) -> None:
    jpeg, png = files.jpeg(**how), files.png()
    found = [
        (jpeg[:-2], "c.jpg"),
        (jpeg[:-1], "c.jpg"),
        (jpeg[:-2] + bytes(64), "c.jpg"),
        (png[:-12], "d.png"),
        (png[:-5], "d.png"),
    ]
    for content, name in found:
        verdict = accepted(content, name)
        assert {w["code"] for w in verdict.warnings} <= {"repaired"}
        shown = render_png(content, media_type=verdict.media_type, page=1, width=160, bounds=LIMITS)
        whole = render_png(jpeg if name == "c.jpg" else png, media_type=verdict.media_type, page=1, width=160, bounds=LIMITS)
        assert shown == whole
    assert [w["code"] for w in accepted(jpeg[:-2], "c.jpg").warnings] == ["repaired"]
    assert [w["code"] for w in accepted(png[:-12], "d.png").warnings] == ["repaired"]


def test_path_is_as_good_as_an_open_file(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_bytes(files.pdf(2))
    assert examine(path, declared_name="x.pdf", limits=LIMITS) == examine(str(path), declared_name="x.pdf", limits=LIMITS)


def test_limits_come_from_the_settings(settings) -> None:  # type: ignore[no-untyped-def]
    settings.UPLOAD_LIMIT_BYTES, settings.UPLOAD_PAGE_LIMIT = 123, 45
    assert limits_in_force() == Bounds(max_bytes=123, max_pages=45)


def test_size_over_the_limit_is_never_rounded_down_to_it() -> None:
    assert megabytes(20 * 1024 * 1024) == "20"
    assert megabytes(20 * 1024 * 1024 + 1) == "20.1"
    assert megabytes(1) == "0.1"


def test_sentence_of_every_code_can_be_translated_and_filled() -> None:
    with translation.override("en"):
        assert refused_in_english(files.pdf(200))


def refused_in_english(content: bytes) -> str:
    verdict = look(content)
    assert isinstance(verdict, Unacceptable)
    return verdict.text


# --- whatever comes ---

_WHOLE = [files.pdf(2), files.scanned_pdf(files.jpeg(200, 280)), files.jpeg(200, 280), files.png(200, 280)]
_PREFIXES = [b"", b"%PDF-1.7\n", b"\xff\xd8\xff\xe0", b"\x89PNG\r\n\x1a\n", b"PK\x03\x04", b"<svg", b"\x00\x00\x00\x18ftyp"]


def _is_a_verdict(content: bytes, name: str) -> None:
    verdict = examine_confined(io.BytesIO(content), declared_name=name, limits=LIMITS)
    assert isinstance(verdict, (Examined, Unacceptable))
    if isinstance(verdict, Unacceptable):
        assert "请" in verdict.text
        assert verdict.code != "busy"
    else:
        assert verdict.pages >= 1


@settings(max_examples=150)
@given(st.sampled_from(_PREFIXES), st.binary(max_size=2000), st.text(max_size=30))
def test_random_bytes_always_get_a_verdict(prefix: bytes, rest: bytes, name: str) -> None:
    _is_a_verdict(prefix + rest, name)


@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_good_file_with_any_bytes_changed_always_gets_a_verdict(data: st.DataObject) -> None:
    whole = bytearray(data.draw(st.sampled_from(_WHOLE)))
    for _ in range(data.draw(st.integers(1, 12))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    _is_a_verdict(bytes(whole), "证书.pdf")
