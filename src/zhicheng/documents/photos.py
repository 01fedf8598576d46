"""The photograph on the review form. Uploaded bytes are opened by whoever may open them, which is no business of this room."""

from __future__ import annotations

import io
from collections.abc import Callable

from django.utils.translation import gettext as _
from PIL import Image

from zhicheng.documents.base import PaperBase
from zhicheng.documents.papers import Photo, ReviewForm
from zhicheng.foundation.errors import Problem, Refused


class PhotoBusy(Refused):
    """The photograph cannot be drawn at this moment; it can be a little later."""

    def __init__(self) -> None:
        super().__init__([Problem(_("照片正在处理，请过一会儿再打开。"), code="paper.photo_busy")])


Drawer = Callable[[str, str], bytes]
_drawers: list[Drawer] = []
_QUALITY = 88


def drawer(draw: Drawer) -> Drawer:
    """Register who makes a picture (PNG) of stored bytes, given their SHA-256 and media type. It answers nothing for what cannot be shown,
    and raises :class:`PhotoBusy` when it has to be asked again.
    """
    _drawers[:] = [draw]
    return draw


def photo_of(paper: PaperBase) -> bytes:
    """The photograph that is printed on ``paper`` as a JPEG, the same bytes every time; empty when it has none."""
    photo = paper.photo if isinstance(paper, ReviewForm) else None
    picture = _picture(photo) if photo is not None else b""
    if not picture:
        return b""
    out = io.BytesIO()
    with Image.open(io.BytesIO(picture)) as drawn:
        drawn.convert("RGB").save(out, format="JPEG", quality=_QUALITY)
    return out.getvalue()


def _picture(photo: Photo) -> bytes:
    return next((draw(photo.sha256, photo.media_type) for draw in _drawers), b"")
