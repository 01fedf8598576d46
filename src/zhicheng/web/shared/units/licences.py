"""A file that was uploaded survives every error of the form around it: taken in first, then referred to by a signed token.

The token names the file on its way in, and the one it is to take the place of: it is good before and after the examination.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from zhicheng.evidence.models import EvidenceFile, Intake
from zhicheng.evidence.queries import get_intakes, what_is_said
from zhicheng.foundation import securitylog
from zhicheng.foundation.errors import Problem, Refused
from zhicheng.web.shared.checking import bring, refuse_crowd, refuse_if_refused

FIELD = "licence"
TOKEN = "licence_token"  # noqa: S105 - the name of a form field
_SALT = "zhicheng.web.licence"
_LIVES_SECONDS = 24 * 3600


@dataclass
class Brought:
    """What a form's upload stands at: the file kept, one that is being examined, and why one was refused."""

    file: EvidenceFile | None = None
    checking: Intake | None = None
    problems: list[Problem] = field(default_factory=list)

    @property
    def token(self) -> str:
        """A token that lets the form that uploaded these refer to them for a day; empty when there is nothing."""
        names = {"file": self.file.pk if self.file else None, "intake": self.checking.pk if self.checking else None}
        known = {name: number for name, number in names.items() if number is not None}
        return signing.dumps(known, salt=_SALT) if known else ""


def brought_before(token: str) -> Brought:
    """What a token refers to, as it stands now; nothing for one that is not ours or too old."""
    try:
        data: dict[str, Any] = signing.loads(token, salt=_SALT, max_age=_LIVES_SECONDS)
    except signing.SignatureExpired:
        return Brought()
    except signing.BadSignature:
        if token:
            securitylog.note(event="input.tampered", result="refused", what="upload")
        return Brought()
    brought = Brought(file=EvidenceFile.objects.filter(pk=data["file"]).first() if "file" in data else None)
    for row in get_intakes([data["intake"]] if "intake" in data else []):
        _settle(brought, row)
    return brought


def take_brought(request: HttpRequest, *, field: str, token_field: str, actor_id: int | None) -> Brought:
    """The file of this POST: a newly uploaded one is taken in, and a moment waited for what the examination says; otherwise what its
    token refers to.

    ``actor_id`` is the user who brings it, None for a visitor who is registering. A refused upload leaves the earlier one in place,
    with the reasons why the new one was not taken.
    """
    brought = brought_before(request.POST.get(token_field, ""))
    upload = request.FILES.get(field)
    if upload is None:
        return brought
    try:
        refuse_crowd(request.FILES.values(), where=field)
        row = bring(request, upload, actor_id=actor_id, where=field)
    except Refused as refused:
        brought.problems = refused.problems
    else:
        brought.checking, brought.problems = None, []
        _settle(brought, row)
    return brought


def _settle(brought: Brought, row: Intake) -> None:
    if row.is_open:
        brought.checking = row
    elif row.file is not None:
        brought.file = row.file
    else:
        try:
            refuse_if_refused(row)
        except Refused as refused:
            brought.problems = refused.problems


def keep_licence(request: HttpRequest, *, actor_id: int | None) -> Brought:
    """The licence of this POST, see :func:`take_brought`."""
    return take_brought(request, field=FIELD, token_field=TOKEN, actor_id=actor_id)


def licence_context(brought: Brought, *, address: str) -> dict[str, Any]:
    """What the licence's part of a form shows: the file kept so far, what was found about it, one that is being examined, why another
    was refused.

    ``address`` is where a script sends a file that was just chosen, and asks whether it has been examined.
    """
    return {
        "licence_file": brought.file,
        "licence_token": brought.token,
        "licence_checking": brought.checking,
        "licence_said": what_is_said(brought.file) if brought.file is not None else None,
        "licence_problems": brought.problems,
        "licence_address": address,
        "upload_limit": f"{settings.UPLOAD_LIMIT_BYTES / 1024**2:g} MB",
        "upload_limit_bytes": settings.UPLOAD_LIMIT_BYTES,
    }


def told_at_the_box(problems: list[Problem]) -> dict[str, Any]:
    """What the licence's part of the form shows of a refusal: that it is missing, or whatever else is wrong with it."""
    return {"licence_problems": [p for p in problems if p.where == FIELD]}


def licence_answer(request: HttpRequest, *, actor_id: int | None, address: str) -> HttpResponse:
    """The licence's part of the form again, for a script that has sent a file while the rest is still being filled in, or asks
    whether it has been examined: 204 until then.
    """
    brought = keep_licence(request, actor_id=actor_id)
    if brought.checking is not None and not request.FILES:
        return HttpResponse(status=204)
    context = licence_context(brought, address=address)
    return render(request, "shared/units/licence.html", context, status=422 if brought.problems else 200)
