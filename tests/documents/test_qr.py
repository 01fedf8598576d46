"""The QR code of a paper, read as a scanner reads it."""

from __future__ import annotations

import io
import random

import pypdfium2
import pytest
import zxingcpp
from PIL import Image, ImageFilter

from tests.documents import examples
from tests.documents.reading import MM, printed
from zhicheng.documents.base import PaperBase
from zhicheng.documents.scanning import Scanned, scan_address, scanned

DPI = 100
CODE = "7KQ2MXW9RT34CDEF7KQ2MXW9RT34"
PAPERS = [examples.minimal_form(), examples.notice(), examples.result(), examples.opinion(), examples.commitment()]


def _page(pdf: bytes, dpi: int) -> Image.Image:
    with pypdfium2.PdfDocument(pdf) as document:
        picture: Image.Image = document[0].render(scale=dpi / 72).to_pil().convert("L")
    return picture


@pytest.mark.parametrize("paper", PAPERS, ids=lambda paper: str(paper.kind))
def test_code_of_every_paper_is_read_at_100_dpi(paper: PaperBase, settings: object) -> None:
    settings.SITE_ADDRESS = "https://zhicheng.renshe.boertala.example.gov.cn"  # type: ignore[attr-defined]
    address = scan_address("PS2023-000123", CODE)
    picture = _page(printed(paper, verification_url=address), DPI)
    assert [found.text for found in zxingcpp.read_barcodes(picture)] == [address]


def test_both_codes_of_a_posted_notice_are_read_and_it_stays_on_its_page() -> None:
    link = f"HTTPS://BOZXT.EXAMPLE.CN/P/{CODE}"
    pdf = printed(examples.notice(link=link, ledger_head="台账校验点：第12345条，" + "a1b2" * 32))
    with pypdfium2.PdfDocument(pdf) as document:
        assert len(document) == 1
    found = {found.text for found in zxingcpp.read_barcodes(_page(pdf, DPI))}
    assert found == {link, examples.marks().verification_url}


def test_code_is_read_from_a_poor_scan_of_100_dpi() -> None:
    """Slightly turned, blurred and compressed, as a feeder does it."""
    pdf = printed(PAPERS[0], verification_url=examples.marks().verification_url)
    whole = _page(pdf, 300)
    foot = whole.crop((whole.width // 2, round(whole.height * 0.85), whole.width, whole.height))
    chance = random.Random(1)
    for _attempt in range(8):
        turned = foot.rotate(chance.uniform(-1.5, 1.5), fillcolor=255, resample=Image.Resampling.BICUBIC)
        size = (turned.width * DPI // 300, turned.height * DPI // 300)
        scan = turned.filter(ImageFilter.GaussianBlur(1.25)).resize(size, Image.Resampling.BOX)
        file = io.BytesIO()
        scan.save(file, "JPEG", quality=60)
        assert [found.text for found in zxingcpp.read_barcodes(Image.open(file))] == [examples.marks().verification_url]


def test_code_keeps_away_from_the_edge_that_a_printer_leaves_white() -> None:
    pdf = printed(PAPERS[0])
    with pypdfium2.PdfDocument(pdf) as document:
        height = document[0].get_height()
    found = zxingcpp.read_barcodes(_page(pdf, 300))[0].position
    bottom = max(found.bottom_left.y, found.bottom_right.y) / 300 * 72
    assert height - bottom > 5 * MM


def test_address_leads_a_scanner_to_both_values(settings: object) -> None:
    settings.SITE_ADDRESS = "https://zc.example.cn/"  # type: ignore[attr-defined]
    assert scan_address("PS2023-000123", CODE) == f"HTTPS://ZC.EXAMPLE.CN/V/PS2023-000123/{CODE}"
    settings.SITE_ADDRESS = "https://example.cn/zhicheng"  # type: ignore[attr-defined]
    assert scan_address("PS2023-000123", CODE) == f"HTTPS://EXAMPLE.CN/zhicheng/V/PS2023-000123/{CODE}"
    assert scanned(f" {scan_address('PS2023-000123', CODE)}\n") == Scanned("PS2023-000123", CODE)


def test_codes_of_papers_of_before_are_read_still() -> None:
    old = "https://zc.example.cn/verify/?serial=PS2023-000123&code=7KQ2MXW9RT"
    assert scanned(old) == Scanned("PS2023-000123", "7KQ2MXW9RT")
