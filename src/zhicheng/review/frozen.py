"""What the database refuses to change: a decision, and a paper dossier as it was found (house, decision 7)."""

from __future__ import annotations

from zhicheng.foundation.triggers import protect

PROTECTED = (
    protect("review_decision", "UPDATE", "DELETE", sentence="a decision is append-only"),
    protect("review_paperdossier", "UPDATE", "DELETE", sentence="a recorded paper dossier is append-only"),
)
