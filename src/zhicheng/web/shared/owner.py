"""Whose form this is: a signed name of the person who opened it, so that typed words go back to nobody else."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.core import signing

from zhicheng.foundation import securitylog

_SALT = "zhicheng.web.form-owner"
VALID = timedelta(days=7)  # as long as a form stays good for one sending (web/shared/once.py)


def owner_token_for(user: Any) -> str:
    """A signed token naming the signed-in ``user``; empty for a visitor. It grants nothing: it only says whose words these are."""
    if not getattr(user, "is_authenticated", False):
        return ""
    return signing.TimestampSigner(salt=_SALT).sign(str(user.pk))


def owner_token_on(request: Any) -> str:
    """The token of whoever asks for a page: the same in each of its forms."""
    user = getattr(request, "user", None)
    made: dict[object, str] = request.__dict__.setdefault("owner_tokens", {}) if request is not None else {}
    person = getattr(user, "pk", None)
    if person not in made:
        made[person] = owner_token_for(user)
    return made[person]


def read_owner(token: str) -> int | None:
    """The user id inside ``token``; ``None`` when it is missing, was not signed by us, or longer ago than ``VALID``."""
    try:
        return int(signing.TimestampSigner(salt=_SALT).unsign(token, max_age=VALID))
    except signing.SignatureExpired:
        return None
    except (signing.BadSignature, ValueError):
        if token:
            securitylog.note(event="input.tampered", result="refused", what="owner")
        return None
