"""What a desk wrote when it returned the application: every reason, its place, and whether something was changed there since."""

from __future__ import annotations

from dataclasses import dataclass

from zhicheng.applications.models import StatusChange


@dataclass(frozen=True, slots=True)
class Reason:
    """One thing to correct; ``where`` as in ``Problem.where``, empty for the application as a whole."""

    where: str
    code: str
    text: str

    @property
    def section(self) -> str:
        """The section it is about; empty for a material or the whole."""
        return "" if self.where.startswith("material:") else self.where.partition(".")[0]


def reasons_in(change: StatusChange | None) -> list[Reason]:
    """The reasons of one return, in the desk's order."""
    if change is None:
        return []
    return [Reason(r.get("where", ""), r.get("code", ""), r.get("text", "")) for r in change.reasons]
