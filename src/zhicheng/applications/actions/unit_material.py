"""The unit's own papers (slots with ``owner: unit``): brought after its pass, there until the application is reported upward.

They lie beside the applicant's in the same table, told apart by who brought them; a submission is the applicant's and holds none. Each
that comes or goes is written into the ledger, and the database refuses a change once the application has left the unit.
"""

from __future__ import annotations

from django.utils.translation import gettext as _

from zhicheng.applications import lifecycle
from zhicheng.applications.casefile import CaseFile
from zhicheng.applications.models import Material
from zhicheng.applications.putting import put
from zhicheng.applications.queries import unit_materials_of
from zhicheng.applications.states import State
from zhicheng.applications.where import Where
from zhicheng.evidence.models import EvidenceFile
from zhicheng.foundation import clock, ledger
from zhicheng.foundation.errors import Refused
from zhicheng.foundation.transactions import one_transaction
from zhicheng.organizations.actors import Actor, Role
from zhicheng.organizations.rules import is_self_review

# Between the unit's pass and its report upward: what the papers speak of is settled then.
BROUGHT_IN = (State.UNIT_PASSED, State.IN_PUBLICITY)


@one_transaction
def add_unit_material(*, actor: Actor, application_id: int, file_id: int, box: str, paper: str, replaces: int = 0) -> Material:
    """Put a kept file into one of the unit's boxes (``box``: its key); ``replaces`` names the material it takes the place of.

    Raises :class:`Refused`: ``not_found``, ``self_review``, ``stale`` (not at this unit any more), ``no_such_slot``, and what
    ``add_material`` says of a file that does not fit.
    """
    case = _lock_at_unit(application_id, actor)
    file = EvidenceFile.objects.filter(pk=file_id, uploaded_by_id=actor.user_id).first()
    if file is None:
        raise Refused.one(_("没有找到这个文件，请重新上传。"), where=str(Where.of_key(box)), code="not_found")
    wanted = next((one for one in case.unit_boxes if one.key == box), None)
    if wanted is None or paper not in {option.key for option in wanted.papers}:
        text = _("这项材料不需要上传，或已不在清单中。请刷新页面查看最新的材料清单。")
        raise Refused.one(text, where=str(Where.of_key(box)), code="no_such_slot")
    held = case.unit_materials
    material, is_new = put(case.application, wanted, paper, file, held=held, actor=actor, replaces=[replaces])
    if is_new:
        for old in held:
            if old.removed_at is not None:  # it made room
                _note("unit.material_removed", old, actor)
        _note("unit.material_added", material, actor)
    return material


@one_transaction
def remove_unit_material(*, actor: Actor, application_id: int, material_id: int) -> Material:
    """Take a paper of the unit's out again; it stays stored. Twice is the same as once. Raises :class:`Refused` as above."""
    case = _lock_at_unit(application_id, actor)
    material = unit_materials_of(case.application, removed=True).filter(pk=material_id).first()
    if material is None:
        raise Refused.one(_("没有找到这项材料。"), code="not_found")
    if material.removed_at is None:
        material.removed_at = clock.now()
        material.save(update_fields=["removed_at"])
        _note("unit.material_removed", material, actor)
    return material


def _lock_at_unit(application_id: int, actor: Actor) -> CaseFile:
    case = lifecycle.lock(application_id, actor)
    if actor.role is not Role.UNIT:
        raise Refused.one(_("没有找到这份申请书，或者它不归您办理。"), code="not_found")
    if is_self_review(actor, case.application.person_index):
        raise Refused.one(_("这是您本人的申请书，须由本单位另一位管理员办理。"), code="self_review")
    if case.application.state not in BROUGHT_IN:
        raise Refused.one(_("申请书已不在本单位办理，本单位的材料不能再更换。"), code="stale")
    return case


def _note(event: str, material: Material, actor: Actor) -> None:
    ledger.record(
        event=event,
        subject=f"application:{material.application_id}",
        actor=actor.ref,
        data={
            "material": material.pk,
            "slot": material.slot,
            "paper": material.paper,
            "year": material.year,
            "row": material.row,
            "sha256": material.file.sha256,
            "file": material.file_id,
        },
    )
