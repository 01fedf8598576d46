"""Reads about kept files. Who may see a file is decided by the room that refers to it."""

from __future__ import annotations

from zhicheng.evidence.models import EvidenceFile
from zhicheng.evidence.sentences import warning_sentence


def describe_warnings(evidence_file: EvidenceFile) -> list[str]:
    """The findings about legibility as sentences in the active language, in page order; empty when nothing was found."""
    return [sentence for warning in evidence_file.warnings if (sentence := warning_sentence(warning))]
