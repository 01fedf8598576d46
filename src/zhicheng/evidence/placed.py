"""A place that holds a file, as whoever says something of the file takes it (``queries.Examined``)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from zhicheng.evidence.models import EvidenceFile


class OfAFile:
    """Adds to a row with a ``file`` and with what was ``noticed`` about it there."""

    file: EvidenceFile
    noticed: list[dict[str, Any]]

    @property
    def warnings(self) -> list[dict[str, Any]]:
        """What was found about the file, and what about the file at this place."""
        return [*self.file.warnings, *self.noticed]

    @property
    def safe_sha256(self) -> str | None:
        """The hash of the copy that is shown in its stead."""
        return self.file.safe_sha256

    @property
    def checking(self) -> bool:
        """Whether its pages are still to be looked at."""
        return self.file.checking
