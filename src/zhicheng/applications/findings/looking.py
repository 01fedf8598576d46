"""All findings of one form, in the order of the form; what is only a note stands last."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from zhicheng.applications.findings import person, title, work, works, years
from zhicheng.applications.findings.finding import Finding, Seen
from zhicheng.applications.sections import SECTIONS

Look = Callable[[Seen], Iterable[Finding]]

LOOKS: tuple[Look, ...] = (*person.LOOKS, *title.LOOKS, *work.LOOKS, *years.LOOKS, *works.LOOKS)
_ORDER = {section.key: number for number, section in enumerate(SECTIONS)}


def findings_in(seen: Seen) -> list[Finding]:
    """Everything the rules notice about the form, each thing once a place, in the order of the form, notes last."""
    found: dict[str, Finding] = {}
    for look in LOOKS:
        for finding in look(seen):
            known = found.get(finding.key)
            found[finding.key] = finding if known is None else replace(known, text=f"{known.text}{finding.text}")
    return sorted(found.values(), key=lambda finding: (finding.is_note, _ORDER.get(finding.where.section, len(_ORDER))))
