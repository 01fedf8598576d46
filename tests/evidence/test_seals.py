"""A red seal on a page is seen, and so is what stands beside a line that asks for a name."""

from __future__ import annotations

import io

import cv2
import numpy as np
import pytest
from PIL import Image, ImageDraw

from tests.support.written_papers import FILLER, pdf
from zhicheng.evidence.inspection.legibility.print import Page
from zhicheng.evidence.inspection.reading.hands import with_ink
from zhicheng.evidence.inspection.reading.lines import COLOURLESS, SEALED, UNSEALED, Line
from zhicheng.evidence.inspection.reading.read import read
from zhicheng.evidence.inspection.reading.seals import seal_of
from zhicheng.evidence.inspection.verdicts import Bounds

BOUNDS = Bounds(max_bytes=1 << 24, max_pages=20)
WIDTH, HEIGHT = 1240, 1754
PAPER, INK, RED, BLUE = (250, 246, 236), (30, 30, 34), (205, 40, 50), (30, 50, 140)


def sheet(*, paper: tuple[int, int, int] = PAPER) -> tuple[Image.Image, ImageDraw.ImageDraw]:
    """A page with lines of print."""
    image = Image.new("RGB", (WIDTH, HEIGHT), paper)
    pen = ImageDraw.Draw(image)
    for row in range(20):
        for column in range(30):
            x, y = 150 + column * 31, 200 + row * 48
            pen.rectangle((x, y, x + 20, y + 20), outline=INK, width=3)
    return image, pen


def circle(pen: ImageDraw.ImageDraw, colour: tuple[int, int, int]) -> None:
    pen.ellipse((700, 1300, 936, 1536), outline=colour, width=7)
    pen.text((760, 1380), "SEAL", fill=colour, font_size=50)


def page(image: Image.Image) -> Page:
    return Page(cv2.cvtColor(np.asarray(image), cv2.COLOR_RGB2BGR))


@pytest.mark.parametrize("pale", [0.0, 0.6])
def test_red_seal_is_seen_even_where_it_is_pale(pale: float) -> None:
    image, pen = sheet()
    colour = tuple(round(c + (p - c) * pale) for c, p in zip(RED, PAPER, strict=True))
    circle(pen, (colour[0], colour[1], colour[2]))
    assert seal_of(page(image)) == SEALED


def test_page_in_colours_without_a_seal_has_none() -> None:
    assert seal_of(page(sheet()[0])) == UNSEALED


def test_table_of_red_wood_is_no_seal() -> None:
    table = Image.new("RGB", (WIDTH + 400, HEIGHT + 400), (150, 92, 60))
    table.paste(sheet()[0], (200, 200))
    assert seal_of(page(table)) == UNSEALED


def test_without_colours_nobody_can_tell() -> None:
    assert seal_of(page(sheet(paper=(255, 255, 255))[0].convert("L").convert("RGB"))) == COLOURLESS


def test_signature_of_a_blue_pen_is_no_seal() -> None:
    image, pen = sheet()
    for turn in range(3):
        pen.arc((700 + turn * 50, 1300, 790 + turn * 50, 1400), 0, 250, fill=BLUE, width=6)
    assert seal_of(page(image)) == UNSEALED


def test_black_circle_on_a_photographed_copy_may_be_a_seal() -> None:
    image, pen = sheet()
    circle(pen, INK)
    assert seal_of(page(image)) == SEALED


def test_mark_of_a_red_pen_is_no_seal() -> None:
    image, pen = sheet()
    pen.line((300, 1400, 318, 1404), fill=RED, width=4)
    assert seal_of(page(image)) == UNSEALED


def test_drawn_text_without_any_picture_has_no_seal() -> None:
    read_page = read(pdf(("工作总结", FILLER)), "application/pdf", BOUNDS)
    assert read_page.seal == UNSEALED and not read_page.recognised


def test_ink_beside_a_line_is_measured_by_its_height() -> None:
    bare, signed, boxes = asking(None), asking((560, 1400)), asking((700, 700))
    assert bare <= 40
    assert signed > 150
    assert boxes == bare, "far away from the line"


@pytest.mark.parametrize("turned", [90, 180, 270])
def test_ink_is_found_whichever_way_the_page_lies(turned: int) -> None:
    assert asking((560, 1400), turned) > 150 and asking(None, turned) <= 40


def asking(stroke: tuple[int, int] | None, turned: int = 0) -> int:
    """How much ink stands around “签字：____” when there is a stroke at that place; ``turned`` upright by so much."""
    image = Image.new("L", (WIDTH, HEIGHT), 255)
    pen = ImageDraw.Draw(image)
    for letter in range(2):
        pen.rectangle((400 + letter * 42, 1404, 436 + letter * 42, 1438), outline=0, width=6)
    pen.line((500, 1442, 760, 1442), fill=0, width=3)
    if stroke is not None:
        x, y = stroke
        pen.line([(x, y), (x + 30, y + 36), (x + 60, y + 4), (x + 100, y + 40)], fill=0, width=6)
    left, top, right, bottom = 400, 1400, 760, 1446
    ink = np.asarray(image.point(lambda value: 255 - value))
    lying = np.rot90(ink, -turned // 90)
    line = Line("签字：____", *_box(left, top, right, bottom, turned))
    return with_ink([line], np.ascontiguousarray(lying), turned)[0].ink


def _box(left: int, top: int, right: int, bottom: int, turned: int) -> tuple[int, int, int, int]:
    x, y, to_x, to_y = left / WIDTH, top / HEIGHT, right / WIDTH, bottom / HEIGHT
    for _quarter in range(turned // 90):
        x, y, to_x, to_y = 1 - to_y, x, 1 - y, to_x
    across, down, to_across, to_down = (round(part * 1000) for part in (x, y, to_x, to_y))
    return across, down, to_across - across, to_down - down


def test_page_that_is_read_says_how_much_stands_beside_its_lines() -> None:
    image, pen = sheet()
    circle(pen, BLUE)
    out = io.BytesIO()
    image.save(out, "PNG")
    found = read(out.getvalue(), "image/png", BOUNDS)
    assert found.seal == SEALED and found.recognised
