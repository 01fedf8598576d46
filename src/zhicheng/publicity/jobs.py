"""What the worker does for 公示 by itself."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.urls import reverse
from django.utils.translation import gettext as _

from zhicheng.applications.queries import files_beside
from zhicheng.evidence import intake
from zhicheng.evidence.models import EvidenceFile, Intake
from zhicheng.foundation import clock, jobs, outbox
from zhicheng.foundation.language import platform_language
from zhicheng.foundation.mail import queue_mail
from zhicheng.foundation.models import OutboxMessage
from zhicheng.messages.actions import send_message
from zhicheng.organizations.actors import actor_for
from zhicheng.organizations.readers import readers_of
from zhicheng.publicity.actions import add_publicity_paper, recheck_periods
from zhicheng.publicity.models import Objection, PublicityPeriod
from zhicheng.publicity.queries import uploads_of

logger = logging.getLogger(__name__)
# Each period is a transaction of its own: the message runs outside of one, for as long as the periods of a busy month take.
LONG = timedelta(minutes=30)


@jobs.regular("publicity.recheck", minutes=60)
def recheck() -> int:
    """Measure the periods again after an update brought another calendar; return how many. Mostly one query that finds none."""
    done = recheck_periods()
    if done.measured:
        logger.info("publicity periods measured again: %s", done)
    return done.measured


@outbox.handler("calendar.changed", lease=LONG)
def measure_with_the_new_calendar(message: OutboxMessage) -> None:
    """A layer of the calendar was loaded or withdrawn: measure the running periods and tell the units (S-39). Idempotent."""
    recheck_periods()


@outbox.handler("publicity.objection_lifted")
@platform_language()
def tell_of_lifting(message: OutboxMessage) -> None:
    """Queue the mails about a lifted objection (S-70): to who objected, where a mailbox is known, else the unit that knows them is asked to say so;
    to the unit, where nothing moved. Of the application that goes on the mails of the move tell. Idempotent.
    """
    objection = Objection.objects.select_related("period__unit", "period__application__county_office").get(
        pk=message.payload["objection_id"]
    )
    period, application = objection.period, objection.period.application
    key, contact = f"lifted:{objection.pk}", objection.from_contact.strip()

    def words() -> tuple[str, str]:
        said = _("{unit}公示期间收到的关于{name}的异议，单位原核实为成立；{county}复核后于{at}解除。").format(
            unit=period.unit.name,
            name=application.applicant_name,
            county=application.county_office.name,
            at=clock.written(objection.lifted_at or message.created_at),
        )
        body = "\n".join([said, _("解除的理由：{reason}").format(reason=objection.lift_reason)])
        return _("异议处理结果已更正（{unit}）").format(unit=period.unit.name), body

    is_mailbox = _is_mailbox(contact)
    if is_mailbox:
        subject, body = words()
        queue_mail(to=contact, subject=subject, body=body, key=f"{key}:objector")
    is_asked = bool(contact) and not is_mailbox and not objection.county_only
    if message.payload["goes_on"] and not is_asked:
        return

    def to_unit() -> tuple[str, str]:
        subject, body = words()
        return subject, "\n".join([body, "", _("请按登记的联系方式将结果告知反映人。")] if is_asked else [body])

    path = reverse("unit_publicity", args=[application.pk])
    send_message(to=readers_of(period.unit), words=to_unit, key=f"{key}:unit", path=path)


def _is_mailbox(contact: str) -> bool:
    try:
        validate_email(contact)
    except ValidationError:
        return False
    return True


def _beside(row: Intake) -> list[EvidenceFile]:
    """The other papers of the period, and the application's own: a desk has them on one page."""
    period = PublicityPeriod.objects.get(pk=row.payload["period"])
    others = [file for which, file in uploads_of(period) if which != row.payload["which"]]
    return [*others, *files_beside(period.application_id)]


@intake.handler("publicity_paper", beside=_beside)
def attach_paper(row: Intake, file: EvidenceFile) -> dict[str, Any]:
    """Keep a file that has been examined as one of the unit's three papers. Raises ``Refused`` like ``add_publicity_paper``."""
    add_publicity_paper(
        actor=actor_for(row.brought_by),
        period_id=row.payload["period"],
        which=row.payload["which"],
        file_id=file.pk,
    )
    return {}
