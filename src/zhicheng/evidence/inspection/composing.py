"""Pages of several files as one PDF: in another order, turned, some left out. What is read was examined before; it is still read in the cell alone."""

from __future__ import annotations

import io
import zlib
from collections.abc import Sequence

import pikepdf
from PIL import Image, ImageOps

from zhicheng.evidence.inspection.verdicts import Bounds, Rejected

Source = tuple[int, int, str]
"""Where a file begins among the bytes of all of them, how many it has, and what it is (a media type)."""
Leaf = tuple[int, int, int]
"""One page of the result: of which source, which page of it (from 1), turned by how many degrees clockwise."""
_A4 = (595.276, 841.890)  # points
_TURNED = {1: 0, 3: 180, 6: 90, 8: 270}  # what a camera's mark means, in degrees
_QUALITY = 92


def compose(content: bytes, sources: Sequence[Source], leaves: Sequence[Leaf], bounds: Bounds) -> bytes:
    """The PDF of these pages. ``content``: the bytes of all sources, one behind the other.

    A photograph in JPEG stays as it was taken, to the byte; the pages of a PDF stay what they are. Raises ``Rejected``: ``no_such_page`` for
    one that its file does not have, ``too_many_pages``, ``too_large``.
    """
    if len(leaves) > bounds.max_pages:
        raise Rejected("too_many_pages", pages=len(leaves))
    parts = [content[begin : begin + size] for begin, size, _kind in sources]
    opened: dict[int, pikepdf.Pdf] = {}
    Image.MAX_IMAGE_PIXELS = bounds.max_pixels
    with pikepdf.new() as made:
        for number, page, turn in leaves:
            if sources[number][2] == "application/pdf":
                if number not in opened:
                    opened[number] = pikepdf.open(io.BytesIO(parts[number]))
                _copy(made, opened[number], page)
            elif page == 1:
                _picture(made, parts[number])
            else:
                raise Rejected("no_such_page", page=page)
            made.pages[-1].rotate(turn, relative=True)
        made.remove_unreferenced_resources()
        out = io.BytesIO()
        made.save(out, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    if out.tell() > bounds.max_bytes:
        raise Rejected("too_large", size=out.tell())
    return out.getvalue()


def _copy(made: pikepdf.Pdf, source: pikepdf.Pdf, page: int) -> None:
    if not 1 <= page <= len(source.pages):
        raise Rejected("no_such_page", page=page)
    made.pages.append(source.pages[page - 1])


def _picture(made: pikepdf.Pdf, content: bytes) -> None:
    """A page of the picture's own shape, as large as fits on a sheet of A4."""
    with Image.open(io.BytesIO(content)) as picture:
        width, height = picture.size
        mark = int(picture.getexif().get(0x0112, 1))
        plain = picture.format == "JPEG" and picture.mode in {"RGB", "L"} and mark in _TURNED
        if plain:
            image, turn = _stream(made, content, width, height, picture.mode, "/DCTDecode"), _TURNED[mark]
        else:
            upright = ImageOps.exif_transpose(picture)
            image, turn = _drawn(made, upright), 0
            width, height = upright.size
    short, long = _A4
    across, down = (short, long) if width <= height else (long, short)
    scale = min(across / width, down / height)
    across, down = width * scale, height * scale
    made.add_blank_page(page_size=(across, down))
    page = made.pages[-1]
    page.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Scan=image))
    page.Contents = made.make_stream(f"q {across:.3f} 0 0 {down:.3f} 0 0 cm /Scan Do Q".encode())
    page.rotate(turn, relative=True)


def _drawn(made: pikepdf.Pdf, picture: Image.Image) -> pikepdf.Object:
    """A picture that cannot stay as it is: black and grey without loss, colours as a JPEG on white paper."""
    width, height = picture.size
    if picture.mode in {"1", "L"}:
        grey = picture.convert("L")
        return _stream(made, zlib.compress(grey.tobytes(), 6), width, height, "L", "/FlateDecode")
    paper = Image.new("RGB", picture.size, "white")
    seen = picture.convert("RGBA")
    paper.paste(seen, mask=seen.getchannel("A"))
    jpeg = io.BytesIO()
    paper.save(jpeg, "JPEG", quality=_QUALITY, subsampling=0)
    return _stream(made, jpeg.getvalue(), width, height, "RGB", "/DCTDecode")


def _stream(made: pikepdf.Pdf, data: bytes, width: int, height: int, mode: str, how: str) -> pikepdf.Object:
    stream = pikepdf.Stream(made, data)
    stream.Type, stream.Subtype = pikepdf.Name.XObject, pikepdf.Name.Image
    stream.Width, stream.Height, stream.BitsPerComponent = width, height, 8
    stream.ColorSpace = pikepdf.Name.DeviceGray if mode == "L" else pikepdf.Name.DeviceRGB
    stream.Filter = pikepdf.Name(how)
    return stream
