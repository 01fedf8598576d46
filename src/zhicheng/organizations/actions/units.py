"""A unit registers (S-09…S-13), is verified again each year, and changes its particulars (S-14…S-17)."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from zhicheng.accounts import actions as accounts
from zhicheng.accounts import queries as account_queries
from zhicheng.accounts.models import AccountKind, User
from zhicheng.accounts.rules import AcceptedText, Particulars
from zhicheng.evidence.models import EvidenceFile
from zhicheng.foundation import clock, ledger
from zhicheng.foundation.canonical import digest
from zhicheng.foundation.errors import Problem, Refused
from zhicheng.organizations import queries, rules
from zhicheng.organizations.actions.registering import check_acceptance, join_organization, once_more_when_overtaken
from zhicheng.organizations.actors import Actor, Role
from zhicheng.organizations.models import (
    MembershipRole,
    Organization,
    OrganizationKind,
    UnitVerification,
    VerificationKind,
    VerificationState,
)
from zhicheng.organizations.rules import Licence, UnitParticulars


def register_unit(
    *,
    administrator: Particulars,
    password: str,
    unit: UnitParticulars,
    licence: Licence,
    year: int,
    acceptance: AcceptedText | None,
) -> UnitVerification | None:
    """单位注册: the administrator's account, the unit, its licence, waiting at the chosen county office for ``year``.

    ``licence.evidence_id`` is a file that was kept for a visitor. Returns None when the mailbox belongs to another account: its
    owner gets a mail and **the page must show the same as for a success**. Raises ``Refused`` with everything wrong: ``where``
    is a field of :class:`Particulars`, ``password``, ``unit_name`` or ``unit_email``, another field of :class:`UnitParticulars`
    (offices without ``_id``), ``licence``, ``licence_kind``, ``licence_issued_on`` or ``licence_valid_until``.
    """
    administrator, unit = administrator.tidied(), unit.tidied()
    problems = accounts.check_registration(person=administrator, password=password) + check_acceptance(acceptance)
    if not administrator.position:
        problems.append(Problem(_("请填写您在本单位的职务。"), where="position", code="position_missing"))
    problems += rules.check_unit(unit) + _check_names_print(unit) + _check_offices(unit)
    problems += rules.check_licence(licence, today=clock.today())

    def attempt() -> UnitVerification | None:
        at = clock.now()
        reuse = account_queries.account_to_reuse(administrator, kind=AccountKind.UNIT, now=at)
        everything = problems + account_queries.conflicts_with_others(administrator, kind=AccountKind.UNIT, reuse=reuse)
        held = queries.unit_holding_code(unit.uscc)
        index = account_queries.person_index(administrator.id_number)
        if held is not None and not queries.registration_makes_room(held, for_index=index, now=at):
            everything.append(code_taken(held))
        everything += _check_licence_owner(licence, user=reuse, organization=held)
        if everything:
            raise Refused(everything)
        holder = account_queries.mailbox_holder(administrator.email, reuse=reuse, now=at)
        if holder is not None:
            accounts.warn_mailbox_owner(holder=holder, tried_kind=AccountKind.UNIT)
            return None
        user = accounts.open_account(
            kind=AccountKind.UNIT, person=administrator, password=password, acceptance=acceptance, reuse=reuse
        )
        organization = held or Organization(kind=OrganizationKind.UNIT, created_at=at)
        put_particulars(organization, unit)
        organization.save()
        if held is not None:
            _step_back(held)
        join_organization(user=user, organization=organization, role=MembershipRole.STAFF)
        verification = _put_in_queue(
            organization=organization,
            kind=VerificationKind.REGISTRATION,
            year=year,
            proposed=unit,
            previous=None,
            licence=licence,
            user=user,
        )
        accounts.send_confirmation(user=user)
        return verification

    return once_more_when_overtaken(attempt)


def resubmit_registration(
    *, actor: Actor, unit: UnitParticulars, licence: Licence, year: int, note: str = ""
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
    )


def request_change(
    *, actor: Actor, unit: UnitParticulars, licence: Licence, year: int, note: str, still_newest: bool = False
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
    )


def code_taken(held: Organization) -> Problem:
    """The sentence for a credit code that is registered already (S-07): where to turn, not who did it."""
    return Problem(
        _(
            "该统一社会信用代码已由“%(name)s”注册。一个单位只注册一次：请向本单位管理员索取账号；管理员已离任或被他人冒用的，请联系%(office)s。"
        )
        % {"name": held.name, "office": held.receiving_office.name if held.receiving_office else _("所在县（市）人社局职称办")},
        where="uscc",
        code="uscc_taken",
    )


def put_particulars(organization: Organization, unit: UnitParticulars) -> None:
    """Copy particulars onto the unit's row; the caller saves."""
    organization.name, organization.uscc, organization.nature = unit.name, unit.uscc, unit.nature
    organization.region_code, organization.address = unit.region_code, unit.address
    organization.contact_person, organization.contact_phone = unit.contact_person, unit.contact_phone
    organization.email = unit.email
    organization.receiving_office_id = unit.receiving_office_id
    organization.supervising_body_id = unit.supervising_body_id


def particulars_of(organization: Organization) -> UnitParticulars:
    """The unit's particulars as they are in force."""
    return UnitParticulars(
        name=organization.name,
        uscc=organization.uscc,
        nature=organization.nature,
        region_code=organization.region_code,
        address=organization.address,
        contact_person=organization.contact_person,
        contact_phone=organization.contact_phone,
        email=organization.email,
        receiving_office_id=organization.receiving_office_id,
        supervising_body_id=organization.supervising_body_id,
    )


def _request(
    *,
    actor: Actor,
    expected: VerificationKind,
    unit: UnitParticulars,
    licence: Licence,
    year: int,
    note: str,
    confirmed: frozenset[str] | None,
    still_newest: bool,
) -> UnitVerification:
    if actor.role is not Role.UNIT or actor.organization_id is None or actor.user_id is None:
        raise Refused.one(_("只有单位管理员可以提交本单位的信息。"), code="not_unit")
    proposed = unit.tidied()
    with transaction.atomic():
        organization = Organization.objects.select_for_update().get(pk=actor.organization_id)
        _refuse_when_out_of_turn(organization, expected=expected, year=year)
        user = User.objects.get(pk=actor.user_id)
        previous, last = particulars_of(organization), queries.last_approved(organization.pk)
        problems = rules.check_unit(proposed) + _check_names_print(proposed) + _check_offices(proposed)
        problems += rules.check_licence(licence, today=clock.today(), issued_before=last.licence_issued_on if last else None)
        problems += _check_licence_owner(licence, user=user, organization=organization)
        if confirmed is not None:
            problems += rules.check_confirmed(confirmed, previous=previous, proposed=proposed)
        same_file = _is_file_of(last, licence)
        if same_file and not still_newest:
            problems.append(
                Problem(
                    _("您上传的与上次审核通过的是同一个文件。如果它仍是最新证照，请勾选“仍为最新”；否则请上传新证照。"),
                    where="still_newest",
                    code="licence_same_file",
                )
            )
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
        return _put_in_queue(
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


def _refuse_when_out_of_turn(organization: Organization, *, expected: VerificationKind, year: int) -> None:
    """A second click, a second tab, or a decision that came meanwhile: one clear answer (S-15)."""
    waiting = organization.verifications.filter(state=VerificationState.PENDING).select_related("office").first()
    if waiting is not None:
        raise Refused.one(
            _("本单位已有一份申请在%(office)s待审核（%(at)s提交），审核完成前不能再提交。")
            % {"office": waiting.office.name, "at": f"{waiting.submitted_at.astimezone(clock.BEIJING):%Y-%m-%d %H:%M} "},
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
    if not note.strip():
        problems.append(Problem(_("请说明变更的原因。"), where="note", code="note_missing"))
    return problems


def _check_names_print(unit: UnitParticulars) -> list[Problem]:
    return accounts.check_printable(unit.name, where="unit_name") + accounts.check_printable(
        unit.contact_person, where="contact_person"
    )


def _check_offices(unit: UnitParticulars) -> list[Problem]:
    problems = []
    if unit.receiving_office_id is not None and not queries.receiving_offices().filter(pk=unit.receiving_office_id).exists():
        problems.append(
            Problem(_("材料接收部门只能选择县（市）人社局职称办。"), where="receiving_office", code="receiving_office_unknown")
        )
    if unit.supervising_body_id is not None and not queries.supervising_bodies().filter(pk=unit.supervising_body_id).exists():
        problems.append(
            Problem(
                _("请从列表中选择主管单位，没有主管单位的可不选。"), where="supervising_body", code="supervising_body_unknown"
            )
        )
    return problems


def _check_licence_owner(licence: Licence, *, user: User | None, organization: Organization | None) -> list[Problem]:
    """A file of somebody else cannot be handed in as one's own; an upload before registration was brought by nobody."""
    if licence.evidence_id is None:
        return []
    file = EvidenceFile.objects.filter(pk=licence.evidence_id).first()
    used = UnitVerification.objects.filter(licence_id=licence.evidence_id)
    elsewhere = (
        used.exclude(organization=organization).exists() if organization is not None and organization.pk else used.exists()
    )
    if file is not None and not elsewhere and file.uploaded_by_id in {None, user.pk if user else None}:
        return []
    return [Problem(_("没有找到已上传的证照，请重新上传。"), where="licence", code="licence_not_found")]


def _is_file_of(last: UnitVerification | None, licence: Licence) -> bool:
    if last is None or licence.evidence_id is None:
        return False
    return EvidenceFile.objects.filter(pk=licence.evidence_id, sha256=last.licence.sha256).exists()


def _step_back(organization: Organization) -> None:
    """What was registered under this code and never confirmed makes room: its people leave, its request is replaced."""
    organization.memberships.filter(until__isnull=True).update(until=clock.now())
    organization.verifications.filter(state=VerificationState.PENDING).update(state=VerificationState.REPLACED)


def _put_in_queue(
    *,
    organization: Organization,
    kind: VerificationKind,
    year: int,
    proposed: UnitParticulars,
    previous: UnitParticulars | None,
    licence: Licence,
    user: User,
    confirmed: list[str] | None = None,
    note: str = "",
    still_newest: bool = False,
) -> UnitVerification:
    if licence.evidence_id is None or licence.issued_on is None or proposed.receiving_office_id is None:
        raise ValueError("only particulars that were checked go into the queue")
    file = EvidenceFile.objects.get(pk=licence.evidence_id)
    verification = UnitVerification.objects.create(
        organization=organization,
        kind=kind,
        year=year,
        office_id=proposed.receiving_office_id,
        proposed=proposed.as_json(),
        previous=previous.as_json() if previous else {},
        confirmed_fields=confirmed or [],
        note=note,
        licence_kind=licence.kind,
        licence=file,
        licence_issued_on=licence.issued_on,
        licence_valid_until=licence.valid_until,
        still_newest=still_newest,
        submitted_by=user,
        submitted_at=clock.now(),
    )
    ledger.record(
        event=f"unit.{kind.value}_requested",
        subject=f"organization:{organization.pk}",
        actor=f"user:{user.pk}",
        data={
            "verification": verification.pk,
            "year": year,
            "office": verification.office_id,
            "particulars_sha256": digest(verification.proposed),
            "licence_sha256": file.sha256,
        },
    )
    return verification
