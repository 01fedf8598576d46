"""What must be true of publicity periods: they are long enough, their dates are what the calendar says, and one runs where it must."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhicheng.applications.lifecycle import HIGHER
from zhicheng.applications.models import Application
from zhicheng.applications.states import State
from zhicheng.campaigns.queries import calendar_named, notice_of
from zhicheng.foundation.invariants import Violation, grouped, in_batches, invariant
from zhicheng.publicity.models import PublicityPeriod
from zhicheng.standards.calendar import NotPublished

_AFTER_PUBLICITY = (*(desk.arrives for desk in HIGHER), State.ACCEPTED)


@invariant("publicity.legal_length", gettext_lazy("公示期不少于规定的工作日，日期与工作日历一致"))
def legal_length() -> Iterator[Violation]:
    """Never shorter than the notice asks (S-39). What the present calendar measured, the present calendar measures again; an older
    one is no longer there to ask, and its own figures are taken.
    """
    rows = PublicityPeriod.objects.select_related("application__campaign_version").defer(
        "facts", "results", "contribution", "application__campaign_version__notice", "application__campaign_version__source_text"
    )
    for periods in in_batches(rows):
        for period in periods:
            subject, limits = f"publicity:{period.pk}", notice_of(period.application.campaign_version).limits
            if period.ends_on < max(period.starts_on, period.earliest_end):
                yield Violation(subject, _("结束日期早于规定的最早日期。"))
            calendar = calendar_named(notice_of(period.application.campaign_version).calendar)
            if period.calendar_version != calendar.version or period.measured_with != calendar.version:
                if period.working_days < limits.publicity_working_days and period.calendar_version == period.measured_with:
                    yield Violation(subject, _("公示期的工作日少于规定。"))
                continue
            try:
                earliest = calendar.earliest_end(period.starts_on, limits.publicity_working_days, limits.publicity_counting)
                days = calendar.workdays_between(period.starts_on, period.ends_on, limits.publicity_counting)
            except NotPublished:
                continue
            if (period.earliest_end, period.working_days) != (earliest.end, days):
                words = {"earliest": earliest.end, "days": days}
                yield Violation(subject, _("按工作日历最早结束日期为 %(earliest)s，共 %(days)s 个工作日，与记录不一致。") % words)


@invariant("publicity.of_its_application", gettext_lazy("公示属于本申请书的上报，公示中的申请书恰有一次未取消的公示"))
def of_its_application() -> Iterator[Violation]:
    """Where it is or was shown there is exactly one period that was not cancelled, of a submission of that application (S-38)."""
    shown = Application.objects.filter(state__in=[State.IN_PUBLICITY, *_AFTER_PUBLICITY]).only("state")
    for applications in in_batches(shown):
        rows = PublicityPeriod.objects.filter(application__in=applications, cancelled_at__isnull=True)
        of = grouped(rows.only("application_id"), lambda period: period.application_id)
        for application in applications:
            if len(found := of.get(application.pk, [])) != 1:
                said = _("未取消的公示有 %(count)s 次，应为 1 次。") % {"count": len(found)}
                yield Violation(f"application:{application.pk}", said)
    for periods in in_batches(
        PublicityPeriod.objects.select_related("submission", "application").only(
            "application__state", "submission__application_id", "unit_id", "application__employer_id"
        )
    ):
        for period in periods:
            if period.submission.application_id != period.application_id:
                yield Violation(f"publicity:{period.pk}", _("公示的不是本申请书的上报。"))
