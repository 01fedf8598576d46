"""Which papers a file of the library may be: what the newest notice asks for beside facts of that kind (S-63)."""

from __future__ import annotations

from zhicheng.campaigns.queries import published_campaigns
from zhicheng.campaigns.rules import evidence_slots


def papers_of(kind: str) -> list[tuple[str, str]]:
    """(``slot.paper``, what it is called), of the newest notice; empty while none is published."""
    newest = next(iter(published_campaigns()), None)
    if newest is None:
        return []
    slots = evidence_slots(newest.notice, kind)
    return [(f"{slot.key}.{paper.key}", str(paper.label)) for slot in slots if slot.upload for paper in slot.papers]


def read_paper(kind: str, value: str) -> tuple[str, str]:
    """Slot and paper of a value of :func:`papers_of`; empty for anything else."""
    if value not in {known for known, _label in papers_of(kind)}:
        return "", ""
    slot, _dot, paper = value.partition(".")
    return slot, paper
