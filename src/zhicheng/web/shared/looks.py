"""Whole identity numbers that leave on paper are noted: who was given which paper (PIPL 第五十一条).

A page that is only opened writes nothing to the database, so the note is an event of the security log.
"""

from __future__ import annotations

from django.http import HttpRequest

from zhicheng.documents.models import Kind
from zhicheng.foundation import securitylog
from zhicheng.web.shared.http import actor_of

# The papers whose template of the notice asks for the number in full; T1 shows region and last two, the others none.
WITH_WHOLE_NUMBER = (Kind.REVIEW_FORM,)


def note_paper_given(request: HttpRequest, *, kind: str, serial: str) -> None:
    """Note that a paper was given out, when it carries a whole identity number. ``serial`` names it: a paper's, or a draft's."""
    if kind in WITH_WHOLE_NUMBER:
        actor = actor_of(request)
        securitylog.note(event="number.given", actor=actor.ref, serial=serial, role=actor.role.value)
