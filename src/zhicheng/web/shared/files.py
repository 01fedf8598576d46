"""Handing an evidence file to whoever may see it: the file, or the copy without what could act; the original when it is asked for.

The permission check is the caller's, as everywhere: fetch the file through a query that is filtered by the actor.
"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from zhicheng.evidence.models import EvidenceFile
from zhicheng.evidence.queries import why_a_copy
from zhicheng.evidence.serving import file_response, original_response
from zhicheng.foundation import blobs, securitylog
from zhicheng.web.shared.standing import page_with

ORIGINAL = "unchanged"
# Address of a file → the page it stands on, and what that is called there.
STANDS_ON: dict[str, tuple[str, str]] = {
    "desk_file": ("desk_case", gettext_noop("申请书")),
    "application_file": ("application_material", gettext_noop("申报材料")),
    "library_file": ("library_item", gettext_noop("我的资料库")),
    "unit_publicity_file": ("unit_publicity", gettext_noop("单位公示")),
    "unit_licence_file": ("unit_information", gettext_noop("我的信息")),
    "office_licence_file": ("office_registration", gettext_noop("单位注册审核")),
    "office_account_scan": ("office_account_request", gettext_noop("账号申请")),
}


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
        context = {"file": file, "address": f"{request.path}?{ORIGINAL}=yes", "why": why_a_copy(file)}
        return render(request, "shared/original.html", context | _way_back(request))
    securitylog.note(event="file.original", file=file.pk)
    return original_response(file)


def _way_back(request: HttpRequest) -> dict[str, str]:
    match = request.resolver_match
    if match is None:
        raise LookupError("a file that stands at no address")
    page, label = STANDS_ON[match.view_name]
    shown = f"?file={match.kwargs['file_id']}" if "file_id" in match.kwargs else ""  # a case shows one of its files
    return {"back": page_with(page, match) + shown, "back_label": _(label)}
