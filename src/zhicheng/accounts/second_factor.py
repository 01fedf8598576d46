"""The second factor: codes of an authenticator app (TOTP) and recovery codes. The library keeps them; what we add is here.

Required of everybody who reads other people's cases or runs the system, offered to units and applicants (``ZHICHENG_SECOND_FACTOR``).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from allauth.account.adapter import get_adapter as get_account_adapter
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.core.cache import cache
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext_lazy

from zhicheng.accounts.brakes import CodeTry
from zhicheng.accounts.devices import known_device
from zhicheng.accounts.models import User
from zhicheng.accounts.rules import works_for_an_office
from zhicheng.accounts.sealed_factors import PURPOSE, place_of
from zhicheng.foundation.sealing import SealBroken, seal, unseal

# A code is right for up to a minute and a half (one step of a phone's clock either way); it is never right twice.
REMEMBERED_SECONDS = 180
# While an authenticator app is being set up its secret waits in the session: sealed, for this account alone.
WAITING, _WAITING_PURPOSE = "factor_waiting", "second-factor-waiting"
# Whose secrets are opened, where nobody is signed in yet.
_account: ContextVar[int | None] = ContextVar("account", default=None)
# Who removes a factor, as the ledger names them; empty for its owner.
_remover: ContextVar[str] = ContextVar("remover", default="")


class SecondFactorAdapter(DefaultMFAAdapter):
    """Secrets sealed at rest, our words, and no way out of what is required."""

    error_messages = {
        "add_email_blocked": gettext_lazy("设置了两步验证的账号不能增加邮箱。"),
        "cannot_delete_authenticator": gettext_lazy("您的账号必须使用两步验证，不能关闭。"),
        "cannot_generate_recovery_codes": gettext_lazy("请先设置两步验证，再生成备用码。"),
        "incorrect_code": gettext_lazy("验证码不对，或者已经用过。请等待应用显示下一个验证码再输入。"),
        "unverified_email": gettext_lazy("请先确认邮箱，再设置两步验证。"),
    }

    def get_totp_label(self, user: Any) -> str:
        return str(user.username)

    def get_totp_issuer(self) -> str:
        return str(settings.SITE_NAME)

    def encrypt(self, text: str) -> str:
        return seal(text, purpose=PURPOSE, place=place_of(_owner()))

    def decrypt(self, encrypted_text: str) -> str:
        return unseal(encrypted_text, purpose=PURPOSE, place=place_of(_owner()))

    def can_delete_authenticator(self, authenticator: Any) -> bool:
        return not is_required(User.objects.get(pk=authenticator.user_id).kind)


@contextmanager
def secrets_of(user_id: int) -> Iterator[None]:
    """Inside, the library opens and seals secrets of this account: after the password, when nobody is signed in yet."""
    token = _account.set(user_id)
    try:
        yield
    finally:
        _account.reset(token)


@contextmanager
def removed_by(actor: str) -> Iterator[None]:
    """Inside, factors that go are taken away by ``actor`` (``user:5``, ``system``) and not by their owner."""
    token = _remover.set(actor)
    try:
        yield
    finally:
        _remover.reset(token)


def remover_of(user_id: int) -> str:
    """Who takes a factor of this account away at present."""
    return _remover.get() or f"user:{user_id}"


def _owner() -> int:
    """Whose secret it is: the account named by :func:`secrets_of`, else whoever is signed in."""
    named = _account.get()
    if named is not None:
        return named
    user = context.request.user
    if not user.is_authenticated:
        raise SealBroken("a second factor's secret is opened for its account only, and nobody is signed in")
    return int(user.pk)


def keep_waiting(session: Any, *, user_id: int, secret: str) -> None:
    """Keep the secret that is being set up in the session, sealed."""
    session[WAITING] = seal(secret, purpose=_WAITING_PURPOSE, place=f"session.{user_id}")


def take_waiting(session: Any, *, user_id: int) -> str:
    """The secret that :func:`keep_waiting` kept for this account; ``""`` when there is none. It is in the session no more."""
    sealed = session.pop(WAITING, "")
    return unseal(sealed, purpose=_WAITING_PURPOSE, place=f"session.{user_id}") if sealed else ""


def is_required(kind: str) -> bool:
    """Whether an account of this kind works only with a second factor in this instance."""
    return settings.SECOND_FACTOR == "required" and works_for_an_office(kind)


def is_set_up(user_id: int) -> bool:
    """Whether the account has an authenticator app."""
    return Authenticator.objects.filter(user_id=user_id, type=Authenticator.Type.TOTP).exists()


def of_this_account() -> Exists:
    """For a list of accounts: whether each asks for a code after the password."""
    return Exists(Authenticator.objects.filter(user=OuterRef("pk")))


def those_of(user_id: int) -> str:
    """The ids of everything that is a second factor of the account, recovery codes among them, in order: ``"7,8"``; empty for none.

    Another app or new recovery codes are another id.
    """
    return ",".join(str(pk) for pk in Authenticator.objects.filter(user_id=user_id).order_by("pk").values_list("pk", flat=True))


def code_try(request: Any, *, user_id: int) -> CodeTry:
    """A try of a code for this account, from where the request comes from."""
    device = known_device(user_id=user_id, cookies=request.COOKIES)
    address = get_account_adapter().get_client_ip(request)
    return CodeTry(user_id=user_id, address=address, device=device.token_hash if device else "")


def use_once(*, user_id: int, code: str) -> bool:
    """Note that a right code was used; whether it was the first time. Holds for every process of the instance."""
    told = hashlib.sha256("".join(code.split()).encode()).hexdigest()[:32]
    return bool(cache.add(f"factor-used:{user_id}:{told}", 1, timeout=REMEMBERED_SECONDS))
