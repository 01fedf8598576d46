"""Putting files into their slots and taking them out (S-47…S-63)."""

from __future__ import annotations

from collections.abc import Collection

from django.utils.translation import gettext as _

from zhicheng.applications.actions.draft import lock_open, touch
from zhicheng.applications.casefile import CaseFile
from zhicheng.applications.completeness import key_of
from zhicheng.applications.models import Material
from zhicheng.applications.putting import put
from zhicheng.applications.read_papers import read_again_beside
from zhicheng.applications.where import Where
from zhicheng.campaigns.rules import SlotRequirement, box_for
from zhicheng.evidence.models import EvidenceFile
from zhicheng.foundation import clock
from zhicheng.foundation.errors import Refused
from zhicheng.foundation.transactions import one_transaction
from zhicheng.organizations.actors import Actor


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
    replaces: int | Collection[int] = 0,
    only_in_stead: bool = False,
) -> Material:
    """Put a kept file (``evidence.actions.taking``) into a slot of the applicant's; ``replaces`` names the material, or the materials, of
    the same place it takes the place of, which are taken out with it. ``only_in_stead``: it was made of those, and is put nowhere when one
    of them lies there no more.

    The same file twice in one place is taken as a double click: the first material is given back. Raises :class:`Refused`:
    ``not_found`` (application or file not the actor's, or what it was made of is gone), ``not_open``, ``no_such_slot`` (also a sixth year, S-59),
    ``wrong_format`` (a kind of file the slot does not take), ``too_many`` (more than the slot takes), ``file_in_other_slot`` (the same file is another paper already, S-24).
    """
    case = lock_open(application_id, actor)
    file = EvidenceFile.objects.filter(pk=file_id, uploaded_by_id=actor.user_id).first()
    if file is None:
        raise Refused.one(_("没有找到这个文件，请重新上传。"), where=str(Where(slot=slot)), code="not_found")
    box = _box(case, slot, paper, year, row)
    replaces = [replaces] if isinstance(replaces, int) else replaces
    if only_in_stead and not set(replaces) <= {m.pk for m in case.materials if key_of(m) == box.key_of(paper)}:
        text = _("原来的文件已移除或更换，没有处理。")
        raise Refused.one(text, where=str(Where.of_box(box, paper)), code="not_found")
    material, is_new = put(case.application, box, paper, file, held=case.materials, actor=actor, label=label, replaces=replaces)
    if is_new:
        touch(case.application, material.added_at)
    return material


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
def restore_original(*, actor: Actor, application_id: int, material_id: int) -> Material:
    """恢复原件: put the file as it was brought in the place of what was made of it here. Twice is the same as once: of a file that was taken out
    in favour of its original that one is given back. Raises :class:`Refused`: ``not_found``, ``not_open``, and what ``add_material`` does.
    """
    case = lock_open(application_id, actor)
    rows = Material.objects.select_related("file__original").filter(application=case.application, added_by_id=actor.account_id)
    material = rows.filter(pk=material_id).first()
    if material is None or material.file.original is None:
        raise Refused.one(_("没有找到这个文件的原件，请刷新页面。"), code="not_found")
    if material.removed_at is not None:
        place = key_of(material)
        back = next((m for m in case.materials if m.file_id == material.file.original_id and key_of(m) == place), None)
        if back is None:
            raise Refused.one(_("这个文件已经移除或者更换，请刷新页面。"), code="not_found")
        return back
    box = _box(case, material.slot, material.paper, material.year, material.row)
    original, held = material.file.original, case.materials
    back, is_new = put(case.application, box, material.paper, original, held=held, actor=actor, replaces=[material.pk])
    if not is_new:  # brought once more meanwhile: then it lies there already
        material.removed_at = clock.now()
        material.save(update_fields=["removed_at"])
    touch(case.application, clock.now())
    return back


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
        read_again_beside(material)
        touch(application, material.removed_at)
    return material
