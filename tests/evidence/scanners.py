"""What office scanners make of black and white paper: one picture a page, coded as JBIG2 (ITU-T T.88)."""

from __future__ import annotations

import io
import struct

import pikepdf
from PIL import Image, ImageOps

from tests.evidence.files import A4, picture

_PAGE_INFORMATION, _GENERIC_REGION = 48, 38  # T.88 §7.3: kinds of segments; the region is "immediate"
_MMR = 1  # the region's bits are coded as by a fax of group 4


def jbig2_pdf(pages: int = 2, *, width: int = 1240, height: int = 1754, claims: tuple[int, int] | None = None) -> bytes:
    """A scan of ``pages`` sheets of print. ``claims``: the width and height that the coded picture claims, in place of its own."""
    name = pikepdf.Name
    with pikepdf.new() as document:
        for _page in range(pages):
            page = document.add_blank_page(page_size=A4)
            scan = pikepdf.Stream(
                document,
                jbig2(picture(width, height, "L"), claims=claims),
                pikepdf.Dictionary(
                    Type=name.XObject,
                    Subtype=name.Image,
                    Width=width,
                    Height=height,
                    ColorSpace=name.DeviceGray,
                    BitsPerComponent=1,
                    Filter=name.JBIG2Decode,
                ),
            )
            page.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Im0=scan))
            page.Contents = document.make_stream(f"q {A4[0]} 0 0 {A4[1]} 0 0 cm /Im0 Do Q".encode())
        out = io.BytesIO()
        document.save(out)
        return out.getvalue()


def jbig2(image: Image.Image, *, claims: tuple[int, int] | None = None) -> bytes:
    """``image`` in black and white as the segments of one page, without the head of a file: what stands in a PDF."""
    width, height = claims or image.size
    page = struct.pack(">IIIIBH", width, height, 0, 0, 0, 0)
    region = struct.pack(">IIIIBB", width, height, 0, 0, 0, _MMR) + _as_fax(image)
    return _segment(0, _PAGE_INFORMATION, page) + _segment(1, _GENERIC_REGION, region)


def _segment(number: int, kind: int, content: bytes) -> bytes:
    return struct.pack(">IBBBI", number, kind, 0, 1, len(content)) + content


def _as_fax(image: Image.Image) -> bytes:
    """The bits of one strip in group 4, black as 1."""
    out = io.BytesIO()
    rows_per_strip, offsets, counts = 278, 273, 279
    black_is_one = ImageOps.invert(image.convert("L")).convert("1", dither=Image.Dither.NONE)
    black_is_one.save(out, "TIFF", compression="group4", tiffinfo={rows_per_strip: image.height})
    with Image.open(out) as tiff:
        (offset,), (count,) = tiff.tag_v2[offsets], tiff.tag_v2[counts]  # type: ignore[attr-defined]
    return out.getvalue()[offset : offset + count]
