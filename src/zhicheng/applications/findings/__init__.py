"""Findings (提示): what the rules notice about an application and the notice does not refuse. Pure: plain values in, findings out.

Shown to the applicant beside the field and before 上报, answered in a sentence where he likes, frozen with the submission, and
shown with its answer to every desk.
"""

from zhicheng.applications.findings.finding import Answer, Finding, Seen
from zhicheng.applications.findings.looking import findings_in
from zhicheng.applications.findings.work import refused_gaps

__all__ = ["Answer", "Finding", "Seen", "findings_in", "refused_gaps"]
