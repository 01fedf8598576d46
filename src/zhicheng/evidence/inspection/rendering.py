"""One page as a PNG, for the preview beside the form."""

from __future__ import annotations

import io

from PIL import Image

from zhicheng.evidence.inspection.drawing import draw_page, open_document
from zhicheng.evidence.inspection.images import open_image, orientation, shrunk, upright
from zhicheng.evidence.inspection.pdfs import readable
from zhicheng.evidence.inspection.verdicts import Bounds, Rejected

_KINDS = {"image/jpeg": "jpeg", "image/png": "png"}


def render_png(content: bytes, *, media_type: str, page: int, width: int, bounds: Bounds) -> bytes:
    """Page ``page`` (from 1) of the file as PNG bytes, at most ``width`` pixels wide and four times as tall.

    Photographs come upright (EXIF). No metadata goes out with the picture. Raises ``Rejected`` when there is no such page.
    """
    if media_type == "application/pdf":
        with open_document(readable(content)) as document:
            if not 1 <= page <= len(document):
                raise Rejected("no_such_page")
            picture = draw_page(document[page - 1], width)
    elif page == 1:
        picture = _image(content, _KINDS[media_type], width, bounds)
    else:
        raise Rejected("no_such_page")
    out = io.BytesIO()
    picture.save(out, format="PNG", compress_level=6)
    return out.getvalue()


def _image(content: bytes, kind: str, width: int, bounds: Bounds) -> Image.Image:
    with open_image(content, kind, bounds.max_pixels) as opened:
        # A JPEG can be decoded at 1/2, 1/4 or 1/8: a 50-megapixel photograph then costs no more than a small one.
        opened.draft("RGB", (width * 2, width * 2))
        opened.load()
        turned = orientation(opened)
        on_its_side = turned > 4
        picture = upright(shrunk(opened, *((4 * width, width) if on_its_side else (width, 4 * width))), turned)
        return Image.frombytes("RGB", picture.size, picture.tobytes())
