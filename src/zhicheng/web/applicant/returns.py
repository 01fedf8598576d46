"""What a desk wrote when it returned the application: every reason, its place, and whether something was changed there since."""

from __future__ import annotations

from dataclasses import dataclass

from zhicheng.applications.models import Application, StatusChange
from zhicheng.applications.queries import last_return


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


def reasons_of(application: Application, section: str) -> list[Reason]:
    """The reasons of the return the applicant is working on that are about one section. One query at most."""
    return [r for r in reasons_in(last_return(application)) if r.section == section]
