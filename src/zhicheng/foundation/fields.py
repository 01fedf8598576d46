"""Personal identity numbers at rest: encrypted, and found again through a keyed hash (a *blind index*).

Two independent keys on purpose: whoever can compute the index of a guessed number still cannot decrypt a stored one.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.core.exceptions import FieldError, ImproperlyConfigured
from django.db import models

_PREFIX = "v1:"


def _keys() -> list[bytes]:
    keys = [base64.b64decode(k) for k in settings.FIELD_KEYS]
    if not keys or any(len(k) != 32 for k in keys):
        raise ImproperlyConfigured("ZHICHENG_FIELD_KEYS must hold one or more base64 keys of 32 bytes, the current one first.")
    return keys


def encrypt(value: str) -> str:
    """Encrypt ``value`` with the current key (AES-256-GCM, random nonce); the result is printable text."""
    nonce = os.urandom(12)
    sealed = AESGCM(_keys()[0]).encrypt(nonce, value.encode(), None)
    return _PREFIX + base64.b64encode(nonce + sealed).decode()


def decrypt(value: str) -> str:
    """Undo :func:`encrypt` with whichever known key fits. Raises ``ValueError`` when none does (a key was lost)."""
    raw = base64.b64decode(value.removeprefix(_PREFIX))
    for key in _keys():
        try:
            return AESGCM(key).decrypt(raw[:12], raw[12:], None).decode()
        except InvalidTag:
            continue
    raise ValueError("no known key decrypts this value")


def blind_index(value: str) -> str:
    """A keyed hash (HMAC-SHA-256, 64 hex digits) of ``value``: equal values have equal indexes, and nothing else is learnt."""
    if not settings.BLIND_INDEX_KEY:
        raise ImproperlyConfigured("ZHICHENG_BLIND_INDEX_KEY is not set.")
    return hmac.new(settings.BLIND_INDEX_KEY.encode(), value.strip().upper().encode(), hashlib.sha256).hexdigest()


def mask_id_number(value: str) -> str:
    """``652701199003071233`` → ``652701************``: the region stays. The mask of every list and page (PIPL 第二十五条)."""
    return _masked(value, last=0)


def mask_id_number_on_paper(value: str) -> str:
    """``652701199003071233`` → ``652701**********33``: the mask of T1, where a notice must name the number (S-66).

    More than 100,000 numbers fit it, with the sex beside it; with a birthday or an age beside it far fewer would. What is masked
    already keeps no more than that either.
    """
    return _masked(value, last=2)


def mask_own_id_number(value: str) -> str:
    """``652701199003071233`` → ``652701********1233``: for nobody but its owner, who has to recognise it. Some 1,300 numbers fit."""
    return _masked(value, last=4)


def _masked(value: str, *, last: int) -> str:
    if len(value) < 12:
        return "*" * len(value)
    return value[:6] + "*" * (len(value) - 6 - last) + value[len(value) - last :]


def mask_mobile(value: str) -> str:
    """``13812345678`` → ``138****5678``."""
    return value[:3] + "*" * max(len(value) - 7, 0) + value[-4:] if len(value) > 7 else "*" * len(value)


class EncryptedTextField(models.TextField):
    """Text that is encrypted in the database and plain in Python. It cannot be searched: keep a blind index beside it."""

    def get_lookup(self, lookup_name: str) -> Any:
        # Each encryption of a value is different: a comparison would quietly find nothing.
        if lookup_name != "isnull":
            raise FieldError(f"{self.name} is encrypted and cannot be searched; search its blind index.")
        return super().get_lookup(lookup_name)

    def get_prep_value(self, value: Any) -> Any:
        value = super().get_prep_value(value)
        return encrypt(value) if value else value

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        return decrypt(value) if value and value.startswith(_PREFIX) else value
