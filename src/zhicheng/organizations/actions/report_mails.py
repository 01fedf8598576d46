"""上报提醒: how a unit hears of what its people report."""

from __future__ import annotations

from django.utils.translation import gettext as _

from zhicheng.foundation import ledger
from zhicheng.foundation.errors import Refused
from zhicheng.foundation.transactions import lock_rows, one_transaction
from zhicheng.organizations.actors import Actor, Role
from zhicheng.organizations.models import Organization, ReportMails


@one_transaction
def choose_report_mails(*, actor: Actor, how: str) -> Organization:
    """At once or once a day, for everybody at the unit's desk; chosen again it stays as it is.

    Raises ``Refused``: ``not_yours`` for whoever is at no unit's desk, ``field`` for a choice there is not.
    """
    if actor.role is not Role.UNIT or actor.organization_id is None:
        raise Refused.one(_("只有单位经办人可以选择。"), code="not_yours")
    if how not in ReportMails.values:
        raise Refused.one(_("请选择一种提醒方式。"), where="how", code="field")
    lock_rows(Organization.objects.filter(pk=actor.organization_id))
    unit = Organization.objects.get(pk=actor.organization_id)
    if unit.report_mails != how:
        unit.report_mails = how
        unit.save(update_fields=["report_mails"])
        ledger.record(
            event="unit.report_mails_chosen", actor=actor.ref, subject=f"organization:{unit.pk}", data={"report_mails": how}
        )
    return unit
