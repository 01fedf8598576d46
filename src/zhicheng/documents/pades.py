"""PAdES with pyHanko: signing a file of ours, and saying whether a signature on one holds. Loaded by ``signatures.py`` when it is needed:
no process that only shows pages carries the library (26 MB) around.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime
from io import BytesIO
from typing import Any

from asn1crypto.keys import PrivateKeyInfo
from asn1crypto.x509 import Certificate
from django.conf import settings
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import SigSeedSubFilter
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner, Signer, SimpleSigner
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.registry import SimpleCertificateStore

FIELD = "Receipt"


class _AsItWasWritten(IncrementalPdfFileWriter):
    """What is signed is the file as the typesetter wrote it: its metadata stay those of its own moment, not of this machine's clock."""

    def _update_meta(self) -> None:
        return None


class _AtThatMoment(PdfSigner):
    """Signs with the time of our clock."""

    def __init__(self, metadata: PdfSignatureMetadata, signer: Signer, moment: datetime) -> None:
        super().__init__(metadata, signer)
        self.moment = moment

    def init_signing_session(self, *args: Any, **kwargs: Any) -> Any:
        session = super().init_signing_session(*args, **kwargs)
        session.system_time = self.moment
        return session


def signer_of(key: bytes, certificate: bytes) -> Signer:
    """A signer from a private key (PKCS #8) and its certificate, both as DER."""
    return SimpleSigner(Certificate.load(certificate), PrivateKeyInfo.load(key), SimpleCertificateStore())


def sign(pdf: bytes, *, at: datetime, by: Signer) -> tuple[bytes, str]:
    """``pdf`` with a signature appended, made at ``at`` (aware), and the fingerprint of the certificate (SHA-256, 64 hex digits).

    ``certify`` stays off: a further signature, of an office's own, would be allowed.
    """
    metadata = PdfSignatureMetadata(
        field_name=FIELD, md_algorithm="sha256", subfilter=SigSeedSubFilter.PADES, certify=False, name=settings.SITE_NAME
    )
    signed = _AtThatMoment(metadata, by, at).sign_pdf(_AsItWasWritten(BytesIO(pdf))).getvalue()
    if by.signing_cert is None:
        raise ValueError("a signer without a certificate")
    return signed, hashlib.sha256(by.signing_cert.dump()).hexdigest()


def holds(pdf: bytes, *, at: datetime, roots: Sequence[bytes]) -> bool:
    """Whether ``pdf`` has one signature, over all of it, by a certificate of ``roots`` (DER) that was valid at ``at``.

    Of the checks of the signature the library's last line alone is asked: something appended passes every single one before it. The
    signer's certificate is looked at here: one that is a root itself is believed by the library whatever its days are, and one whose
    authority stands among the roots even when it is not there.
    """
    found = PdfFileReader(BytesIO(pdf)).embedded_signatures
    if len(found) != 1:
        return False
    by = found[0].signer_cert
    if by.dump() not in roots or not by.not_valid_before <= at <= by.not_valid_after:
        return False
    context = ValidationContext(trust_roots=[Certificate.load(root) for root in roots], moment=at, allow_fetching=False)
    return bool(validate_pdf_signature(found[0], context).bottom_line)
