"""What is wrong with a page, and where."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from numpy.typing import NDArray

PER_PAGE = 1000
"""A place on a page is told in thousandths of its width and height, so that it fits every picture of it."""


@dataclass(frozen=True, slots=True)
class Spot:
    """One thing that is wrong. ``code`` as in ``sentences.warning_sentence``; ``box`` is left, top, width, height in thousandths of the
    page, none where it is the whole page; ``more`` are further numbers of the sentence.
    """

    code: str
    box: tuple[int, int, int, int] | None = None
    more: dict[str, int | str] = field(default_factory=dict)

    def as_warning(self, page: int) -> dict[str, int | str]:
        """As a file keeps it: plain values."""
        place = dict(zip(("left", "top", "width_of", "height_of"), self.box, strict=True)) if self.box else {}
        return {"code": self.code, "page": page, **self.more, **place}


def box_about(places: NDArray[Any], width: int, height: int) -> tuple[int, int, int, int]:
    """The box in thousandths about ``places``: rows of left, top, width, height in pixels of a page of that size."""
    left, top = places[:, 0].min(), places[:, 1].min()
    right, bottom = (places[:, 0] + places[:, 2]).max(), (places[:, 1] + places[:, 3]).max()
    across, down = PER_PAGE / width, PER_PAGE / height
    x, y = int(left * across), int(top * down)
    return x, y, max(min(int(right * across) - x, PER_PAGE - x), 1), max(min(int(bottom * down) - y, PER_PAGE - y), 1)
