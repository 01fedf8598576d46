"""What was read of a file, judged at every place that waits for it: which paper the notice asks for there, of whom, of which year."""

from __future__ import annotations

from typing import Any

from zhicheng.applications.casefile import CaseFile
from zhicheng.applications.models import Material
from zhicheng.campaigns.notice import Reads
from zhicheng.campaigns.rules.reading import ABSENT, Expected, judge
from zhicheng.evidence.actions.reading import begin_reading
from zhicheng.evidence.inspection.verdicts import GREY, ILLEGIBLE, LONG, UNREAD
from zhicheng.evidence.models import EvidenceFile
from zhicheng.evidence.reading import Read, Unread, when_read
from zhicheng.foundation import clock

Warned = dict[str, Any]


@when_read
def judge_materials(file: EvidenceFile, outcome: Read | Unread) -> None:
    """Write down at each place of the file what its text shows there. The text itself is kept nowhere."""
    waiting = Material.objects.filter(file=file, reading=True).select_related("application__campaign_version")
    for material in waiting.order_by("pk"):
        found = _found(material, outcome)
        others = _beside(material)
        if others:  # of a paper in several files, another one may show what is missing here
            found = _there(found)
            for other in others:
                if (kept := _there(other.noticed)) != other.noticed:
                    Material.objects.filter(pk=other.pk).update(noticed=kept)
        same = found == material.noticed and material.noticed_at is not None  # then who confirmed it need not do so again
        at = material.noticed_at if same else clock.now()
        Material.objects.filter(pk=material.pk).update(reading=False, noticed=found, noticed_at=at)


def read_again_beside(material: Material) -> None:
    """After a file was taken out: the one that is left of its paper has to show everything itself. Part of the caller's transaction."""
    left = _beside(material)
    if len(left) == 1 and left[0].noticed_at is not None:
        Material.objects.filter(pk=left[0].pk).update(reading=True)
        begin_reading(file=left[0].file)


def read_again_for_names(case: CaseFile) -> None:
    """After a name or the identity number was changed: what lies in the case and has to name the person is judged anew. Part of the caller's
    transaction.
    """
    here = Material.objects.filter(application=case.application, removed_at__isnull=True, file__is_sample=False)
    for material in here.select_related("file").order_by("file_id", "pk"):
        reads = _reads(case, material)
        if reads is not None and reads.names_person:
            begin_reading(file=material.file)
            Material.objects.filter(pk=material.pk).update(reading=True)


def _found(material: Material, outcome: Read | Unread) -> list[Warned]:
    if isinstance(outcome, Unread):
        return [_unread(outcome.why)]
    case = CaseFile(material.application)
    reads = _reads(case, material)
    if reads is None:  # a newer version of the notice reads nothing there
        return []
    basic = case.contents.get("basic") or {}
    expected = Expected(
        names=tuple(str(basic.get(key) or "") for key in ("name", "former_name")),
        id_number=str(basic.get("id_number") or ""),
        year=material.year,
        today=clock.today(),
    )
    judged = judge(reads, outcome.pages, expected, whole=outcome.whole)
    found = [noticed.as_warning() for noticed in judged.noticed]
    if not found and not judged.is_clear:
        found.append(_unread(ILLEGIBLE if outcome.whole else LONG))
    if judged.colourless:
        found.append({**_unread(GREY), ABSENT: 1})
    return found


def _reads(case: CaseFile, material: Material) -> Reads | None:
    slot = case.notice.slot(material.slot)
    return next((paper.reads for paper in slot.papers if paper.key == material.paper), None) if slot is not None else None


def _beside(material: Material) -> list[Material]:
    """The other files of the same paper at the same place."""
    keys = {key: getattr(material, key) for key in ("application_id", "slot", "paper", "year", "row")}
    here = Material.objects.filter(**keys, removed_at__isnull=True).exclude(pk=material.pk)
    return list(here.select_related("file").order_by("pk"))


def _there(found: list[Warned]) -> list[Warned]:
    return [warning for warning in found if ABSENT not in warning]


def _unread(why: str) -> Warned:
    return {"code": UNREAD, "page": 1, "why": why}
