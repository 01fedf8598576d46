"""One thing that a text shows, as a file keeps it."""

from __future__ import annotations

from dataclasses import dataclass, field

from zhicheng.evidence.inspection.reading.lines import Line


@dataclass(frozen=True, slots=True)
class Noticed:
    """``code`` and ``more`` as in ``evidence.sentences``; ``line`` is where it stands, none where something is missing."""

    code: str
    page: int
    line: Line | None = None
    more: dict[str, int | str] = field(default_factory=dict)

    def as_warning(self) -> dict[str, int | str]:
        """As a file keeps it: plain values, the place in thousandths of the page."""
        line = self.line
        place = {"left": line.left, "top": line.top, "width_of": line.width, "height_of": line.height} if line else {}
        return {"code": self.code, "page": self.page, **self.more, **place}
