"""Scans of signed sheets as the examination leaves them, and as they are once their codes were read, without paper and without a page."""

from __future__ import annotations

from django.db import transaction

from tests.support import world as w
from zhicheng.applications.casefile import CaseFile
from zhicheng.applications.models import Application
from zhicheng.applications.scan_rules import Fate, Mark
from zhicheng.applications.scans import new_batch, scan_place
from zhicheng.applications.sheets import COMMITMENT, code_text, sheet_paper, version_of
from zhicheng.evidence.models import Intake, IntakeState, Lane
from zhicheng.foundation import clock


def brought_scan(application: Application) -> Intake:
    """A scan of one page that was examined and is still to be read."""
    file = w.evidence(application.applicant_id, new_batch())
    at = clock.machine_now()
    with transaction.atomic():
        return Intake.objects.create(
            held=file.sha256[:32],
            sha256=file.sha256,
            size=file.size,
            name=file.name,
            language="zh-hans",
            lane=Lane.PEOPLE,
            brought_by_id=application.applicant_id,
            state=IntakeState.KEPT,
            file=file,
            due_at=at,
            arrived_at=at,
            ended_at=at,
            told=True,
            **scan_place(application.pk, batch=new_batch(), files=1),
        )


def read_scan(application: Application) -> Intake:
    """The same once it was read, and no code was found."""
    row = brought_scan(application)
    row.result = {"entries": [_without_a_code(row)]}
    row.save(update_fields=["result"])
    return row


def _without_a_code(row: Intake) -> dict[str, object]:
    return {"fate": str(Fate.NO_CODE), "leaves": [[row.pk, 1, 0]], "sheet": "", "missing": [], "number": ""}


def commitment_code(application: Application) -> str:
    """What the code on the application's T4 says, as it would be printed now."""
    version = version_of(sheet_paper(CaseFile(application), COMMITMENT)[1])
    return code_text(Mark(application.pk, COMMITMENT, version, 1, 1))
