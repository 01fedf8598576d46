"""What the database refuses to change: a frozen submission and the history (house, decisions 1 and 3)."""

from __future__ import annotations

from zhicheng.foundation.triggers import guard

GUARDED = (
    guard("applications_submission", "UPDATE", "DELETE", sentence="a submission is append-only"),
    guard("applications_statuschange", "UPDATE", "DELETE", sentence="the history of an application is append-only"),
)
