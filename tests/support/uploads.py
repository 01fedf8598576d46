"""An upload from its arrival to its outcome, without a page: taken in, examined here, kept or refused."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.test import TestCase

from zhicheng.applications.models import Material
from zhicheng.evidence.actions import examine_due, take_file, take_mended
from zhicheng.evidence.models import EvidenceFile
from zhicheng.evidence.queries import said_against
from zhicheng.evidence.rules import Repair
from zhicheng.foundation.errors import Refused
from zhicheng.organizations.actors import Actor


def keep_file(*, upload: Any, actor_id: int | None, where: str = "", **more: Any) -> EvidenceFile:
    """The kept file; raises ``Refused`` as a page that waits for the outcome does."""
    row = take_file(upload=upload, actor_id=actor_id, where=where, **more)
    with TestCase.captureOnCommitCallbacks(execute=True):  # what was held goes once the outcome is committed
        examine_due()
    row.refresh_from_db()
    if row.file is None:
        raise Refused.one(said_against(row), where=row.where, code=row.problem_code)
    return row.file


def mended(actor: Actor, material: Material, repairs: Sequence[Repair] = ((1, 90, False, False),)) -> Material:
    """The material in whose place ``material`` was mended, as the button does it."""
    payload = {"application": material.application_id, "slot": material.slot, "paper": material.paper, "year": material.year}
    row = take_mended(
        actor_id=actor.account_id or 0,
        file=material.file,
        repairs=repairs,
        purpose="material",
        payload=payload | {"row": material.row, "replaces": material.pk},
    )
    with TestCase.captureOnCommitCallbacks(execute=True):
        examine_due()
    row.refresh_from_db()
    return Material.objects.select_related("file__original").get(pk=row.result["material"])
