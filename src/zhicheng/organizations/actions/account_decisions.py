"""The office decides on a lost mailbox, a lost second factor or a correction, and the person opens the new mailbox (S-18, S-36)."""

from __future__ import annotations

import re

from django.conf import settings
from django.core import signing
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from zhicheng.accounts import actions as accounts
from zhicheng.accounts import claims, second_factor
from zhicheng.accounts import queries as account_queries
from zhicheng.accounts.models import User
from zhicheng.accounts.notices import queue_notice
from zhicheng.accounts.rules import TRIES_ALLOWED, is_end_of_number, last_characters_match
from zhicheng.foundation import clock, ledger
from zhicheng.foundation.errors import Problem, Refused
from zhicheng.foundation.language import platform_language, site_name
from zhicheng.foundation.reasons import reason_problems
from zhicheng.foundation.transactions import lock_rows, one_transaction
from zhicheng.organizations import queries, rules
from zhicheng.organizations.actions.account_endings import decision_of, moved_away, save_decision, tell_asker
from zhicheng.organizations.actions.account_requests import close_request, digits_differ, no_factor
from zhicheng.organizations.actions.corrections import put_correction_in_force
from zhicheng.organizations.actions.identities import note_contested
from zhicheng.organizations.actors import Actor, Role
from zhicheng.organizations.models import AccountRequest, AccountRequestKind, AccountRequestState, OrganizationKind

_SALT = "zhicheng.organizations.mailbox"
_NUMBER = re.compile("[1-9][0-9]{0,17}")


def decide_account_request(
    *, actor: Actor, request_id: int, approve: bool, reason: str = "", last_characters: str = ""
) -> AccountRequest:
    """Approve a request, or refuse it with a reason.

    Approving a mailbox sends the link that puts it in force; approving a correction puts it in force at once; approving a lost second
    factor removes it, ends every session and tells the person. Where a unit asked, the officer types the last characters of the identity number from the card in hand; after five that do not fit the request
    is refused by itself. Locked and read again: the slower of two officers reads who was faster. Raises ``Refused``.

    ``reason``: of a refusal; of an approval what the prefecture has found out, where another account holds the number that a correction
    asks for and nobody has seen its card. That a number was found to be another's is recorded: it is an answer about another account.
    """
    try:
        row, wrong = _decided(request_id, actor, approve, reason.strip(), last_characters)
    except Refused as refused:
        note_contested(actor, refused, user_ids=_person_of(request_id))
        raise
    if wrong:  # after the commit: the try is counted
        raise Refused(wrong)
    return row


@one_transaction
def _decided(
    request_id: int, actor: Actor, approve: bool, reason: str, last_characters: str
) -> tuple[AccountRequest, list[Problem]]:
    """The request, decided, or with what was wrong about the try that was counted."""
    row = _pending_row(request_id, actor)
    if approve and needs_card(row) and not is_end_of_number(last_characters):
        raise Refused([rules.not_six()])
    if approve and needs_card(row) and not last_characters_match(last_characters, row.new_number or row.user.id_number):
        return row, [_count_wrong_try(row, actor)]
    _decide(row, actor, approve=approve, reason=reason)
    return row, []


def _person_of(request_id: int) -> list[int]:
    return list(AccountRequest.objects.filter(pk=request_id).values_list("user_id", flat=True))


def needs_card(row: AccountRequest) -> bool:
    """Whether the decider types the number's end: where the card was shown to a unit, not to an office before."""
    return row.requested_for.kind == OrganizationKind.UNIT


def mailbox_link(row: AccountRequest) -> str:
    """The address that puts the new mailbox in force when its owner opens it."""
    return settings.SITE_ADDRESS + reverse("mailbox_confirm", args=[_signer(row).sign(str(row.pk))])


def request_of_link(token: str) -> AccountRequest | None:
    """The request a link was made for, whatever became of it; None for a link that is not ours."""
    pk = token.partition(":")[0]
    rows = AccountRequest.objects.select_related("user", "unit")
    row = rows.filter(pk=int(pk)).first() if _NUMBER.fullmatch(pk) else None
    try:
        return row if row is not None and _signer(row).unsign(token) else None
    except signing.BadSignature:
        return None


def _signer(row: AccountRequest) -> signing.Signer:
    """For whom and which mailbox a link was made stands in its signature: a row that was changed since has another one."""
    return signing.Signer(salt=f"{_SALT}:{row.user_id}:{row.new_email}")


def confirm_new_mailbox(*, token: str, last_characters: str) -> User:
    """The link in the new mailbox was opened, and whoever did knows the end of the person's identity number: now it is in force.

    A mail that went to a stranger by a slip of the pen opens nothing. Raises ``Refused``: used, run out, withdrawn, wrong number.
    """
    user, wrong = _opened(token, last_characters)
    if wrong:
        raise Refused(wrong)
    user.refresh_from_db()
    return user


@one_transaction
def _opened(token: str, last_characters: str) -> tuple[User, list[Problem]]:
    """Whose new mailbox is in force, or what was wrong about the try that was counted."""
    found = request_of_link(token)
    if found is not None:
        _lock_accounts(found.pk)
    row = AccountRequest.objects.select_for_update(no_key=True).filter(pk=found.pk).first() if found is not None else None
    if row is None or row.state != AccountRequestState.APPROVED or rules.link_has_run_out(row, clock.now()):
        raise Refused.one(_("这个链接已失效或已经用过。"), code="link_over")
    user = User.objects.get(pk=row.user_id)
    if not is_end_of_number(last_characters):
        raise Refused([rules.not_six()])
    if not last_characters_match(last_characters, user.id_number):
        return user, [_count_wrong_try(row, None)]
    accounts.replace_mailbox(user_id=user.pk, email=row.new_email, actor=f"user:{user.pk}", source=f"account_request:{row.pk}")
    close_request(row, AccountRequestState.DONE)
    return user, []


@one_transaction
def release_left_number(*, actor: Actor, request_id: int, reason: str) -> None:
    """The prefecture lets somebody else register with the number that a correction left behind. Raises ``Refused``."""
    row = queries.account_requests_for(actor).filter(pk=request_id, state=AccountRequestState.DONE).first()
    if row is None or actor.role is not Role.PREFECTURE:
        raise Refused.one(_("没有找到这份申请，或者它不归本部门办理。"), code="not_in_jurisdiction")
    claims.release_number(
        index=account_queries.person_index(row.old_number),
        reason=reason,
        released_by_id=actor.account_id,
        actor=actor.ref,
        source=f"account_request:{row.pk}",
    )


def _pending_row(request_id: int, actor: Actor) -> AccountRequest:
    _lock_accounts(request_id)
    lock_rows(AccountRequest.objects.filter(pk=request_id))
    row = (
        AccountRequest.objects.select_related("user", "unit", "requested_for", "office", "requested_by", "decided_by")
        .filter(pk=request_id)
        .first()
    )
    seen = row is not None and queries.account_requests_for(actor).filter(pk=request_id).exists()
    if row is None or not seen or not queries.may_decide(actor, row):
        raise Refused.one(_("没有找到这份申请，或者它不归本部门办理。"), code="not_in_jurisdiction")
    if row.state != AccountRequestState.PENDING:
        raise Refused.one(_decided_already(row), code="already_decided")
    asked = account_queries.person_index(row.new_number)
    own = rules.is_self_review(actor, row.user.id_number_index, row.requested_by.id_number_index, asked)
    if row.requested_by_id == actor.user_id or own:
        raise Refused.one(_("这份申请由您提出或与您本人有关，须由另一位工作人员办理。"), code="self_review")
    return row


def _lock_accounts(request_id: int) -> None:
    """Lock every account of the person a request is about, by their ids: before the request itself, as whoever asks does."""
    asked_for = User.objects.filter(account_requests=request_id)
    indexes = {i for i in asked_for.values_list("id_number_index", flat=True) if i}
    numbers = [row.new_number for row in AccountRequest.objects.filter(pk=request_id)]
    indexes |= {account_queries.person_index(number) for number in numbers if number}
    people = User.objects.filter(Q(pk__in=asked_for) | Q(id_number_index__in=indexes))
    lock_rows(people)


def _decided_already(row: AccountRequest) -> str:
    if row.decided_by is None or row.decided_at is None:
        return _("这份申请已经撤回，不再需要办理。")
    return _("这份申请已由%(who)s于 %(at)s 办理（%(state)s），您的操作没有生效。") % {
        "who": row.decided_by.name,
        "at": clock.written(row.decided_at),
        "state": row.get_state_display(),
    }


def _decide(row: AccountRequest, actor: Actor, *, approve: bool, reason: str) -> None:
    if not approve and (problems := reason_problems(reason, least=5, said=_("请写明不予通过的理由，不少于5个字。"))):
        raise Refused(problems)
    row.decided_by_id, row.decided_at, row.reason = actor.user_id, clock.now(), "" if approve else reason[:500]
    if not approve:
        _refuse(row, actor)
    elif row.kind == AccountRequestKind.MAILBOX:
        _approve_mailbox(row, actor)
    elif row.kind == AccountRequestKind.FACTOR:
        _remove_factor(row, actor)
    else:
        put_correction_in_force(row=row, actor=actor, finding=" ".join(reason.split()))


@platform_language()
def _refuse(row: AccountRequest, actor: Actor | None, *, voided: bool = False) -> None:
    """End the request; ``voided``: by itself, after too many wrong tries, and by nobody's judgement."""
    save_decision(row, AccountRequestState.REFUSED)
    ledger.record(
        event="account.request_voided" if voided else "account.request_refused",
        subject=f"user:{row.user_id}",
        actor=actor.ref if actor is not None else "system",
        data=decision_of(row) | {"reason": ledger.private(row.reason)},
    )
    tell_asker(row, _("未通过：%(reason)s") % {"reason": row.reason})


def _approve_mailbox(row: AccountRequest, actor: Actor) -> None:
    problems = moved_away(row) + accounts.check_new_mailbox(user=row.user, email=row.new_email)
    if problems:
        raise Refused([Problem(p.text, code=p.code) for p in problems])
    row.wrong_tries = 0  # the officer's slips are not the person's
    save_decision(row, AccountRequestState.APPROVED)
    ledger.record(event="account.mailbox_approved", subject=f"user:{row.user_id}", actor=actor.ref, data=decision_of(row))
    _tell_approved(row, actor)


def _remove_factor(row: AccountRequest, actor: Actor) -> None:
    """What the person had when it was asked for, and nothing they have set up since: who could do that has lost nothing."""
    problems = moved_away(row)
    factors = second_factor.those_of(row.user_id)
    if not factors:
        problems.append(no_factor())
    elif factors != row.old_factors:
        text = _("提出申请之后，本人又登录并更换了两步验证或备用码，说明没有遗失，请与本人核实。确需办理的，须重新申请。")
        problems.append(Problem(text, code="stale"))
    if problems:
        raise Refused(problems)
    accounts.reset_second_factor(user=User.objects.get(pk=row.user_id), actor=actor.ref)
    save_decision(row, AccountRequestState.DONE)
    ledger.record(event="account.factor_removed", subject=f"user:{row.user_id}", actor=actor.ref, data=decision_of(row))
    _tell_factor_removed(row, actor)


def _count_wrong_try(row: AccountRequest, actor: Actor | None) -> Problem:
    """Count a try that did not fit; the last one allowed ends the request."""
    row.wrong_tries += 1
    row.save(update_fields=["wrong_tries"])
    if row.wrong_tries < TRIES_ALLOWED:
        left = TRIES_ALLOWED - row.wrong_tries
        return digits_differ(lambda: _("还可以输入 %(n)d 次。") % {"n": left})
    if actor is not None:
        row.decided_by_id = actor.user_id
    row.decided_at = row.decided_at or clock.now()
    with platform_language():
        row.reason = _("身份证号末六位连续输错 %(n)d 次，申请自动作废。") % {"n": TRIES_ALLOWED}
    _refuse(row, actor, voided=True)
    return Problem(
        _("身份证号末六位已输错 %(n)d 次，这份申请已作废，须重新核对身份后再申请。") % {"n": TRIES_ALLOWED}, code="too_many_tries"
    )


@platform_language()
def _tell_approved(row: AccountRequest, actor: Actor) -> None:
    queue_notice(
        kind="request",
        about=f"{row.kind} approved",
        whose=f"user:{row.user_id}",
        to=row.new_email,
        words=lambda: (
            _("请确认您的新邮箱"),
            _(
                "%(name)s：\n\n您在%(site)s的账号原邮箱已不能使用，%(office)s已核实身份，同意改用这个邮箱。\n\n"
                "请打开下面的链接，输入您身份证号的末六位（24 小时内有效，只能用一次）：\n%(link)s\n\n"
                "确认之后这个邮箱才会生效，再用它设置新密码。如果您没有申请过，请不要打开链接，也不必处理本邮件。\n"
            )
            % {
                "name": row.user.name,
                "site": site_name(),
                "office": actor.organization_name,
                "link": mailbox_link(row),
            },
        ),
        key=f"mailbox-approved:{row.pk}",
        in_inbox=False,
    )
    tell_asker(row, _("已通过，等待本人在新邮箱里确认。"))


@platform_language()
def _tell_factor_removed(row: AccountRequest, actor: Actor) -> None:
    tell_asker(row, _("两步验证已去掉，本人用密码即可登录。"))
    queue_notice(
        kind="request",
        about=f"{row.kind} done",
        whose=f"user:{row.user_id}",
        to=row.user.email,
        words=lambda: (
            _("您的账号已去掉两步验证"),
            _(
                "%(name)s：\n\n经%(who)s申请、%(office)s核实身份，您在%(site)s的账号（登录名 %(username)s）的两步验证和备用码已全部去掉，各处的登录已退出，常用设备已清除。密码没有变化，用密码即可登录。\n\n"
                "请登录后重新设置两步验证：\n%(link)s\n\n"
                "如果这不是您本人提出的，请立即修改密码，并联系%(office)s。\n"
            )
            % {
                "name": row.user.name,
                "who": row.requested_for.name,
                "office": actor.organization_name,
                "site": site_name(),
                "username": row.user.username,
                "link": settings.SITE_ADDRESS + reverse("mfa_index"),
            },
        ),
        key=f"factor-removed:{row.pk}",
    )
