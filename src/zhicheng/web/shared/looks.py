"""Looks at other people's files and at whole identity numbers are noted: who was given what (PIPL 第五十一条).

A page that is only opened writes nothing to the database but these rows (``foundation.looks``), one for a look. Their owner's own are
not among them; that a paper was given out is an event of the security log for everybody.
"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseBase

from zhicheng.documents.models import Kind
from zhicheng.evidence.models import EvidenceFile
from zhicheng.foundation import looks, securitylog
from zhicheng.organizations.actors import Role
from zhicheng.web.shared.files import ORIGINAL, file_answer
from zhicheng.web.shared.http import actor_of

# The papers whose template of the notice asks for the number in full; T1 shows region and last two, the others none.
WITH_WHOLE_NUMBER = (Kind.REVIEW_FORM,)


def note_paper_given(request: HttpRequest, *, kind: str, serial: str, subject: str = "") -> None:
    """Note that a desk was given a paper, and of one that carries a whole identity number that it was given to whomever. ``serial`` names it:
    a paper's, or a draft's; ``subject`` (``application:12``) whose it is.

    Raises ``DatabaseError`` when a desk's look at a whole number cannot be written down: then the paper stays where it is.
    """
    actor, has_number = actor_of(request), kind in WITH_WHOLE_NUMBER
    if actor.role is not Role.APPLICANT:
        write_down = looks.note_look if has_number else looks.note_look_or_log
        write_down(actor=actor.ref, what=looks.PAPER, subject=subject, thing=f"paper:{serial}")
    if has_number:
        securitylog.note(event="number.given", actor=actor.ref, serial=serial, role=actor.role.value)


def give_file(request: HttpRequest, file: EvidenceFile, *, subject: str) -> HttpResponseBase:
    """Somebody else's file, whole each time: in parts it could be read but for its first byte, and nobody could say which part counts."""
    return note_file_given(request, file_answer(request, file, in_parts=False), subject=subject, file=file)


def note_file_given(
    request: HttpRequest,
    response: HttpResponseBase,
    *,
    subject: str,
    file: EvidenceFile,
    sheet: int | None = None,
    is_small: bool = False,
) -> HttpResponseBase:
    """Note that the actor was given somebody else's file, or a picture of one ``sheet`` of it (``is_small``: its thumbnail); return
    ``response``.
    """
    is_page = response.get("Content-Type", "").startswith("text/html")  # what is said before an original is given out
    if response.status_code == 200 and request.method == "GET" and not is_page:
        actor = actor_of(request).ref
        if sheet is not None:
            what, thing = looks.THUMBNAIL if is_small else looks.PREVIEW, f"evidence:{file.pk}:{sheet}"
            looks.note_picture_or_log(actor=actor, what=what, subject=subject, thing=thing)
            return response
        what = looks.ORIGINAL if ORIGINAL in request.GET and file.safe_sha256 else looks.FILE
        looks.note_look_or_log(actor=actor, what=what, subject=subject, thing=f"evidence:{file.pk}")
    return response
