"""Somebody vouches for a person who cannot help himself: a lost mailbox (S-36), a lost second factor, a name or number typed wrongly
(S-18).

The employer asks for its people, and the county decides. For a unit's administrator the county asks, and the prefecture decides.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.functional import lazy
from django.utils.translation import gettext as _

from zhicheng.accounts import actions as accounts
from zhicheng.accounts import brakes, claims, second_factor
from zhicheng.accounts import queries as account_queries
from zhicheng.accounts.models import AccountKind, User
from zhicheng.accounts.notices import queue_notice
from zhicheng.accounts.rules import Particulars, check_identity, check_name, is_end_of_number, last_characters_match, mask_mailbox
from zhicheng.evidence.models import EvidenceFile
from zhicheng.foundation import clock, ledger, securitylog
from zhicheng.foundation.errors import Problem, Refused
from zhicheng.foundation.language import platform_language, site_name
from zhicheng.foundation.reasons import reason_problems
from zhicheng.foundation.transactions import one_transaction
from zhicheng.organizations import queries, rules
from zhicheng.organizations.actions.people import shared_mailbox
from zhicheng.organizations.actors import Actor, Role
from zhicheng.organizations.models import AccountRequest, AccountRequestKind, AccountRequestState, Organization


def request_mailbox(
    *, actor: Actor, user_id: int, email: str, statement: str, identity_checked: bool, year: int, last_characters: str = ""
) -> AccountRequest:
    """Ask for another mailbox for somebody who lost his. Nothing changes yet, and the old address is told at once.

    A unit asks for its own people; a county for the administrators of its units, typing ``last_characters`` of the card it has
    seen: what is the end of a number is counted (ten an hour), right or wrong, because whoever has the card has it right. ``year`` is the
    campaign year the unit must be verified for (S-14). Raises ``Refused`` with everything wrong.
    """
    left = _count_card(actor, user_id, last_characters)
    asked = _request_mailbox(actor, user_id, email, statement, identity_checked, year, last_characters, left)
    _forget_card(actor, user_id)
    return asked


@one_transaction
def _request_mailbox(
    actor: Actor, user_id: int, email: str, statement: str, identity_checked: bool, year: int, last_characters: str, left: int
) -> AccountRequest:
    user, unit, office = _person(actor, user_id, year)
    tidy = _tidied(user, email=email)
    problems = accounts.check_new_mailbox(user=user, email=tidy.email, tell_taken=False)
    problems += _check_statement(statement, identity_checked)
    if user.kind == AccountKind.APPLICANT and unit.email and unit.email.lower() == tidy.email.lower():
        problems.append(shared_mailbox())
    problems += _check_card(actor, user, last_characters, left)
    if problems:
        raise Refused(problems)
    return _put_in_queue(
        actor, user, unit, office, AccountRequestKind.MAILBOX, statement, new_email=tidy.email.lower(), old_email=user.email
    )


@one_transaction
def _count_card(actor: Actor, user_id: int, typed: str) -> int:
    """Count a try before it is looked at, outside of what a refusal undoes; how many are left (``brakes.card_tries_left``)."""
    if actor.role is not Role.COUNTY or not is_end_of_number(typed):
        return 0
    return brakes.card_tries_left(desk_id=actor.desk_id, user_id=user_id)


@one_transaction
def _forget_card(actor: Actor, user_id: int) -> None:
    if actor.role is Role.COUNTY:
        brakes.card_was_right(desk_id=actor.desk_id, user_id=user_id)


def _check_card(actor: Actor, user: User, typed: str, left: int) -> list[Problem]:
    """What a county has typed from the card in hand; a unit shows none, the county looks at its people's."""
    if actor.role is not Role.COUNTY:
        return []
    if not is_end_of_number(typed):
        return [rules.not_six()]
    if left < 0:
        return [rules.too_many_cards()]
    if last_characters_match(typed, user.id_number):
        return []
    securitylog.note(event="card.differs", result="refused", actor=actor.ref, subject=f"user:{user.pk}")
    return [digits_differ(lambda: rules.cards_left(left))]


def request_factor_removal(
    *, actor: Actor, user_id: int, statement: str, identity_checked: bool, year: int, last_characters: str = ""
) -> AccountRequest:
    """Ask that the second factor of somebody be removed who has lost both the app and the recovery codes. Nothing changes yet, and
    the account's mailbox is told at once.

    A unit asks for its own people; a county for the administrators of its units, typing ``last_characters`` of the card it has
    seen (counted as in :func:`request_mailbox`). Offices and the three who run the system have their own way (:func:`request_factor_reset`).
    Raises ``Refused`` with everything wrong.
    """
    left = _count_card(actor, user_id, last_characters)
    asked = _request_factor_removal(actor, user_id, statement, identity_checked, year, last_characters, left)
    _forget_card(actor, user_id)
    return asked


@one_transaction
def _request_factor_removal(
    actor: Actor, user_id: int, statement: str, identity_checked: bool, year: int, last_characters: str, left: int
) -> AccountRequest:
    user, unit, office = _person(actor, user_id, year)
    factors = second_factor.those_of(user.pk)
    problems = _check_statement(statement, identity_checked)
    if not factors:
        problems.append(no_factor())
    if not user.id_number:  # nothing to compare a card with
        problems += claims.number_is_free_for(user)
    problems += _check_card(actor, user, last_characters, left)
    if problems:
        raise Refused(problems)
    return _put_in_queue(actor, user, unit, office, AccountRequestKind.FACTOR, statement, old_factors=factors)


@one_transaction
def request_correction(
    *,
    actor: Actor,
    user_id: int,
    name: str,
    id_number: str,
    statement: str,
    identity_checked: bool,
    scan_id: int | None,
    year: int,
) -> AccountRequest:
    """Ask that a name or identity number typed wrongly at registration be put right, with a scan of the card.

    Raises ``Refused`` with everything wrong: not one of the unit's people, a number that cannot be one, taken by somebody else.
    """
    user, unit, office = _person(actor, user_id, year)
    if actor.role is not Role.UNIT:
        raise _not_yours()
    tidy = _tidied(user, name=name, id_number=id_number)
    problems = check_correction(user=user, name=tidy.name, number=tidy.id_number)
    problems += _check_statement(statement, identity_checked)
    if scan_id is None or not EvidenceFile.objects.filter(pk=scan_id, uploaded_by_id=actor.account_id).exists():
        problems.append(Problem(_("请上传居民身份证正反面的扫描件（PDF、JPG 或 PNG）。"), where="scan", code="scan_missing"))
    if problems:
        raise Refused(problems)
    return _put_in_queue(
        actor,
        user,
        unit,
        office,
        AccountRequestKind.CORRECTION,
        statement,
        new_name=tidy.name,
        new_number=tidy.id_number,
        scan_id=scan_id,
    )


@one_transaction
def withdraw_account_request(*, actor: Actor, request_id: int) -> AccountRequest:
    """Take a request back that is not over: one's own, and also one whose link has been sent (a mistyped new mailbox)."""
    row = (
        AccountRequest.objects.select_for_update(no_key=True)
        .filter(pk=request_id, requested_for_id=actor.organization_id)
        .first()
    )
    if row is None or actor.role not in {Role.UNIT, Role.COUNTY}:
        raise _not_yours()
    if row.state not in queries.OPEN_REQUEST:
        raise Refused.one(_("这份申请已经办完（%(state)s），不能撤回。") % {"state": row.get_state_display()}, code="over")
    close_request(row, AccountRequestState.WITHDRAWN)
    _record_withdrawn(row, actor)
    return row


def _record_withdrawn(row: AccountRequest, actor: Actor) -> None:
    ledger.record(event="account.request_withdrawn", subject=f"user:{row.user_id}", actor=actor.ref, data={"request": row.pk})


def check_correction(*, user: User, name: str, number: str) -> list[Problem]:
    """What is wrong with this tidied name and number for ``user``, whoever else has them: what a unit is told."""
    problems = check_name(name, where="name")
    wrong_number = check_identity(number, today=clock.today(), where="id_number")
    if wrong_number:
        return problems + wrong_number
    if (name, number) == (user.name, user.id_number):
        problems.append(Problem(_("姓名和身份证号与现在登记的相同，没有需要更正的内容。"), code="nothing_changed"))
    return problems


def close_request(row: AccountRequest, state: AccountRequestState) -> None:
    """End a locked request."""
    row.state, row.closed_at = state, clock.now()
    row.save(update_fields=["state", "closed_at"])


def no_factor() -> Problem:
    """There is nothing to remove."""
    text = _("这个账号没有设置两步验证，用密码就能登录，不需要申请。忘记密码的，请本人在登录页点“忘记登录名或密码”。")
    return Problem(text, code="no_factor")


def digits_differ(left: Callable[[], str]) -> Problem:
    """The card in hand and the account do not agree; ``left`` says how often it may be typed again.

    Put into words when it is read: on the page the language may change.
    """
    text = lazy(lambda: _("输入的末六位与身份证号不一致。请对照本人居民身份证原件重新输入。") + left(), str)()
    return Problem(text, where="last_characters", code="digits_differ")


def _person(actor: Actor, user_id: int, year: int) -> tuple[User, Organization, Organization]:
    """The locked account, its unit and the office that decides; refused when it is not this actor's to ask for."""
    people = queries.people_of(actor) if actor.role is Role.UNIT else queries.unit_administrators_for(actor)
    if not people.filter(pk=user_id).exists():
        raise _not_yours()
    user = User.objects.select_for_update(no_key=True).get(pk=user_id)
    if rules.is_self_review(actor, user.id_number_index):
        raise Refused.one(_("这是您本人的账号，须由另一位经办人办理。"), code="self_request")
    unit = queries.employer_of(user_id)
    if unit is None:
        raise _not_yours()
    office = unit.receiving_office if actor.role is Role.UNIT else _superior_of(actor.desk_id)
    if office is None:
        raise _not_yours()
    if actor.role is Role.UNIT and (problems := rules.unit_may_work(unit, year)):
        raise Refused(problems)
    return user, unit, office


def _superior_of(office_id: int) -> Organization | None:
    return Organization.objects.filter(offices_below=office_id).first()


def _not_yours() -> Refused:
    return Refused.one(_("没有找到这个账号，或者它不归本部门办理。"), code="not_in_jurisdiction")


def _tidied(user: User, *, name: str = "", id_number: str = "", email: str = "") -> Particulars:
    return Particulars(name=name, id_number=id_number, mobile="", email=email, username=user.username).tidied()


def _check_statement(statement: str, identity_checked: bool) -> list[Problem]:
    problems = []
    text = _("请写明怎样联系到本人、怎样核对了身份，不少于10个字。")
    problems += reason_problems(statement, least=10, said=text, where="statement", code="statement_missing")
    if not identity_checked:
        text = _("请当面核对本人居民身份证原件，然后勾选。")
        problems.append(Problem(text, where="identity_checked", code="identity_not_checked"))
    return problems


def _put_in_queue(
    actor: Actor, user: User, unit: Organization, office: Organization, kind: AccountRequestKind, statement: str, **what: Any
) -> AccountRequest:
    _make_room(user, kind, actor)
    try:
        with transaction.atomic():
            row = AccountRequest.objects.create(
                kind=kind,
                user=user,
                unit=unit,
                requested_for_id=actor.desk_id,
                office=office,
                statement=" ".join(statement.split())[:500],
                old_name=user.name,
                old_number=user.id_number,
                requested_by_id=actor.account_id,
                requested_at=clock.now(),
                **what,
            )
    except IntegrityError:
        raise Refused([_already_asked()]) from None
    ledger.record(
        event=f"account.{kind.value}_requested",
        subject=f"user:{user.pk}",
        actor=actor.ref,
        data={
            "request": row.pk,
            "unit": unit.pk,
            "office": office.pk,
            "for": row.requested_for_id,
            "statement": ledger.private(row.statement),
            "changes": ledger.private(row.changes()),
            "numbers": [account_queries.person_index(number) for number in (row.old_number, row.new_number)],
            "scan": row.scan.sha256 if row.scan is not None else None,
            "at": ledger.time_text(row.requested_at),
        },
    )
    if kind == AccountRequestKind.MAILBOX:
        _warn_old_mailbox(row)
    elif kind == AccountRequestKind.FACTOR:
        _warn_owner_of_factor(row)
    return row


def _make_room(user: User, kind: AccountRequestKind, actor: Actor) -> None:
    """One open request of a kind; one whose link ran out unopened gives way."""
    for row in AccountRequest.objects.select_for_update(no_key=True).filter(user=user, kind=kind, state__in=queries.OPEN_REQUEST):
        if not rules.link_has_run_out(row, clock.now()):
            raise Refused([_already_asked()])
        close_request(row, AccountRequestState.WITHDRAWN)
        _record_withdrawn(row, actor)


def _already_asked() -> Problem:
    return Problem(_("这个账号已有一份同样的申请正在办理。填错了的，请先撤回那份申请，再重新提交。"), code="request_pending")


@platform_language()
def _warn_old_mailbox(row: AccountRequest) -> None:
    queue_notice(
        kind="request",
        about=f"{row.kind} asked",
        whose=f"user:{row.user_id}",
        to=row.old_email,
        words=lambda: (
            _("有人为您的账号申请更换邮箱"),
            _(
                "%(name)s：\n\n%(who)s为您在%(site)s的账号（登录名 %(username)s）申请改用邮箱 %(new)s，理由是原邮箱已不能使用，正等待%(office)s审核。\n\n"
                "如果您能收到这封邮件，而这不是您本人提出的，请立即联系%(office)s。\n"
            )
            % {
                "name": row.user.name,
                "who": row.requested_for.name,
                "site": site_name(),
                "username": row.user.username,
                "new": mask_mailbox(row.new_email),
                "office": row.office.name,
            },
        ),
        key=f"mailbox-requested:{row.pk}",
    )


@platform_language()
def _warn_owner_of_factor(row: AccountRequest) -> None:
    queue_notice(
        kind="request",
        about=f"{row.kind} asked",
        whose=f"user:{row.user_id}",
        to=row.user.email,
        words=lambda: (
            _("有人为您的账号申请去掉两步验证"),
            _(
                "%(name)s：\n\n%(who)s为您在%(site)s的账号（登录名 %(username)s）申请去掉两步验证，理由是手机和备用码都已遗失，正等待%(office)s审核。现在还没有任何变化。\n\n"
                "如果这不是您本人提出的，请立即联系%(office)s。\n"
                "手机或备用码又找到了的，请告诉%(who)s撤回申请，照常登录即可。\n"
            )
            % {
                "name": row.user.name,
                "who": row.requested_for.name,
                "site": site_name(),
                "username": row.user.username,
                "office": row.office.name,
            },
        ),
        key=f"factor-removal-requested:{row.pk}",
    )
