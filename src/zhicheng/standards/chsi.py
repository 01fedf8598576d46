"""学信网 (CHSI) 在线验证码 of the 学历证书电子注册备案表 (S-52): the form only; whether it still works only CHSI knows."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlsplit

from .errors import InvalidNumber
from .text import compact, refuse_strangers, strangers

_ALLOWED = frozenset("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ")


def check_verification_code(text: str) -> str:
    """The code as 12 or 16 capital letters and digits. The address behind the QR code is accepted and its ``vcode`` taken.

    Raises :class:`InvalidNumber` with ``chsi.empty``, ``chsi.characters`` or ``chsi.length``.
    """
    stripped = text.strip()
    if re.match(r"https?://", stripped, re.IGNORECASE):
        stripped = parse_qs(urlsplit(stripped).query).get("vcode", [""])[0]
    code = compact(stripped).replace("-", "")
    if not code:
        raise InvalidNumber("chsi.empty")
    refuse_strangers(strangers(code, _ALLOWED), "chsi.characters")
    if len(code) not in {12, 16}:
        raise InvalidNumber("chsi.length", length=len(code))
    return code
