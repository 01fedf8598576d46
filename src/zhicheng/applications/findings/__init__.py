"""Findings (提示): what the rules notice about an application and the notice does not refuse.

Shown to the applicant beside the field and before 上报, answered in a sentence where he likes, frozen with the submission, and
shown with its answer to every desk. The rules are pure: plain values in, findings out.
"""

from zhicheng.applications.findings.answers import KEPT_AS, LONGEST, Told, answers_in, with_answers
from zhicheng.applications.findings.finding import Answer, Finding, Seen
from zhicheng.applications.findings.looking import findings_in
from zhicheng.applications.findings.work import refused_gaps

__all__ = [
    "KEPT_AS",
    "LONGEST",
    "Answer",
    "Finding",
    "Seen",
    "Told",
    "answers_in",
    "findings_in",
    "refused_gaps",
    "with_answers",
]
