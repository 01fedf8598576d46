"""A unit on our books asks again: a returned registration, the yearly 核实, a change (S-14…S-17)."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from django.utils.translation import gettext as _

from zhicheng.accounts.models import User
from zhicheng.evidence.models import EvidenceFile
from zhicheng.foundation import clock
from zhicheng.foundation.errors import Problem, Refused
from zhicheng.foundation.reasons import reason_problems
from zhicheng.foundation.transactions import once_more_when_taken
from zhicheng.organizations import queries, rules
from zhicheng.organizations.actions.unit_parts import (
    check_licence_owner,
    check_names_print,
    check_offices,
    code_taken,
    particulars_of,
    put_in_queue,
    put_particulars,
)
from zhicheng.organizations.actors import Actor, Role
from zhicheng.organizations.models import (
    Organization,
    UnitVerification,
    VerificationKind,
    VerificationState,
)
from zhicheng.organizations.rules import Licence, UnitParticulars


def resubmit_registration(
    *,
    actor: Actor,
    unit: UnitParticulars,
    licence: Licence,
    year: int,
    note: str = "",
    unreadable: Sequence[Problem] = (),
) -> UnitVerification:
    """A returned registration, corrected, back to the (perhaps newly chosen) county office. Raises ``Refused``."""
    return _request(
        actor=actor,
        expected=VerificationKind.REGISTRATION,
        unit=unit,
        licence=licence,
        year=year,
        note=note,
        confirmed=None,
        still_newest=True,
        unreadable=unreadable,
    )


def request_reverification(
    *,
    actor: Actor,
    unit: UnitParticulars,
    licence: Licence,
    year: int,
    confirmed: frozenset[str],
    still_newest: bool = False,
    note: str = "",
    unreadable: Sequence[Problem] = (),
) -> UnitVerification:
    """The yearly 核实 (S-14, S-16). ``confirmed`` names those of name, contact_person, contact_phone that were ticked as right;
    ``still_newest`` answers the question asked when the licence is the very file of last time. Raises ``Refused``."""
    return _request(
        actor=actor,
        expected=VerificationKind.REVERIFICATION,
        unit=unit,
        licence=licence,
        year=year,
        note=note,
        confirmed=confirmed,
        still_newest=still_newest,
        unreadable=unreadable,
    )


def request_change(
    *,
    actor: Actor,
    unit: UnitParticulars,
    licence: Licence,
    year: int,
    note: str,
    still_newest: bool = False,
    unreadable: Sequence[Problem] = (),
) -> UnitVerification:
    """A change within the year (S-15): nothing changes until it is approved. ``note`` says why. Raises ``Refused``."""
    return _request(
        actor=actor,
        expected=VerificationKind.CHANGE,
        unit=unit,
        licence=licence,
        year=year,
        note=note,
        confirmed=None,
        still_newest=still_newest,
        unreadable=unreadable,
    )


def _request(**asked: Any) -> UnitVerification:
    """Looked at once more when another unit took the credit code in between: the sentence is then the ordinary one."""
    return once_more_when_taken(partial(_request_now, **asked))


def _request_now(
    *,
    actor: Actor,
    expected: VerificationKind,
    unit: UnitParticulars,
    licence: Licence,
    year: int,
    note: str,
    confirmed: frozenset[str] | None,
    still_newest: bool,
    unreadable: Sequence[Problem],
) -> UnitVerification:
    if actor.role is not Role.UNIT or actor.organization_id is None or actor.user_id is None:
        raise Refused.one(_("只有单位管理员可以提交本单位的信息。"), code="not_unit")
    proposed = unit.tidied()
    organization = Organization.objects.select_for_update(no_key=True).get(pk=actor.organization_id)
    _refuse_when_out_of_turn(organization, expected=expected, year=year)
    user = User.objects.get(pk=actor.user_id)
    previous, last = particulars_of(organization), queries.last_approved(organization.pk)
    problems = [*unreadable, *rules.check_unit(proposed), *check_names_print(proposed), *check_offices(proposed)]
    problems += rules.check_licence(licence, today=clock.today(), issued_before=last.licence_issued_on if last else None)
    problems += check_licence_owner(licence, user=user, organization=organization)
    if confirmed is not None:
        problems += rules.check_confirmed(confirmed, previous=previous, proposed=proposed)
    same_file = _is_file_of(last, licence)
    if same_file and not still_newest:
        problems.append(_same_file())
    held = queries.unit_holding_code(proposed.uscc)
    if held is not None and held.pk != organization.pk:
        problems.append(code_taken(held))
    if expected == VerificationKind.CHANGE:
        problems += _check_change(previous, proposed, note=note, same_licence=same_file)
    if problems:
        raise Refused(problems)
    if expected == VerificationKind.REGISTRATION:
        put_particulars(organization, proposed)  # never approved: nothing is in force that a later decision should replace
        organization.save()
    return put_in_queue(
        organization=organization,
        kind=expected,
        year=year,
        proposed=proposed,
        previous=None if expected == VerificationKind.REGISTRATION else previous,
        licence=licence,
        user=user,
        confirmed=sorted(confirmed or ()),
        note=note.strip()[:500],
        still_newest=same_file,
    )


def _same_file() -> Problem:
    text = _("您上传的与上次审核通过的是同一个文件。如果它仍是最新证照，请勾选“仍为最新”；否则请上传新证照。")
    return Problem(text, where="still_newest", code="licence_same_file")


def _refuse_when_out_of_turn(organization: Organization, *, expected: VerificationKind, year: int) -> None:
    """A second click, a second tab, or a decision that came meanwhile: one clear answer (S-15)."""
    waiting = organization.verifications.filter(state=VerificationState.PENDING).select_related("office").first()
    if waiting is not None:
        raise Refused.one(
            _("本单位已有一份申请在%(office)s待审核（%(at)s提交），审核完成前不能再提交。")
            % {"office": waiting.office.name, "at": clock.written(waiting.submitted_at) + " "},
            code="request_pending",
        )
    due = rules.next_request(organization, year)
    if due != expected:
        raise Refused.one(
            _("本单位的状态已经变化，现在应提交的是“%(due)s”。请返回“我的信息”查看最新状态。") % {"due": due.label},
            code="request_out_of_turn",
        )


def _check_change(previous: UnitParticulars, proposed: UnitParticulars, *, note: str, same_licence: bool) -> list[Problem]:
    problems = []
    if previous == proposed and same_licence:
        problems.append(Problem(_("没有任何内容发生变化，无需提交。"), code="nothing_changed"))
    problems += reason_problems(note, least=2, said=_("请说明变更的原因。"), where="note", code="note_missing")
    return problems


def _is_file_of(last: UnitVerification | None, licence: Licence) -> bool:
    if last is None or licence.evidence_id is None:
        return False
    return EvidenceFile.objects.filter(pk=licence.evidence_id, sha256=last.licence.sha256).exists()
