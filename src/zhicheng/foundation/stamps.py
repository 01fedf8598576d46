"""Time stamps of an authority (RFC 3161): that a head existed at a moment, said by somebody who has nothing to do with the instance."""

from __future__ import annotations

import urllib.request
from pathlib import Path

from cryptography import x509
from django.conf import settings
from rfc3161_client import HashAlgorithm, TimestampRequestBuilder, VerifierBuilder, decode_timestamp_response
from rfc3161_client.errors import VerificationError

from zhicheng.foundation import outgoing

SECONDS = 20


class NoStamp(RuntimeError):
    """The authority did not answer, refused, or answered with a stamp that does not hold."""


def is_wanted() -> bool:
    """Whether an authority is set (``ZHICHENG_TSA_URL``)."""
    return bool(settings.TSA_URL)


def stamp(content: bytes) -> bytes:
    """Ask the authority for a stamp of ``content`` and return its response (DER), verified. Raises :class:`NoStamp`."""
    request = TimestampRequestBuilder().data(content).hash_algorithm(HashAlgorithm.SHA256).build()
    asked = urllib.request.Request(  # noqa: S310 - the operator's own setting, checked on the next line
        settings.TSA_URL, data=request.as_bytes(), headers={"Content-Type": "application/timestamp-query"}
    )
    if asked.type not in {"http", "https"}:
        raise NoStamp(f"ZHICHENG_TSA_URL must begin with http: or https:, not {asked.type}:")
    try:
        response = outgoing.ask(asked, seconds=SECONDS, longest=1_000_000)
        decoded = decode_timestamp_response(response)
        verifier = VerifierBuilder.from_request(request)
        for root in roots():
            verifier = verifier.add_root_certificate(root)
        verifier.build().verify_message(decoded, content)
    except (OSError, ValueError, VerificationError) as error:
        raise NoStamp(str(error)) from error
    return bytes(response)


def holds(response: bytes, content: bytes) -> bool:
    """Whether a kept response is a stamp of ``content`` by an authority under the certificates that are set."""
    verifier = VerifierBuilder()
    for root in roots():
        verifier = verifier.add_root_certificate(root)
    try:
        verifier.build().verify_message(decode_timestamp_response(response), content)
    except (ValueError, VerificationError):
        return False
    return True


def roots() -> list[x509.Certificate]:
    """The certificates of ``ZHICHENG_TSA_CERTIFICATES`` (a PEM file): whom to believe. Raises :class:`NoStamp` without any."""
    try:
        return x509.load_pem_x509_certificates(Path(settings.TSA_CERTIFICATES).read_bytes())
    except (OSError, ValueError) as error:
        raise NoStamp(f"ZHICHENG_TSA_CERTIFICATES cannot be read: {error}") from error
