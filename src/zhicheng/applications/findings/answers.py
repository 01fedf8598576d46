"""What the applicant wrote to findings: kept beside the sections of the draft, frozen with the submission. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from zhicheng.applications.findings.finding import Answer, Finding
from zhicheng.campaigns.notice import Notice
from zhicheng.campaigns.rules import cited

#: The key under which the draft keeps the answers, beside its sections.
KEPT_AS = "answers"
#: Characters of one answer: a sentence or two.
LONGEST = 300


@dataclass(frozen=True, slots=True)
class Told:
    """A finding with its answer, as a page shows it; ``answer`` is empty where nobody wrote one. ``source``: as a reader finds it."""

    finding: Finding
    answer: str = ""
    source: str = ""


def answers_in(contents: Mapping[str, Any]) -> list[Answer]:
    """The answers a draft or a frozen form keeps."""
    kept = contents.get(KEPT_AS)
    rows = [row for row in kept if isinstance(row, Mapping)] if isinstance(kept, list) else []
    return [Answer(str(row.get("key", "")), str(row.get("said", "")), str(row.get("answer", ""))) for row in rows]


def with_answers(findings: Iterable[Finding], answers: Iterable[Answer], notice: Notice) -> list[Told]:
    """Each finding with what was written to it. An answer whose finding is gone answers nothing any more."""
    written = {answer.key: answer.answer for answer in answers}
    return [Told(finding, written.get(finding.key, ""), cited(notice, finding.source)) for finding in findings]
