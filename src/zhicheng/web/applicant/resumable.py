"""A paper that arrives piece by piece, so that a cut line costs a piece and not the file: begun at its box, gone on with at its own address.

It goes through the same checks as one that is sent whole, and then the same way. A browser without scripts sends it whole (``materials.upload``).
"""

from __future__ import annotations

import re
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from zhicheng.applications.casefile import CaseFile
from zhicheng.applications.lifecycle import why_closed
from zhicheng.applications.placing import place_of
from zhicheng.applications.queries import intake_subject
from zhicheng.applications.where import Where
from zhicheng.evidence.actions import begin_upload, drop_upload, receive_piece
from zhicheng.evidence.intake import shrunk_from
from zhicheng.evidence.models import ResumableUpload
from zhicheng.evidence.queries import get_upload
from zhicheng.evidence.waiting import wait_for
from zhicheng.foundation.errors import Refused
from zhicheng.web.applicant.base import actor_of, case_or_404
from zhicheng.web.applicant.links import link_to
from zhicheng.web.applicant.uploads import boxes_or_404, replaced, section_asked
from zhicheng.web.shared import tus
from zhicheng.web.shared.addresses import reverse
from zhicheng.web.shared.checking import waiting_url
from zhicheng.web.shared.http import OutOfReachError


@require_http_methods(["OPTIONS", "POST"])
def begin(request: HttpRequest, application_id: int, slot: str, box: str, paper: str) -> HttpResponse:
    """An address for the pieces of one file (tus: creation); what is spoken here, for whoever asks."""
    if request.method == "OPTIONS":
        return tus.options()
    if other := tus.other_version(request):
        return other
    case = case_or_404(request, application_id)
    chosen = next((b for b in boxes_or_404(case, slot) if b.key == box and paper in {p.key for p in b.papers}), None)
    try:
        upload = _begin(request, case, place_of(case, chosen, paper, replaces=_replaces(request, case)))
    except Refused as refused:
        return tus.refusal(refused)
    section = section_asked(request)
    address = reverse("application_resumable", args=[application_id, upload.key]) + (f"?from={section}" if section else "")
    return tus.said_of(upload, 201, Location=address)


def _replaces(request: HttpRequest, case: CaseFile) -> int:
    material = replaced(request, case)
    return material.pk if material is not None else 0


def _begin(request: HttpRequest, case: CaseFile, place: dict[str, Any]) -> ResumableUpload:
    size, said = tus.whole_number_in(request, "Upload-Length"), tus.metadata_of(request)
    if size is None:
        raise Refused.one(_("没有说明文件的大小，没有收下。请刷新页面后重新上传。"), code="no_size")
    user_id = _user(request)
    sha256 = said.get("sha256", "")
    known = sha256 if re.fullmatch(r"[0-9a-f]{64}", sha256) else ""
    place["payload"] |= shrunk_from(said.get("shrunk", ""))
    return begin_upload(actor_id=user_id, name=said.get("filename", ""), size=size, sha256=known, **place)


@require_http_methods(["DELETE", "HEAD", "OPTIONS", "PATCH", "POST"])
def go_on(request: HttpRequest, application_id: int, upload_id: str) -> HttpResponse:
    """How much of a file is here (HEAD), its next piece (PATCH), or that it is not wanted any more (DELETE)."""
    method = tus.method_of(request)
    if method == "OPTIONS":
        return tus.options()
    if method not in {"HEAD", "PATCH", "DELETE"}:
        return tus.said(405, Allow="DELETE, HEAD, OPTIONS, PATCH")
    if other := tus.other_version(request):
        return other
    case = case_or_404(request, application_id)
    upload = get_upload(_user(request), upload_id)
    if upload is not None and upload.subject != intake_subject(application_id):
        raise OutOfReachError(f"upload {upload_id} of application {application_id}")
    if method == "HEAD":
        return tus.said(410) if upload is None else tus.said_of(upload, 200, Upload_Length=str(upload.size))
    try:
        if method == "DELETE":
            drop_upload(actor_id=_user(request), key=upload_id)
            return tus.said()
        return _take_piece(request, case, upload_id)
    except Refused as refused:
        return tus.refusal(refused)


def _take_piece(request: HttpRequest, case: CaseFile, key: str) -> HttpResponse:
    offset = tus.whole_number_in(request, "Upload-Offset")
    if request.content_type != tus.PIECE or offset is None:
        raise Refused.one(_("这个地址只接收断点续传的文件片段。"), code="no_piece")
    if not request.headers.get("Content-Length"):
        raise Refused.one(_("这个地址只接收断点续传的文件片段。"), code="no_length")
    if closed := why_closed(case.application):
        raise Refused.one(closed, code="not_open")
    upload = receive_piece(actor_id=_user(request), key=key, offset=offset, chunks=tus.piece_of(request))
    if upload.intake is None:
        return tus.said_of(upload)
    wait_for([upload.intake])  # the box that is asked for next shows the outcome, where there is one
    back = link_to(case, Where.parse(upload.where), section=section_asked(request))
    return tus.said_of(upload, Content_Location=waiting_url([upload.intake], back, say=True))


def _user(request: HttpRequest) -> int:
    user_id = actor_of(request).user_id
    if user_id is None:
        raise OutOfReachError("an upload of nobody")
    return user_id
