"""The signature of a request as the gateways of 阿里云 ask for it (ACS3-HMAC-SHA256, “V3 request structure and signature”). Pure."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from urllib.parse import quote

ALGORITHM = "ACS3-HMAC-SHA256"


def query_of(params: Mapping[str, str]) -> str:
    """The query in its canonical form: names in order, everything but letters, digits and ``-_.~`` as ``%XX``."""
    return "&".join(f"{_quoted(name)}={_quoted(value)}" for name, value in sorted(params.items()))


def authorization(*, method: str, path: str, query: str, headers: Mapping[str, str], key_id: str, secret: str) -> str:
    """The header ``Authorization`` of a request without a body; ``headers``: all that are signed, in small letters, ``x-acs-content-sha256`` among them."""
    signed = ";".join(sorted(headers))
    told = "".join(f"{name}:{value.strip()}\n" for name, value in sorted(headers.items()))
    canonical = "\n".join([method, path, query, told, signed, headers["x-acs-content-sha256"]])
    text = f"{ALGORITHM}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
    signature = hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()
    return f"{ALGORITHM} Credential={key_id},SignedHeaders={signed},Signature={signature}"


def _quoted(text: str) -> str:
    return quote(text, safe="-_.~")
