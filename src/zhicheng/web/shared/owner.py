"""Whose form this is: a signed name of the person who opened it, so that typed words go back to nobody else."""

from __future__ import annotations

from typing import Any

from django.core import signing

from zhicheng.foundation import securitylog

_SALT = "zhicheng.web.form-owner"


def owner_token_for(user: Any) -> str:
    """A signed token naming the signed-in ``user``; empty for a visitor. It grants nothing: it only says whose words these are."""
    if not getattr(user, "is_authenticated", False):
        return ""
    return signing.Signer(salt=_SALT).sign(str(user.pk))


def read_owner(token: str) -> int | None:
    """The user id inside ``token``; ``None`` when it is missing or was not signed by us."""
    try:
        return int(signing.Signer(salt=_SALT).unsign(token))
    except (signing.BadSignature, ValueError):
        if token:
            securitylog.note(event="input.tampered", result="refused", what="owner")
        return None
