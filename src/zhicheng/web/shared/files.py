"""Handing an evidence file to whoever may see it: the file, or the copy without what could act; the original when it is asked for.

The permission check is the caller's, as everywhere: fetch the file through a query that is filtered by the actor.
"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render

from zhicheng.evidence.models import EvidenceFile
from zhicheng.evidence.queries import is_mended_only
from zhicheng.evidence.serving import file_response, original_response
from zhicheng.foundation import blobs, securitylog

ORIGINAL = "unchanged"


def file_answer(request: HttpRequest, file: EvidenceFile, *, in_parts: bool = True) -> HttpResponseBase:
    """What a reader gets; ``?download`` sends it as a download.

    Of a file that has a copy, ``?unchanged`` shows the page that says what the original may do, and ``?unchanged=yes``, the link on that
    page, sends it: always as a download, never to be opened by the browser, and noted. ``in_parts``: as ``file_response`` says.
    """
    try:
        return _answer(request, file, in_parts)
    except blobs.BlobMissing:  # logged where it was found
        return render(request, "shared/file_lost.html", {"file": file}, status=503)


def _answer(request: HttpRequest, file: EvidenceFile, in_parts: bool) -> HttpResponseBase:
    if not file.safe_sha256 or ORIGINAL not in request.GET:
        return file_response(file, request=request, as_download="download" in request.GET, in_parts=in_parts)
    if request.GET[ORIGINAL] != "yes":
        context = {"file": file, "address": f"{request.path}?{ORIGINAL}=yes", "mended_only": is_mended_only(file)}
        return render(request, "shared/original.html", context)
    securitylog.note(event="file.original", file=file.pk)
    return original_response(file)
