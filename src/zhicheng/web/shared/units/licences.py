"""A licence that was uploaded survives every error of the form around it: kept first, then referred to by a signed token."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.defaultfilters import filesizeformat

from zhicheng.evidence.actions import keep_file
from zhicheng.evidence.models import EvidenceFile
from zhicheng.evidence.queries import describe_warnings
from zhicheng.foundation.errors import Problem, Refused

FIELD = "licence"
TOKEN = "licence_token"  # noqa: S105 - the name of a form field
_SALT = "zhicheng.web.licence"
_LIVES_SECONDS = 24 * 3600


def token_for(file: EvidenceFile) -> str:
    """A token that lets the form that uploaded ``file`` refer to it for a day."""
    return signing.dumps({"file": file.pk}, salt=_SALT)


def file_of(token: str) -> EvidenceFile | None:
    """The file a token refers to; None for one that is not ours or too old."""
    try:
        data: dict[str, Any] = signing.loads(token, salt=_SALT, max_age=_LIVES_SECONDS)
    except signing.BadSignature:
        return None
    return EvidenceFile.objects.filter(pk=data["file"]).first()


def keep_licence(request: HttpRequest, *, actor_id: int | None) -> tuple[EvidenceFile | None, list[Problem]]:
    """The licence of this POST: a newly uploaded one is examined and kept, otherwise the one its token refers to.

    ``actor_id`` is the user who brings it, None for a visitor who is registering.
    A refused upload leaves the earlier one in place, with the reasons why the new one was not taken.
    """
    earlier = file_of(request.POST.get(TOKEN, ""))
    upload = request.FILES.get(FIELD)
    if upload is None:
        return earlier, []
    try:
        return keep_file(upload=upload, actor_id=actor_id, where=FIELD), []
    except Refused as refused:
        return earlier, refused.problems


def licence_context(file: EvidenceFile | None, problems: list[Problem], *, address: str) -> dict[str, Any]:
    """What the licence's part of a form shows: the file kept so far, what was found about it, why another was refused.

    ``address`` is where a script sends a file that was just chosen.
    """
    return {
        "licence_file": file,
        "licence_token": token_for(file) if file is not None else "",
        "licence_warnings": describe_warnings(file) if file is not None else [],
        "licence_problems": problems,
        "licence_address": address,
        "upload_limit": filesizeformat(settings.UPLOAD_LIMIT_BYTES),
        "upload_limit_bytes": settings.UPLOAD_LIMIT_BYTES,
    }


def licence_answer(request: HttpRequest, *, actor_id: int | None, address: str) -> HttpResponse:
    """The licence's part of the form again, for a script that has sent a file while the rest is still being filled in."""
    file, problems = keep_licence(request, actor_id=actor_id)
    context = licence_context(file, problems, address=address)
    return render(request, "shared/units/licence.html", context, status=422 if problems else 200)
