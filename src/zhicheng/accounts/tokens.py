"""The key in a mailed link that sets a new password."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from allauth.account.forms import EmailAwarePasswordResetTokenGenerator

from zhicheng.foundation import clock


class ResetTokens(EmailAwarePasswordResetTokenGenerator):
    """A link dies with its account: closing one makes every key different. Nor does it open an account whose mailbox is not its own."""

    def check_token(self, user: Any, token: str | None) -> bool:
        return user is not None and user.owns_mailbox(user.email) and super().check_token(user, token)

    def _now(self) -> datetime:
        """The library's way of telling the time, by the one clock: in a rehearsal a link runs out when its day does."""
        return clock.now().astimezone().replace(tzinfo=None)

    def _make_hash_value(self, user: Any, timestamp: int) -> str:
        return f"{super()._make_hash_value(user, timestamp)}|{user.is_active}"
