"""The codes an authenticator app would show."""

from __future__ import annotations

import time

from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value


def code_of(secret: str, step: int = 0) -> str:
    """The code of the present half minute, or of one ``step`` before or after it."""
    return str(format_hotp_value(hotp_value(secret, int(time.time()) // 30 + step)))
