"""A kept file on its way into a box of the list of materials: what stands against it, and the row. Part of an action, in its transaction."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime

from django.utils.translation import gettext as _

from zhicheng.applications.completeness import key_of
from zhicheng.applications.models import Application, Material
from zhicheng.applications.where import Where
from zhicheng.campaigns.rules import SlotRequirement
from zhicheng.evidence.actions.reading import begin_reading
from zhicheng.evidence.models import EvidenceFile, MediaType
from zhicheng.foundation import clock
from zhicheng.foundation.errors import Problem, Refused
from zhicheng.organizations.actors import Actor

# The notice's names of formats → what a file was found to be.
_MEDIA_TYPES: dict[str, str] = {"pdf": MediaType.PDF, "jpg": MediaType.JPEG, "png": MediaType.PNG}


def put(
    application: Application,
    box: SlotRequirement,
    paper: str,
    file: EvidenceFile,
    *,
    held: Iterable[Material],
    actor: Actor,
    label: str = "",
    replaces: Collection[int] = (),
) -> tuple[Material, bool]:
    """Put ``file`` into ``box`` as ``paper``, inside the caller's transaction: the material, and whether it was not there yet.

    ``held``: what lies in the boxes of the same owner. Raises :class:`Refused` with everything that stands against it.
    """
    held = list(held)
    here = [m for m in held if key_of(m) == box.key_of(paper)]
    for material in here:
        if material.file.sha256 == file.sha256:
            return material, False
    old = [m for m in here if m.pk in replaces]
    _refuse_misfit(box, paper, file, [m for m in here if m not in old], held)
    now = clock.now()
    for material in old:
        material.removed_at = now
        material.save(update_fields=["removed_at"])
    material = in_box(application, box, paper, file, at=now, actor=actor, label=label)
    material.save(force_insert=True)
    if material.reading:
        begin_reading(file=file)
    return material, True


def in_box(
    application: Application, box: SlotRequirement, paper: str, file: EvidenceFile, *, at: datetime, actor: Actor, label: str = ""
) -> Material:
    """The row that says ``file`` lies in ``box`` as ``paper`` since ``at``, not yet written."""
    return Material(
        application=application,
        slot=box.slot,
        paper=paper,
        year=box.year,
        row=box.row_id or "",
        section=box.section or "",
        label=label[:100],
        file=file,
        added_by_id=actor.account_id,
        added_at=at,
        reading=not file.is_sample and any(option.is_read for option in box.papers if option.key == paper),
    )


def misfit(file: EvidenceFile, formats: Iterable[str], label: str, *, where: str) -> Problem | None:
    """That ``file`` is none of the ``formats`` (the notice's names of them) in which ``label`` is taken; ``None`` when it is one."""
    if file.served_media_type in {_MEDIA_TYPES[name] for name in formats}:
        return None
    text = _("“{label}”只接受{formats}格式，请另存为其中一种后再上传。").format(
        label=label, formats="、".join(name.upper() for name in formats)
    )
    return Problem(text, where=where, code="wrong_format")


def _refuse_misfit(box: SlotRequirement, paper: str, file: EvidenceFile, here: list[Material], held: Iterable[Material]) -> None:
    """Raise everything that stands against ``file`` as ``paper`` of ``box``, where the files ``here`` lie already, others elsewhere.

    One scan may prove the same paper of several years or rows (a booklet); it cannot be two different papers (S-24).
    """
    where = str(Where.of_box(box))
    wrong = misfit(file, box.formats, box.caption, where=where)
    problems = [wrong] if wrong is not None else []
    if len(here) >= box.max_files:
        text = _("“{label}”最多上传{most}个文件，请先移除不需要的，或合并成一个PDF。").format(
            label=box.caption, most=box.max_files
        )
        problems.append(Problem(text, where=where, code="too_many"))
    same = (m for m in held if m.file.sha256 == file.sha256)
    other = next((m for m in same if (m.slot, m.paper) != (box.slot, paper)), None)
    if other is not None:
        text = _("这个文件已经作为另一项材料上传（{name}）。一项材料对应一个文件，请确认没有选错。").format(name=other.file.name)
        problems.append(Problem(text, where=where, code="file_in_other_slot"))
    if problems:
        raise Refused(problems)
