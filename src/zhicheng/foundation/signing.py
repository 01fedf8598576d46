"""The key that signs the heads of the ledger. It lies outside the database: who can rewrite the one must not have the other."""

from __future__ import annotations

import base64
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from zhicheng.foundation.proofs import ECDSA_P256, ED25519, key_id

PrivateKey = ed25519.Ed25519PrivateKey | ec.EllipticCurvePrivateKey


@dataclass(frozen=True, slots=True)
class Signed:
    """A signature in base64, how it was made, and the id of the key (``proofs.key_id``); all empty where there is no key."""

    algorithm: str = ""
    key_id: str = ""
    value: str = ""


def sign(statement: bytes) -> Signed:
    """Sign with the instance's key; an empty :class:`Signed` while none is set. Raises ``ImproperlyConfigured`` for one that is no key."""
    key = signing_key()
    if key is None:
        return Signed()
    if isinstance(key, ed25519.Ed25519PrivateKey):
        algorithm, raw = ED25519, key.sign(statement)
    else:
        algorithm, raw = ECDSA_P256, key.sign(statement, ec.ECDSA(hashes.SHA256()))
    return Signed(algorithm, key_id(key.public_key()), base64.b64encode(raw).decode())


def public_pem() -> str:
    """The public part, for whoever checks heads; empty while no key is set."""
    key = signing_key()
    if key is None:
        return ""
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    return key.public_key().public_bytes(serialization.Encoding.PEM, form).decode()


def own_key_id() -> str:
    """The id of the key in use; empty while none is set."""
    key = signing_key()
    return key_id(key.public_key()) if key is not None else ""


def signing_key() -> PrivateKey | None:
    """The key of ``ZHICHENG_LEDGER_SIGNING_KEY`` (PEM, or the path of a PEM file): Ed25519, or EC on P-256. A rehearsal makes its own."""
    told = settings.LEDGER_SIGNING_KEY
    if not told and settings.MODE != "production":
        told = str(_own_key())
    if not told:
        return None
    try:
        key = read_key(told)
    except (OSError, ValueError, TypeError) as error:
        raise ImproperlyConfigured(f"ZHICHENG_LEDGER_SIGNING_KEY cannot be read as a key: {error}") from error
    if isinstance(key, ed25519.Ed25519PrivateKey):
        return key
    if isinstance(key, ec.EllipticCurvePrivateKey) and isinstance(key.curve, ec.SECP256R1):
        return key
    raise ImproperlyConfigured("ZHICHENG_LEDGER_SIGNING_KEY must be an Ed25519 key or an EC key on P-256.")


def read_key(told: str) -> object:
    """The private key in ``told`` (PEM, or the path of a PEM file). Raises ``OSError``, ``ValueError`` or ``TypeError`` for none."""
    pem = told.encode() if "-----BEGIN" in told else Path(told).read_bytes()
    return serialization.load_pem_private_key(pem, password=None)


def _own_key() -> Path:
    """The key a rehearsal or the tests made for themselves."""
    return own_file("ledger-signing-key.pem", lambda: private_pem(ed25519.Ed25519PrivateKey.from_private_bytes(own_secret())))


def own_secret() -> bytes:
    """32 bytes for a key of a rehearsal or of the tests: the first of them say so (``instance.KEY_BEGINS``), wherever it is carried."""
    begins = f"{settings.MODE}-only".encode()
    return begins + os.urandom(32 - len(begins))


def private_pem(key: PrivateKey) -> bytes:
    """The key as a file holds it."""
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())


def own_file(name: str, make: Callable[[], bytes]) -> Path:
    """A file with a secret in the data folder, made by whichever of several processes first needs it, and readable by its owner alone."""
    path: Path = settings.DATA_DIR / name
    if not path.exists():
        pem = make()
        path.parent.mkdir(parents=True, exist_ok=True)
        made = path.with_name(f"{path.name}.{os.getpid()}")
        with os.fdopen(os.open(made, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as target:
            target.write(pem)
        try:
            os.link(made, path)  # the first of several processes wins
        except FileExistsError:
            pass
        finally:
            made.unlink()
    return path
