"""The county office decides on a unit's registration, yearly re-verification or change (S-12, S-17, G-03)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from zhicheng.accounts.models import User
from zhicheng.accounts.notices import queue_notice
from zhicheng.foundation import clock, ledger
from zhicheng.foundation.errors import Problem, Refused
from zhicheng.foundation.language import platform_language
from zhicheng.foundation.reasons import letters_in, reason_problems
from zhicheng.foundation.transactions import lock_rows, once_more_when_taken, one_transaction
from zhicheng.organizations import queries, rules
from zhicheng.organizations.actions.unit_parts import code_taken, put_particulars
from zhicheng.organizations.actors import Actor
from zhicheng.organizations.invitations import inviters_of
from zhicheng.organizations.models import Organization, UnitVerification, VerificationKind, VerificationState
from zhicheng.organizations.rules import UnitParticulars


@dataclass(frozen=True, slots=True)
class FieldReason:
    """One thing to correct. ``field`` is a particular's name, ``licence``, or empty for the request as a whole."""

    field: str
    text: str


def decide_unit_verification(
    *, verification_id: int, actor: Actor, approve: bool, reasons: Sequence[FieldReason] = ()
) -> UnitVerification:
    """Approve a request, which puts its particulars in force and verifies the unit for the year, or return it with every reason.

    The row is locked and read again: when another officer was faster, the refusal says who decided what, and when. Raises
    ``Refused`` also for a request outside the actor's jurisdiction, a return without reasons, the actor's own unit (S-08), and a credit
    code another unit has, were it approved a moment ago.
    """
    stated = [FieldReason(r.field, r.text.strip()) for r in reasons if r.text.strip()]
    return once_more_when_taken(lambda: _decide(verification_id=verification_id, actor=actor, approve=approve, stated=stated))


def _decide(*, verification_id: int, actor: Actor, approve: bool, stated: Sequence[FieldReason]) -> UnitVerification:
    verification = _pending_row(verification_id, actor=actor)
    if not approve and not (stated and all(letters_in(r.text) for r in stated)):
        raise Refused.one(_("退回时请写明全部需要修改的地方，让单位一次改好。"), where="reasons", code="reasons_missing")
    if approve and stated:
        raise Refused.one(
            _("已填写修改意见的，请选择“退回修改”；审核通过的，请先清空意见。"), where="reasons", code="reasons_on_approval"
        )
    if rules.is_self_review(actor, verification.submitted_by.id_number_index):
        raise Refused.one(_("这份申请是您本人以单位管理员身份提交的，请由其他工作人员审核。"), code="self_review")
    verification.state = VerificationState.APPROVED if approve else VerificationState.RETURNED
    verification.reasons = [{"field": r.field, "text": r.text} for r in stated]
    verification.decided_by_id = actor.user_id
    verification.decided_at = clock.now()
    if approve:
        _put_in_force(verification)
    verification.save(update_fields=["state", "reasons", "decided_by", "decided_at"])
    ledger.record(
        event=f"unit.{verification.kind}_{verification.state}",
        subject=f"organization:{verification.organization_id}",
        actor=actor.ref,
        data={
            "verification": verification.pk,
            "year": verification.year,
            "reasons": ledger.private(verification.reasons),
            "unit": ledger.private(verification.proposed),
            "office": verification.office_id,
            "at": ledger.time_text(verification.decided_at),
        },
    )
    _tell_unit(verification, actor)
    if approve and verification.kind == VerificationKind.REGISTRATION:
        _tell_inviters(verification)
    return verification


@one_transaction
def transfer_verification(*, verification_id: int, actor: Actor, to_office_id: int | None, reason: str) -> UnitVerification:
    """Hand a request to the county it belongs to, instead of returning it (S-12); the waiting time goes on.

    Raises ``Refused`` as :func:`decide_unit_verification`, and when the target is not another county office.
    """
    verification = _pending_row(verification_id, actor=actor)
    target = queries.receiving_office(to_office_id)
    problems = []
    if target is None or target.pk == verification.office_id:
        problems.append(Problem(_("请选择要转交到的另一个县（市）职称办。"), where="to_office", code="transfer_target"))
    text = _("请说明转交的原因，单位和接收部门都会看到。")
    problems += reason_problems(reason, least=2, said=text, where="transfer_reason", code="transfer_reason_missing")
    if problems or target is None:
        raise Refused(problems)
    verification.transfers = [
        *verification.transfers,
        {
            "from": verification.office_id,
            "from_name": verification.office.name,
            "to": target.pk,
            "to_name": target.name,
            "by": actor.name,
            "at": clock.now().isoformat(timespec="seconds"),
            "reason": reason.strip(),
        },
    ]
    verification.office = target
    verification.proposed = {**verification.proposed, "receiving_office_id": target.pk}
    verification.save(update_fields=["office", "transfers", "proposed"])
    if verification.kind == VerificationKind.REGISTRATION:
        Organization.objects.filter(pk=verification.organization_id).update(receiving_office=target)
    ledger.record(
        event="unit.request_transferred",
        subject=f"organization:{verification.organization_id}",
        actor=actor.ref,
        data={"verification": verification.pk, "to": target.pk, "reason": ledger.private(reason.strip())},
    )
    _tell_of_transfer(verification)
    return verification


def _pending_row(verification_id: int, *, actor: Actor) -> UnitVerification:
    """The locked row, still pending and still this actor's; otherwise one clear answer."""
    lock_rows(UnitVerification.objects.filter(pk=verification_id))
    verification = (
        UnitVerification.objects.select_related("organization", "office", "submitted_by").filter(pk=verification_id).first()
    )
    if verification is None or not queries.verifications_for(actor).filter(pk=verification_id).exists():
        raise Refused.one(_("这份申请不在您的办理范围内，可能已转交其他县（市）职称办。"), code="not_in_jurisdiction")
    if verification.state != VerificationState.PENDING:
        raise Refused.one(_decided_already(verification), code="already_decided")
    return verification


def _decided_already(verification: UnitVerification) -> str:
    if verification.decided_by is None or verification.decided_at is None:
        return _("单位已重新提交，这份申请不再需要审核。")
    return _("这份申请已由%(who)s于 %(at)s 办理（%(state)s），您的操作没有生效。") % {
        "who": verification.decided_by.name,
        "at": clock.written(verification.decided_at),
        "state": verification.get_state_display(),
    }


def _put_in_force(verification: UnitVerification) -> None:
    organization = Organization.objects.select_for_update(no_key=True).get(pk=verification.organization_id)
    proposed = UnitParticulars.from_json(verification.proposed)
    held = queries.unit_holding_code(proposed.uscc)
    if held is not None and held.pk != organization.pk:
        raise Refused([code_taken(held)])
    put_particulars(organization, proposed)
    organization.verified_year = max(organization.verified_year or 0, verification.year)
    organization.save()


@platform_language()
def _tell_unit(verification: UnitVerification, actor: Actor) -> None:
    """A mail to everybody at the unit's desk who may act on it."""

    def words() -> tuple[str, list[str]]:
        kind, name = verification.get_kind_display(), verification.proposed["name"]
        if verification.state == VerificationState.APPROVED:
            subject = _("%(kind)s已审核通过") % {"kind": kind}
            text = _("%(name)s的%(kind)s已由%(office)s审核通过，现在可以受理、审核本单位申报人的材料。")
        else:
            subject = _("%(kind)s被退回，请修改后重新提交") % {"kind": kind}
            text = _("%(name)s的%(kind)s已由%(office)s退回，请登录后在“我的信息”中修改并重新提交。需要修改的全部内容：")
        lines = [text % {"name": name, "kind": kind, "office": actor.organization_name}]
        lines += [_numbered(number, reason) for number, reason in enumerate(verification.reasons, 1)]
        return subject, [*lines, _see_information()]

    _tell_staff(verification, words, about=str(verification.state), key=f"unit-decided:{verification.pk}")


@platform_language()
def _tell_inviters(verification: UnitVerification) -> None:
    """S-18: whoever invited the unit is told that it is there, and joins it with one press."""
    for user in inviters_of(verification.organization_id):
        queue_notice(
            kind="unit",
            about="invited",
            whose=f"user:{user.pk}",
            to=user.email,
            words=partial(_unit_is_there, user, verification),
            key=f"unit-invited:{verification.pk}:{user.pk}",
        )


def _unit_is_there(user: User, verification: UnitVerification) -> tuple[str, str]:
    return (
        _("您邀请的单位已经可以选择"),
        _(
            "%(name)s：\n\n用您的邀请码注册的单位“%(unit)s”已由%(office)s审核通过。\n\n"
            "请登录后打开下面的地址，核对单位名称，点“加入这个单位”：\n%(link)s\n\n不是您的单位的，不必处理。\n"
        )
        % {
            "name": user.name,
            "unit": verification.proposed["name"],
            "office": verification.office.name,
            "link": settings.SITE_ADDRESS + reverse("person_invitation"),
        },
    )


def _numbered(number: int, reason: Mapping[str, str]) -> str:
    """A reason with what it is about: read alone, 请写门牌号 does not say of which address."""
    about, text = rules.reason_label(reason["field"]), reason["text"]
    return f"{number}. " + (_("{place}：{text}").format(place=about, text=text) if about else text)


def _see_information() -> str:
    return _("查看详情：{address}").format(address=settings.SITE_ADDRESS + reverse("unit_information"))


@platform_language()
def _tell_of_transfer(verification: UnitVerification) -> None:
    """The unit would wait for an answer from the wrong office otherwise."""
    transfer = verification.transfers[-1]

    def words() -> tuple[str, list[str]]:
        named = {"name": verification.proposed["name"], "kind": verification.get_kind_display(), **transfer}
        return _("%(kind)s已转交%(to_name)s办理") % named, [
            _("%(name)s的%(kind)s已由%(from_name)s转交%(to_name)s办理。") % named,
            _("转交原因：%(reason)s") % transfer,
            _("不需要重新提交，等待的时间连续计算。有疑问的，请联系%(to_name)s。") % transfer,
            _see_information(),
        ]

    key = f"unit-transferred:{verification.pk}:{len(verification.transfers)}"
    _tell_staff(verification, words, about="transferred", key=key)


def _tell_staff(verification: UnitVerification, words: Callable[[], tuple[str, list[str]]], *, about: str, key: str) -> None:
    """To everybody at the unit's desk who has confirmed the mailbox, and to the unit's own mailbox once a county has looked at it."""
    unit = Organization.objects.get(pk=verification.organization_id)
    to = [(str(user.pk), user.email, user.name) for user in queries.confirmed_staff_of(unit.pk)]
    if unit.email and unit.verified_year is not None:
        to.append(("organization", unit.email, unit.name))
    for who, email, name in to:
        whose = f"user:{who}" if who.isdigit() else f"organization:{unit.pk}"
        queue_notice(kind="unit", about=about, whose=whose, to=email, words=partial(_greeted, name, words), key=f"{key}:{who}")


def _greeted(name: str, words: Callable[[], tuple[str, list[str]]]) -> tuple[str, str]:
    subject, lines = words()
    return subject, "\n\n".join([_("{name}：").format(name=name), *lines])
