"""A new phone takes the place of the old one as second factor, in one step: there is no moment without. And every factor goes at once where
it was lost."""

from __future__ import annotations

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP

from zhicheng.accounts.models import User
from zhicheng.accounts.second_factor import removed_by, secrets_of
from zhicheng.foundation.errors import Refused
from zhicheng.foundation.transactions import one_transaction


@one_transaction
def replace_app(*, user_id: int, secret: str) -> tuple[Authenticator, Authenticator]:
    """Put the authenticator app with ``secret`` in the place of the one the account has: what went, what came. Recovery codes stay.

    The caller has made sure of a code of the old app (or a recovery code) and of one of the new. Raises ``Refused`` without an old one:
    it was taken away meanwhile, and whoever took it away must not be undone.
    """
    user = User.objects.select_for_update(no_key=True).get(pk=user_id)
    old = Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).first()
    if old is None:
        raise Refused.one("there is no app to replace", code="no_factor")
    old.delete()
    with secrets_of(user_id):
        new: Authenticator = TOTP.activate(user, secret).instance
    return old, new


def remove_factors(*, user: User, actor: str) -> None:
    """Remove every second factor of a locked account; ``actor``: who consented (``actions.reset_second_factor``)."""
    with removed_by(actor):
        Authenticator.objects.filter(user=user).delete()
