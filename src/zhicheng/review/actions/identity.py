"""The identity number behind the mask, for the one desk that has to compare it."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from zhicheng.applications import queries
from zhicheng.applications.casefile import CaseFile
from zhicheng.foundation import looks, securitylog
from zhicheng.foundation.errors import Refused
from zhicheng.foundation.transactions import one_transaction
from zhicheng.organizations.actors import Actor


@dataclass(frozen=True, slots=True)
class ShownNumber:
    """The whole number, and the case file it was read from."""

    number: str
    case: CaseFile


@one_transaction
def show_identity_number(*, actor: Actor, application_id: int) -> ShownNumber:
    """The whole identity number of the submission in front of a desk; that it was looked at is recorded (PIPL 第五十一条).

    Raises :class:`Refused` (``not_found``) when the application is not this actor's to see, or nothing was submitted yet.
    """
    application = queries.get_application(actor, application_id)
    if application is None or application.current_submission is None:
        raise Refused.one(_("没有找到这份申请书。"), code="not_found")
    subject = f"application:{application.pk}"
    looks.note_look(actor=actor.ref, what=looks.NUMBER, subject=subject)
    securitylog.note(event="number.given", after_commit=True, actor=actor.ref, role=actor.role.value, subject=subject)
    case = CaseFile(application)
    return ShownNumber(str(case.snapshot.sections["basic"]["id_number"]), case)
