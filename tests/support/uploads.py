"""An upload from its arrival to its outcome, without a page: taken in, examined here, kept or refused."""

from __future__ import annotations

from typing import Any

from django.test import TestCase

from zhicheng.evidence.actions import examine_due, take_file
from zhicheng.evidence.models import EvidenceFile
from zhicheng.evidence.queries import said_against
from zhicheng.foundation.errors import Refused


def keep_file(*, upload: Any, actor_id: int | None, where: str = "", **more: Any) -> EvidenceFile:
    """The kept file; raises ``Refused`` as a page that waits for the outcome does."""
    row = take_file(upload=upload, actor_id=actor_id, where=where, **more)
    with TestCase.captureOnCommitCallbacks(execute=True):  # what was held goes once the outcome is committed
        examine_due()
    row.refresh_from_db()
    if row.file is None:
        raise Refused.one(said_against(row), where=row.where, code=row.problem_code)
    return row.file
