"""The verbs of accounts. What also needs an organization (registration itself) is in ``organizations.actions``."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from allauth.account.models import EmailAddress
from allauth.usersessions.models import UserSession
from django.apps import apps
from django.conf import settings
from django.db import IntegrityError
from django.urls import reverse
from django.utils.crypto import get_random_string
from django.utils.translation import gettext as _

from zhicheng.accounts import brakes, claims, confirmation_keys, duties, mails, particulars, queries, rules
from zhicheng.accounts.devices import forget_devices
from zhicheng.accounts.models import SYSTEM_KINDS, AccountKind, NoticeAcceptance, User
from zhicheng.accounts.releasing import release_mailbox, release_username
from zhicheng.accounts.rules import AcceptedText, Particulars
from zhicheng.foundation import clock, ledger, mail, securitylog
from zhicheng.foundation.errors import Problem, Refused
from zhicheng.foundation.fields import NO_NUMBER, keyed_hash
from zhicheng.foundation.language import platform_language
from zhicheng.foundation.transactions import lock_rows, once_more_when_taken, one_transaction
from zhicheng.standards.identity_number import check_identity_number


def open_account(
    *,
    kind: AccountKind,
    person: Particulars,
    password: str | None,
    acceptance: AcceptedText | None,
    reuse: User | None = None,
    mailbox_is_anothers: bool = False,
) -> User:
    """Write an account from particulars that were checked. Its number is a claim, whoever else has it (``accounts.claims``).

    ``password`` None: the account cannot be signed in to until its owner sets one through the mailbox. ``reuse`` is an account
    never confirmed, registered anew. ``mailbox_is_anothers``: the account is written all the same, so that nobody learns it from
    what is taken afterwards, but it can never be confirmed and keeps neither number nor mobile. Call inside the transaction of
    the registration; ``IntegrityError`` means somebody else took the name or the mailbox a moment ago, ``Refused`` that ``reuse`` was confirmed.
    """
    user = _still_unconfirmed(reuse, person) if reuse is not None else User(kind=kind)
    release_username(person.username, keeper=user)
    if not mailbox_is_anothers:
        release_mailbox(person.email, keeper=user)
    user.kind, user.name, user.position, user.username = kind, person.name, person.position, person.username
    if mailbox_is_anothers:
        _keep_nothing(user)
    else:
        _put_way_and_number(user, person)
    user.set_password(password)  # with None no password fits
    user.created_at, user.overdue_seen_at, user.first_round = clock.now(), None, None
    if kind not in {AccountKind.APPLICANT, AccountKind.UNIT} and user.id_number:
        user.number_held_at = user.created_at  # made by somebody who knows the person: no claim
    user.save()
    if mailbox_is_anothers:
        user.id_number_index = queries.without_number(user.pk)
        user.save(update_fields=["id_number_index"])
    EmailAddress.objects.filter(user=user).delete()
    EmailAddress.objects.create(user=user, email=person.email.lower(), primary=True, verified=False)
    if acceptance is not None:
        accept_texts(user_id=user.pk, texts=[acceptance])
    ledger.record(
        event="account.reopened" if reuse else "account.opened",
        subject=f"user:{user.pk}",
        actor=f"user:{user.pk}",
        data={
            "kind": kind.value,
            "name": ledger.private(user.name),
            "username": ledger.private(user.username),
            "at": ledger.time_text(user.created_at),
        },
    )
    return user


def _keep_nothing(user: User) -> None:
    """Neither a way to the owner nor a number; the caller saves."""
    user.set_email("")
    user.mobile, user.id_number, user.birth_date, user.sex = "", "", None, ""
    user.id_number_index = f"{NO_NUMBER}{get_random_string(32)}"  # until its id is known


def _put_way_and_number(user: User, person: Particulars) -> None:
    """Where the owner is reached, the number, and what is read from it; the caller saves."""
    user.mobile = person.mobile
    user.set_email(person.email.lower())
    user.id_number, user.id_number_index = person.id_number, queries.person_index(person.id_number)
    if person.id_number:
        identity = check_identity_number(person.id_number, today=clock.today())
        user.birth_date, user.sex = identity.birth_date, identity.sex


def _still_unconfirmed(account: User, person: Particulars) -> User:
    """The account to register anew, locked and read again: its mailbox may have been confirmed since it was found."""
    found = User.objects.select_for_update(no_key=True).filter(pk=account.pk).first()
    if found is None:
        raise IntegrityError("the account was removed a moment ago")
    if queries.mailbox_confirmed(found):
        raise Refused(queries.conflicts_with_others(person, reuse=None, now=clock.now()))
    return found


@one_transaction
def accept_texts(*, user_id: int, texts: Sequence[AcceptedText]) -> list[NoticeAcceptance]:
    """Keep that an account accepted these texts: version, hash of what was shown, time (S-10, S-18, S-20, S-64). One statement."""
    kept = NoticeAcceptance.objects.bulk_create(
        NoticeAcceptance(
            user_id=user_id,
            text_key=text.key,
            version=text.version,
            text_sha256=text.sha256,
            accepted_at=text.accepted_at or clock.now(),
        )
        for text in texts
    )
    for text, row in zip(texts, kept, strict=True):
        data = {"text": text.key, "version": text.version, "sha256": text.sha256, "acceptance": row.pk}
        data |= {"at": ledger.time_text(row.accepted_at)}
        ledger.record(event="account.text_accepted", subject=f"user:{user_id}", actor=f"user:{user_id}", data=data)
    return kept


def confirmation_link(*, user: User) -> str:
    """The address that confirms the account's mailbox when it is opened; it lives a day (``rules.LINK_LIVES``)."""
    return confirmation_keys.link_to(EmailAddress.objects.get(user=user, primary=True))


@one_transaction  # at sign-in the library asks for it, outside of any transaction
def send_confirmation(*, user: User) -> None:
    """Queue the mail with the link that confirms the mailbox; the link lives a day.

    In the language of the screen: it goes to whoever is sitting at it. Where the mailbox is another account's, its owner is told.
    """
    if not user.email:
        address = EmailAddress.objects.filter(user=user, primary=True).first()
        holder = queries.account_with_mailbox(address.email) if address is not None else None
        if holder is not None:
            warn_mailbox_owner(holder=holder, tried_kind=AccountKind(user.kind))
        return
    ref = f"user:{user.pk}"
    if not (user.owns_mailbox(user.email) and brakes.may_mail(kind="confirm", mailbox=user.email, account=ref)):
        return
    link = confirmation_link(user=user)
    mail.queue_mail(
        to=user.email,
        subject=_("请确认您的注册邮箱"),
        body=_(
            "%(name)s：\n\n您在%(site)s注册了%(kind)s，登录名为 %(username)s。\n\n"
            "请打开下面的链接确认这个邮箱，确认后即可登录（链接 24 小时内有效）：\n%(link)s\n\n"
            "没有确认的注册最多保留 30 天，到期自动删除，可以重新注册。\n\n"
            "如果不是您本人注册，请不要打开链接，也不必处理本邮件。\n"
        )
        % {
            "name": user.name,
            "site": settings.SITE_NAME,
            "kind": AccountKind(user.kind).label,
            "username": user.username,
            "link": link,
        },
        # The link itself opens the account's mailbox: in the key, which logs and pages show, stands only which one it was.
        key=f"confirm-mailbox:{user.pk}:{hashlib.sha256(link.encode()).hexdigest()[:32]}",
    )


@platform_language()
def warn_mailbox_owner(*, holder: User, tried_kind: AccountKind) -> None:
    """Tell the owner of a mailbox that somebody tried to register with it; on the screen nothing is told (S-36).

    Not sent where strangers had too many sent there already.
    """
    if not brakes.may_mail(kind="taken", mailbox=holder.email, account=f"user:{holder.pk}"):
        return
    body = _(
        "%(name)s：\n\n刚才有人用这个邮箱在%(site)s注册%(tried)s。一个邮箱只能用于一个账号，所以那个新账号不能使用，填写的身份证号和手机号码也没有保存。\n\n"
        "这个邮箱已有的账号：%(kind)s，登录名 %(username)s。\n\n"
        "如果是您本人：忘记密码请打开 %(recover)s 找回；要另外注册一个账号，请换一个邮箱。\n"
        "如果不是您本人，不必处理本邮件，您的账号没有任何变化。\n"
    ) % {
        "name": holder.name,
        "site": settings.SITE_NAME,
        "tried": tried_kind.label,
        "kind": AccountKind(holder.kind).label,
        "username": holder.username,
        "recover": settings.SITE_ADDRESS + reverse("account_reset_password"),
    }
    mail.queue_mail(
        to=holder.email,
        subject=_("有人用您的邮箱注册账号"),
        body=body,
        key=f"mailbox-taken:{holder.pk}:{clock.now().isoformat()}",
    )
    if not queries.mailbox_confirmed(holder):
        send_confirmation(user=holder)


@one_transaction
def confirm_mailbox(*, user_id: int, actor: str) -> None:
    """Mark an account's mailbox as confirmed: by its owner's click, or by whoever set the account up face to face.

    Raises ``Refused`` (``link_over``) when the mailbox was released or the registration removed a moment ago.
    """
    lock_rows(User.objects.filter(pk=user_id))  # who registers it anew puts another row in the address's place
    address = EmailAddress.objects.select_for_update(no_key=True).filter(user_id=user_id, primary=True).first()
    if address is None:
        raise Refused.one(_("这个链接已失效或已经用过。"), code="link_over")
    if address.verified:
        return
    address.verified = True
    address.save(update_fields=["verified"])
    record_mailbox_confirmed(user_id=user_id, actor=actor, first=True)


@one_transaction
def record_mailbox_confirmed(*, user_id: int, actor: str, first: bool) -> None:
    """Write into the ledger that a mailbox was confirmed. With its ``first`` one an account begins to count: who has its number too is told."""
    if first:
        claims.announce_claim(user=User.objects.get(pk=user_id))
    ledger.record(event="account.mailbox_confirmed", subject=f"user:{user_id}", actor=actor, data={})


@one_transaction
def create_system_account(
    *,
    kind: AccountKind,
    name: str,
    email: str,
    username: str,
    password: str,
    id_number: str,
    mobile: str = "",
    actor: str = "system",
) -> User:
    """An account of one of the three who run the system (``SYSTEM_KINDS``); it sees no application.

    The identity number is asked for so that nobody holds two of them, nor an officer's or a unit's beside one. Its mailbox counts as confirmed:
    the account is made on the server. The others of the three are told. Raises ``Refused`` with everything wrong.
    """
    if kind not in SYSTEM_KINDS:
        raise ValueError(f"{kind} is not an account that runs the system")
    person = Particulars(name=name, id_number=id_number, mobile=mobile, email=email, username=username).tidied()

    def attempt() -> User:
        """Looked at again when somebody else took login name, mailbox or number a moment ago."""
        problems = particulars.check_registration(person=person, password=password, with_mobile=False)
        problems += queries.conflicts_with_others(person, reuse=None, now=clock.now())
        problems += duties.number_taken_at_work(person, kind=kind) + duties.conflicts_of_duties(person, kind=kind)
        if queries.mailbox_holder(person.email, reuse=None, now=clock.now()):
            problems.append(Problem(_("这个邮箱已用于另一个账号。"), where="email", code="email_taken"))
        if problems:
            raise Refused(problems)
        return open_account(kind=kind, person=person, password=password, acceptance=None)

    user = once_more_when_taken(attempt)
    confirm_mailbox(user_id=user.pk, actor=actor)
    return user


@one_transaction
def change_contact(*, user_id: int, mobile: str, position: str) -> User:
    """A person changes the mobile number and position of their own account. Name and identity number are not theirs to change."""
    user = User.objects.select_for_update(no_key=True).get(pk=user_id)
    tidy = rules.Particulars(
        name=user.name, id_number="", mobile=mobile, email=user.email, username=user.username, position=position
    ).tidied()
    problems = [
        p for p in rules.check_particulars(tidy, today=clock.today(), with_identity=False) if p.where in {"mobile", "position"}
    ]
    if problems:
        raise Refused(problems)
    changed = [field for field in ("mobile", "position") if getattr(user, field) != getattr(tidy, field)]
    if changed:
        user.mobile, user.position = tidy.mobile, tidy.position
        user.save(update_fields=changed)
        ledger.record(
            event="account.contact_changed", subject=f"user:{user_id}", actor=f"user:{user_id}", data={"fields": changed}
        )
    return user


@one_transaction
def replace_mailbox(*, user_id: int, email: str, actor: str, source: str = "") -> User:
    """Put another mailbox in the place of one that is lost, without its owner being signed in (S-36).

    Whoever calls has made sure of the person and of the new mailbox. The password is gone, every session ends, links of the
    library that are still on their way are void: the owner sets a password through “找回账号”. The old address is told.
    Raises ``Refused`` for a mailbox that cannot be used.
    """
    user = User.objects.select_for_update(no_key=True).get(pk=user_id)
    problems = check_new_mailbox(user=user, email=email)
    if problems:
        raise Refused(problems)
    old, first = user.email, not queries.mailbox_confirmed(user)
    try:
        release_mailbox(email, keeper=user)
    except IntegrityError:
        raise Refused([_mailbox_taken()]) from None
    EmailAddress.objects.filter(user=user).delete()
    user.set_email(email.lower())
    user.set_unusable_password()
    user.save(update_fields=["email", "password"])
    EmailAddress.objects.create(user=user, email=user.email, primary=True, verified=True)
    end_sessions(user=user)
    if first:
        claims.announce_claim(user=user)
    ledger.record(
        event="account.mailbox_replaced",
        subject=f"user:{user.pk}",
        actor=actor,
        data={"from": keyed_hash(old, purpose="mailbox"), "to": keyed_hash(user.email, purpose="mailbox"), "source": source},
    )
    mails.tell_of_new_mailbox(user=user, old=old, key=source or f"{user.pk}:{clock.now().isoformat()}")
    return user


def check_new_mailbox(*, user: User, email: str, tell_taken: bool = True) -> list[Problem]:
    """Why ``email`` cannot take the place of the mailbox of ``user``; empty when it can.

    ``tell_taken``: false for whoever asks, who learns of no other account; the office that decides is told.
    """
    problems = rules.check_mailbox(email)
    if not problems and email.lower() == user.email.lower():
        problems.append(Problem(_("这就是账号现在登记的邮箱。"), where="email", code="email_same"))
    elif not problems and tell_taken and queries.mailbox_holder(email, reuse=user, now=clock.now()) is not None:
        problems.append(_mailbox_taken())
    return problems


def _mailbox_taken() -> Problem:
    return Problem(_("这个邮箱已用于另一个账号，请换一个。"), where="email", code="email_taken")


@one_transaction
def end_other_sessions(*, user_id: int, key: str) -> None:
    """Sign the account out everywhere but in the session of this key."""
    for session in UserSession.objects.filter(user_id=user_id).exclude(session_key=key):
        session.end()
    securitylog.note(event="sessions.ended", after_commit=True, subject=f"user:{user_id}")


@one_transaction
def end_session(*, user_id: int, session_id: int) -> None:
    """End one session of the account; one that is over or somebody else's is passed by."""
    for session in UserSession.objects.filter(user_id=user_id, pk=session_id):
        session.end()
        securitylog.note(event="sessions.ended", after_commit=True, subject=f"user:{user_id}")


def end_sessions(*, user: User) -> None:
    """Sign the account out everywhere, at once, and know none of its devices any more.

    A session ends also where the list of sessions knows nothing of it. Call with the account locked.
    """
    user.session_epoch += 1
    user.save(update_fields=["session_epoch"])
    for session in UserSession.objects.filter(user=user):
        session.end()
    forget_devices(user_id=user.pk)
    securitylog.note(event="sessions.ended", after_commit=True, subject=f"user:{user.pk}")


def close_account(*, user: User, actor: str) -> None:
    """Shut a locked account: nobody signs in to it, its sessions end, links that are on their way are dead. What it did stays.

    Its password stays as it is, so that who knows it reads whom to ask, and nobody else learns that the account is closed.
    """
    user.is_active = False
    user.save(update_fields=["is_active"])
    EmailAddress.objects.filter(user=user, primary=False).delete()  # a new mailbox that was not confirmed yet
    end_sessions(user=user)
    ledger.record(event="account.closed", subject=f"user:{user.pk}", actor=actor, data={"kind": user.kind})


def reopen_account(*, user: User, actor: str) -> None:
    """Let the owner of a locked, closed account in again: the old password is void, a new one is set through “找回账号”."""
    user.is_active = True
    user.set_unusable_password()
    user.save(update_fields=["is_active", "password"])
    ledger.record(event="account.opened_again", subject=f"user:{user.pk}", actor=actor, data={"kind": user.kind})


def reset_second_factor(*, user: User, actor: str) -> None:
    """Remove every second factor of a locked account, end its sessions and know none of its devices any more. ``actor``: who consented.
    Two have made sure of the person (``organizations.actions``: ``decide_factor_reset``, ``decide_account_request``), whose entry says so."""
    if apps.is_installed("allauth.mfa"):
        from zhicheng.accounts.replacing_factor import remove_factors

        remove_factors(user=user, actor=actor)
    end_sessions(user=user)
    securitylog.note(event="factor.removed", after_commit=True, subject=f"user:{user.pk}")
