"""Sealing: what nobody who only holds the database may read, move or put back.

A sealed value is text in four parts: ``v2:a256gcm:KEY:BYTES``: the form, the algorithm, the id of the key, and nonce, cipher and
tag in base64. The algorithm's name stands in every value, so that another one (SM4) can come without touching what is sealed
already. Two things are bound into the seal and not written in it: what the key is used for (``purpose``; each has a key of its
own, derived from the instance's) and where the value lies (``place``: table, column and row, or whatever else names it). A value
that is copied to another place, even by somebody with every right on the database, does not open there.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import os
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from zhicheng.foundation.algorithms import HMAC_SHA_256

FORM = "v2"
AES_256_GCM = "a256gcm"
_NONCE_BYTES = 12
_KEY_BYTES = 32


class SealBroken(ValueError):
    """A sealed value that does not open: its key is not among the instance's, or it was not sealed for this place."""


def seal(value: str, *, purpose: str, place: str) -> str:
    """Seal ``value`` (any text) with the current key: printable ASCII, different every time."""
    key_id, key = _keys()[0]
    head = f"{FORM}:{AES_256_GCM}:{key_id}"
    nonce = os.urandom(_NONCE_BYTES)
    cipher = AESGCM(_derived(key, purpose)).encrypt(nonce, value.encode(), _bound(head, purpose, place))
    return f"{head}:{base64.b64encode(nonce + cipher).decode()}"


def unseal(sealed: str, *, purpose: str, place: str) -> str:
    """Undo :func:`seal` for the same purpose and place. Raises :class:`SealBroken`."""
    head, _colon, body = sealed.rpartition(":")
    form, _colon, rest = head.partition(":")
    algorithm, _colon, key_id = rest.partition(":")
    if form != FORM or algorithm != AES_256_GCM:
        raise SealBroken(f"not a sealed value of a form known here: {sealed[:16]!r}")
    key = dict(_keys()).get(key_id)
    if key is None:
        raise SealBroken(f"no known key opens this value: it was sealed with the key {key_id}")
    try:
        raw = base64.b64decode(body, validate=True)
        return (
            AESGCM(_derived(key, purpose)).decrypt(raw[:_NONCE_BYTES], raw[_NONCE_BYTES:], _bound(head, purpose, place)).decode()
        )
    except (InvalidTag, binascii.Error, ValueError) as error:
        raise SealBroken(f"this value was changed, or was not sealed for {place}") from error


def handed_keys(*, purpose: str, place: str) -> list[tuple[str, bytes]]:
    """Keys to be handed to a browser, which seals with the first what it keeps for ``place`` alone: ``(id, 32 bytes)``, the current one
    first. They are made anew each time and stored nowhere; nothing that the instance itself sealed opens with them.
    """
    return [(key_id, _derived(key, f"{purpose}\0{place}", f"handed {AES_256_GCM}")) for key_id, key in _keys()]


def authenticate(value: str, *, purpose: str) -> str:
    """What nobody without the keys can write beside ``value``: ``v2:hmac-sha256:KEY:HEX``. It hides nothing."""
    key_id, key = _keys()[0]
    head = f"{FORM}:{HMAC_SHA_256}:{key_id}"
    return f"{head}:{_mac(key, head, value, purpose)}"


def require_authentic(value: str, mark: str, *, purpose: str) -> None:
    """Whether ``mark`` is what :func:`authenticate` wrote beside the same value, with any of the keys. Raises :class:`SealBroken`."""
    head, _colon, body = mark.rpartition(":")
    key = dict(_keys()).get(key_of(mark))
    if not head.startswith(f"{FORM}:{HMAC_SHA_256}:") or key is None:
        raise SealBroken(f"no known key made this mark: {mark[:40]!r}")
    if not hmac.compare_digest(_mac(key, head, value, purpose), body):
        raise SealBroken("this was changed since its mark was made")


def key_ids() -> list[str]:
    """The ids of the instance's keys, the current one first. An id is the beginning of a hash of the key and tells nothing of it."""
    return [key_id for key_id, _key in _keys()]


def key_of(sealed: str) -> str:
    """The id of the key ``sealed`` was sealed with; ``""`` for what has none (sealed before values named their key)."""
    parts = sealed.split(":")
    return parts[2] if len(parts) == 4 and parts[0] == FORM else ""


def _mac(key: bytes, head: str, value: str, purpose: str) -> str:
    derived = _derived(key, purpose, HMAC_SHA_256)
    return hmac.new(derived, "\0".join((head, purpose, value)).encode(), hashlib.sha256).hexdigest()


def _keys() -> list[tuple[str, bytes]]:
    return list(_read_keys(tuple(settings.FIELD_KEYS)))


@lru_cache(maxsize=8)
def _read_keys(texts: tuple[str, ...]) -> tuple[tuple[str, bytes], ...]:
    try:
        keys = [base64.b64decode(text, validate=True) for text in texts]
    except (binascii.Error, ValueError):
        keys = []
    if not keys or any(len(key) != _KEY_BYTES for key in keys):
        raise ImproperlyConfigured("ZHICHENG_FIELD_KEYS must hold one or more base64 keys of 32 bytes, the current one first.")
    return tuple((hashlib.sha256(b"zhicheng key id\0" + key).hexdigest()[:8], key) for key in keys)


@lru_cache(maxsize=64)
def _derived(key: bytes, purpose: str, algorithm: str = AES_256_GCM) -> bytes:
    info = f"zhicheng {algorithm} {purpose}".encode()
    return HKDF(algorithm=hashes.SHA256(), length=_KEY_BYTES, salt=None, info=info).derive(key)


def _bound(head: str, purpose: str, place: str) -> bytes:
    return "\0".join((head, purpose, place)).encode()
