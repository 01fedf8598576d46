"""The address in the QR code of a paper, and what a scanner reads from it.

It is written in capitals: letters of one case and digits need a fifth less room than mixed ones (ISO/IEC 18004, alphanumeric mode), so
that the code's modules are large enough for a scan of 100 dpi. Names of hosts and protocols are the same in either case (RFC 3986, 3.1, 3.2.2).
"""

from __future__ import annotations

from typing import NamedTuple
from urllib.parse import parse_qs, unquote, urlsplit

from django.conf import settings

# The pages behind them are laid by the top floor under these paths; a printed address must stay good for years.
VERIFY_PATH = "/verify/"  # papers of before have it in their code, with ?serial=…&code=…
SCAN_PATH = "/V/"


class Scanned(NamedTuple):
    """The two values of a paper; ``code`` is empty where the text was no address of ours, and ``serial`` what was typed."""

    serial: str
    code: str


def scan_address(serial: str, code: str) -> str:
    """``HTTPS://ZC.EXAMPLE.CN/V/PS2023-000123/7KQ2…``: the address in the QR code on every page."""
    return address_in_code(f"{SCAN_PATH}{serial}/{code}")


def address_in_code(path: str) -> str:
    """The address of a page of ours as it stands in a code; ``path`` is best in capitals and digits alone."""
    site = urlsplit(settings.SITE_ADDRESS.rstrip("/"))
    return f"{site.scheme.upper()}://{site.netloc.upper()}{site.path}{path}"


def scanned(text: str) -> Scanned:
    """What a scanned QR code says, in whatever case the scanner types it; anything else, as typed, without the spaces around it."""
    text = text.strip()
    try:
        address = urlsplit(text)
    except ValueError:  # for example "[": no address, then
        return Scanned(text, "")
    if address.path.lower().endswith(VERIFY_PATH):
        values = {name.lower(): said for name, said in parse_qs(address.query).items()}
        if serials := values.get("serial", []):
            return Scanned(serials[0].strip(), values.get("code", [""])[0].strip())
    at = address.path.upper().rfind(SCAN_PATH) if address.netloc else -1
    serial, _slash, code = address.path[at + len(SCAN_PATH) :].partition("/") if at >= 0 else ("", "", "")
    return Scanned(unquote(serial).strip(), unquote(code).strip()) if serial else Scanned(text, "")
