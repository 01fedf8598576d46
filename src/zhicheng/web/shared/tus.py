"""The words of tus 1.0.0 (https://tus.io/protocols/resumable-upload): how a program sends a file that a cut line does not lose.

Core, creation, expiration and termination. What the bytes are for, and who may send them, is the views' business.
"""

from __future__ import annotations

import binascii
import re
from base64 import b64decode
from collections.abc import Iterator

from django.http import HttpRequest, HttpResponse
from django.http.request import UnreadablePostError
from django.utils.http import http_date

from zhicheng.evidence.brakes import most_bytes_of
from zhicheng.evidence.models import ResumableUpload
from zhicheng.evidence.queries import UNFINISHED_KEPT
from zhicheng.foundation.errors import Refused

VERSION = "1.0.0"
EXTENSIONS = "creation,expiration,termination"
PIECE = "application/offset+octet-stream"
_READ = 64 * 1024
_STATUS = {"offset": 409, "gone": 410, "whole": 409, "too_large": 413, "storage": 503, "no_length": 411, "no_piece": 415}
_TOO_MUCH = {"queue_full", "budget", "unfinished", "pieces"}


def method_of(request: HttpRequest) -> str:
    """What is asked: a client that cannot send PATCH or DELETE sends POST and says what it means."""
    meant = request.headers.get("X-HTTP-Method-Override", "").upper() if request.method == "POST" else ""
    return meant or str(request.method)


def said(status: int = 204, **headers: str) -> HttpResponse:
    """An answer in the protocol; ``Upload_Offset=…`` is the header ``Upload-Offset``."""
    response = HttpResponse(status=status, headers={name.replace("_", "-"): value for name, value in headers.items()})
    response["Tus-Resumable"] = VERSION
    response["Cache-Control"] = "no-store"
    return response


def said_of(upload: ResumableUpload, status: int = 204, **headers: str) -> HttpResponse:
    """:func:`said`, with how much of ``upload`` is here, and until when that is kept."""
    if upload.intake_id is None:
        headers["Upload_Expires"] = http_date((upload.touched_at + UNFINISHED_KEPT).timestamp())
    else:
        headers["Zhicheng_Intake"] = str(upload.intake_id)  # of ours: what the place is asked about next
    return said(status, Upload_Offset=str(upload.received), **headers)


def options() -> HttpResponse:
    """What is spoken here."""
    return said(Tus_Version=VERSION, Tus_Extension=EXTENSIONS, Tus_Max_Size=str(most_bytes_of(0)))


def other_version(request: HttpRequest) -> HttpResponse | None:
    """412 for a program that speaks another version, or does not say which; it is told ours."""
    if request.headers.get("Tus-Resumable") == VERSION:
        return None
    return said(412, Tus_Version=VERSION)


def refusal(refused: Refused) -> HttpResponse:
    """The reasons as a text, in the language of whoever sends, under the status the protocol or HTTP has for them."""
    code = refused.problems[0].code
    response = said(429 if code in _TOO_MUCH else _STATUS.get(code, 422))
    response.content = " ".join(str(problem.text) for problem in refused.problems).encode()
    response["Content-Type"] = "text/plain; charset=utf-8"
    return response


def whole_number_in(request: HttpRequest, header: str) -> int | None:
    """The number a header carries; ``None`` where it carries none."""
    text = request.headers.get(header, "")
    return int(text) if re.fullmatch(r"[0-9]{1,15}", text) else None


def metadata_of(request: HttpRequest) -> dict[str, str]:
    """What the client says of the file (``Upload-Metadata``: names and base64 values). What cannot be read is left out: it decides nothing."""
    found = {}
    for pair in request.headers.get("Upload-Metadata", "").split(","):
        name, _space, value = pair.strip().partition(" ")
        try:
            found[name] = b64decode(value, validate=True).decode()
        except (binascii.Error, UnicodeDecodeError):
            continue
    return found


def piece_of(request: HttpRequest) -> Iterator[bytes]:
    """What comes of the body. It ends where the line is cut: what came before is worth keeping."""
    try:
        while chunk := request.read(_READ):
            yield chunk
    except UnreadablePostError:
        return
