"""Putting files into their slots and taking them out (S-47…S-63)."""

from __future__ import annotations

from django.utils.translation import gettext as _

from zhicheng.applications.actions.draft import lock_open, touch
from zhicheng.applications.casefile import CaseFile
from zhicheng.applications.models import Material
from zhicheng.applications.where import Where
from zhicheng.campaigns.rules import SlotRequirement, box_for
from zhicheng.evidence.models import EvidenceFile, MediaType
from zhicheng.foundation import clock
from zhicheng.foundation.errors import Problem, Refused
from zhicheng.foundation.transactions import one_transaction
from zhicheng.organizations.actors import Actor

# The notice's names of formats → what a file was found to be.
_MEDIA_TYPES: dict[str, str] = {"pdf": MediaType.PDF, "jpg": MediaType.JPEG, "png": MediaType.PNG}


@one_transaction
def add_material(
    *,
    actor: Actor,
    application_id: int,
    file_id: int,
    slot: str,
    paper: str,
    year: int | None = None,
    row: str = "",
    label: str = "",
    replaces: int = 0,
) -> Material:
    """Put a kept file (``evidence.actions.taking``) into a slot of the applicant's; ``replaces`` names the material of the
    same place it takes the place of, which is taken out with it.

    The same file twice in one place is taken as a double click: the first material is given back. Raises :class:`Refused`:
    ``not_found`` (application or file not the actor's), ``not_open``, ``no_such_slot`` (also a sixth year, S-59),
    ``wrong_format`` (a kind of file the slot does not take), ``too_many`` (more than the slot takes), ``file_in_other_slot`` (the same file is another paper already, S-24).
    """
    case = lock_open(application_id, actor)
    file = EvidenceFile.objects.filter(pk=file_id, uploaded_by_id=actor.user_id).first()
    if file is None:
        raise Refused.one(_("没有找到这个文件，请重新上传。"), where=str(Where(slot=slot)), code="not_found")
    box = _box(case, slot, paper, year, row)
    here = [m for m in case.materials if (m.slot, m.paper, m.year, m.row) == (slot, paper, year, row)]
    for material in here:
        if material.file.sha256 == file.sha256:
            return material
    old = next((m for m in here if m.pk == replaces), None)
    _refuse_misfit(case, box, paper, file, [m for m in here if m is not old])
    now = clock.now()
    if old is not None:
        old.removed_at = now
        old.save(update_fields=["removed_at"])
    material = Material.objects.create(
        application=case.application,
        slot=slot,
        paper=paper,
        year=year,
        row=row,
        section=box.section or "",
        label=label[:100],
        file=file,
        added_by_id=actor.account_id,
        added_at=now,
    )
    touch(case.application, now)
    return material


def _refuse_misfit(case: CaseFile, box: SlotRequirement, paper: str, file: EvidenceFile, here: list[Material]) -> None:
    """Raise everything that stands against ``file`` as ``paper`` of ``box``, where the files ``here`` lie already.

    One scan may prove the same paper of several years or rows (a booklet); it cannot be two different papers (S-24).
    """
    where, problems = str(Where.of_box(box)), []
    if file.media_type not in {_MEDIA_TYPES[name] for name in box.formats}:
        text = _("“{label}”只接受{formats}格式，请另存为其中一种后再上传。").format(
            label=box.caption, formats="、".join(name.upper() for name in box.formats)
        )
        problems.append(Problem(text, where=where, code="wrong_format"))
    if len(here) >= box.max_files:
        text = _("“{label}”最多上传{most}个文件，请先移除不需要的，或合并成一个PDF。").format(
            label=box.caption, most=box.max_files
        )
        problems.append(Problem(text, where=where, code="too_many"))
    same = (m for m in case.materials if m.file.sha256 == file.sha256)
    other = next((m for m in same if (m.slot, m.paper) != (box.slot, paper)), None)
    if other is not None:
        text = _("这个文件已经作为另一项材料上传（{name}）。一项材料对应一个文件，请确认没有选错。").format(name=other.file.name)
        problems.append(Problem(text, where=where, code="file_in_other_slot"))
    if problems:
        raise Refused(problems)


def _box(case: CaseFile, slot: str, paper: str, year: int | None, row: str) -> SlotRequirement:
    box = box_for(case.requirements, slot, year, row or None)
    if box is None or not box.upload or box.owner != "applicant" or paper not in {p.key for p in box.papers}:
        raise Refused.one(
            _("这项材料不需要上传，或已不在清单中。请刷新页面查看最新的材料清单。"),
            where=str(Where(slot=slot)),
            code="no_such_slot",
        )
    return box


@one_transaction
def remove_material(*, actor: Actor, application_id: int, material_id: int) -> Material:
    """Take a file out of its slot. It stays stored and in the history. Twice is the same as once."""
    application = lock_open(application_id, actor).application
    material = Material.objects.select_related("file").filter(pk=material_id, application=application).first()
    if material is None:
        raise Refused.one(_("没有找到这项材料。"), code="not_found")
    material.application = application
    if material.removed_at is None:
        material.removed_at = clock.now()
        material.save(update_fields=["removed_at"])
        touch(application, material.removed_at)
    return material
