"""The digital signature of a receipt: PAdES, ECDSA on P-256. It shows that the file left this instance and was not changed since.

The key lies outside the database, with the worker alone; the certificates are public. A certificate that the office made itself proves no
more than that: it is not the legal seal of an office (电子印章), and nothing here says so. Who has such a seal, or a signing machine, names a
function of their own in ``ZHICHENG_PAPER_SIGNER``.

Only files that this house made are read here, byte for byte as they are kept: a stranger's is compared, never opened
(docs/security/components.md).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils.module_loading import import_string

from zhicheng.foundation import clock
from zhicheng.foundation.signing import own_file, own_secret, private_pem, read_key

if TYPE_CHECKING:
    from pyhanko.sign.signers import Signer

OWN_FILE = "paper-signing.pem"  # of a rehearsal: key and certificate
_OWN_FROM, _OWN_UNTIL = datetime(2000, 1, 1, tzinfo=UTC), datetime(2099, 12, 31, tzinfo=UTC)  # its clock goes anywhere


class UnreadableKey(ImproperlyConfigured):
    """The file of the key is not there, or not for this process to read."""


class NotValidNow(ImproperlyConfigured):
    """The certificate of the key has ended, or has not begun."""

    def __init__(self, certificate: x509.Certificate) -> None:
        self.certificate = certificate
        valid = f"{certificate.not_valid_before_utc.isoformat()} to {certificate.not_valid_after_utc.isoformat()}"
        super().__init__(f"The certificate of the key in ZHICHENG_PAPER_SIGNING_KEY is valid from {valid} only.")


@dataclass(frozen=True, slots=True)
class SignedPdf:
    """A signed file, and the fingerprint (SHA-256, 64 hex digits) of the certificate it is signed with."""

    pdf: bytes
    certificate_sha256: str


def signer() -> Signer | None:
    """What signs here, or ``None`` where nothing was set up. Raises ``ImproperlyConfigured`` for what cannot be used."""
    make: Callable[[], Signer | None] = import_string(settings.PAPER_SIGNER)
    return make()


def key_signer() -> Signer | None:
    """What signs with the key and the certificate of the settings (:func:`signing_pair`)."""
    pair = signing_pair()
    if pair is None:
        return None
    key, certificate = pair
    raw = key.private_bytes(serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    from zhicheng.documents import pades

    return pades.signer_of(raw, _der(certificate))


def signing_pair() -> tuple[ec.EllipticCurvePrivateKey, x509.Certificate] | None:
    """The key of ``ZHICHENG_PAPER_SIGNING_KEY`` with its certificate among ``ZHICHENG_PAPER_CERTIFICATES``; a rehearsal makes both itself.

    Of several certificates of the key the first that is valid now. Raises ``ImproperlyConfigured`` for what cannot sign.
    """
    told = settings.PAPER_SIGNING_KEY or _own()
    if not told:
        return None
    try:
        key = read_key(told)
    except OSError as error:
        raise UnreadableKey(f"ZHICHENG_PAPER_SIGNING_KEY cannot be read: {error}") from error
    except (ValueError, TypeError) as error:
        raise ImproperlyConfigured(f"ZHICHENG_PAPER_SIGNING_KEY is no key: {error}") from error
    if not isinstance(key, ec.EllipticCurvePrivateKey) or not isinstance(key.curve, ec.SECP256R1):
        raise ImproperlyConfigured("ZHICHENG_PAPER_SIGNING_KEY must be an EC key on P-256.")
    found = [each for each in certificates() if each.public_key() == key.public_key()]
    if not found:
        raise ImproperlyConfigured("ZHICHENG_PAPER_CERTIFICATES holds no certificate of the key in ZHICHENG_PAPER_SIGNING_KEY.")
    now = clock.now()
    for each in found:
        if each.not_valid_before_utc <= now <= each.not_valid_after_utc:
            return key, each
    raise NotValidNow(found[0])


def certificates() -> list[x509.Certificate]:
    """The certificates a signature is believed under: first today's, then those of before. Raises ``ImproperlyConfigured`` for what are none."""
    told = settings.PAPER_CERTIFICATES or _own()
    if not told:
        return []
    try:
        pem = told.encode() if "-----BEGIN" in told else Path(told).read_bytes()
        return x509.load_pem_x509_certificates(pem)
    except (OSError, ValueError) as error:
        raise ImproperlyConfigured(f"ZHICHENG_PAPER_CERTIFICATES cannot be read as certificates: {error}") from error


def sign_pdf(pdf: bytes, *, at: datetime, by: Signer) -> SignedPdf:
    """``pdf`` with a signature appended, made at ``at`` (aware). Raises ``ImproperlyConfigured`` where the result does not hold."""
    from zhicheng.documents import pades

    made = SignedPdf(*pades.sign(pdf, at=at, by=by))
    if not signature_holds(made.pdf, at=at):
        raise ImproperlyConfigured(
            "The signature does not hold: its certificate must stand in ZHICHENG_PAPER_CERTIFICATES and be valid now."
        )
    return made


def signature_holds(pdf: bytes, *, at: datetime) -> bool:
    """Whether a file of ours has one signature, over all of it, by one of our certificates that was valid at ``at`` (aware)."""
    from zhicheng.documents import pades

    return pades.holds(pdf, at=at, roots=[_der(each) for each in certificates()])


def _der(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.DER)


def _own() -> str:
    """The file with the key and the certificate that a rehearsal or the tests made for themselves; none in production."""
    return "" if settings.MODE == "production" else str(own_file(OWN_FILE, _make_own))


def _make_own() -> bytes:
    key = ec.derive_private_key(int.from_bytes(own_secret(), "big"), ec.SECP256R1())
    name = x509.Name(
        [x509.NameAttribute(NameOID.COMMON_NAME, f"{settings.MODE} only"), x509.NameAttribute(NameOID.COUNTRY_NAME, "CN")]
    )
    usage = x509.KeyUsage(True, True, False, False, False, False, False, False, False)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(_OWN_FROM)
        .not_valid_after(_OWN_UNTIL)
        .add_extension(usage, critical=True)
        .sign(key, hashes.SHA256())
    )
    return private_pem(key) + made.public_bytes(serialization.Encoding.PEM)
