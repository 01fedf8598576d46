"""A correction of the calendar moves the end of what is being shown (S-39): decision 5 in ``docs/decisions/``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from functools import partial

from django.urls import reverse
from django.utils.translation import gettext as _

from zhicheng.accounts.queries import reader_of
from zhicheng.applications import lifecycle
from zhicheng.applications.papers import subject_of
from zhicheng.applications.states import State
from zhicheng.campaigns.notice import Notice
from zhicheng.campaigns.queries import calendar_named as calendar_in_force
from zhicheng.documents.queries import papers_of
from zhicheng.foundation import clock, ledger
from zhicheng.foundation.language import platform_language
from zhicheng.foundation.transactions import lock_rows, one_transaction
from zhicheng.messages.actions import send_message
from zhicheng.organizations.actors import SYSTEM
from zhicheng.organizations.readers import readers_of
from zhicheng.publicity import papers, queries, rules
from zhicheng.publicity.models import PublicityPeriod
from zhicheng.publicity.uploads import uploads_asked
from zhicheng.standards.calendar import CALENDAR_NAMES, Calendar, NotPublished


@dataclass(frozen=True, slots=True)
class Rechecked:
    """How many periods were measured again, how many of them got a later end, how many had ended too early."""

    measured: int = 0
    moved: int = 0
    found_short: int = 0


def recheck_periods(*, calendar_named: Callable[[str], Calendar] = calendar_in_force) -> Rechecked:
    """Measure every period again that was last measured with another version of its calendar. Repeats do nothing.

    A running period whose earliest legal end has become later than its end gets that end, never an earlier one: T1 is made
    anew, the ledger keeps both days, unit and applicant are told by mail. A period that is over is not rewritten (only T2, where it is not
    made yet, will print the days that were held); one that turns out to have been too short is written into the ledger. Each period is a transaction of its own. ``calendar_named`` gives
    the calendar a notice names.
    """
    done = Rechecked()
    for period_id in list(queries.periods_to_measure({calendar_named(name).version for name in CALENDAR_NAMES})):
        found = _recheck(period_id, calendar_named)
        done = replace(
            done,
            measured=done.measured + (found is not None),
            moved=done.moved + (found == "moved"),
            found_short=done.found_short + (found == "short"),
        )
    return done


@one_transaction
def _recheck(period_id: int, calendar_named: Callable[[str], Calendar]) -> str | None:
    """What became of one period: ``moved``, ``short``, ``same``, or ``None`` where nothing could be said."""
    application_id = PublicityPeriod.objects.values_list("application_id", flat=True).get(pk=period_id)
    case = lifecycle.lock(application_id, SYSTEM)  # the application first: the order every action keeps
    lock_rows(PublicityPeriod.objects.filter(pk=period_id))
    period = PublicityPeriod.objects.select_related("unit", "submission").get(pk=period_id)
    application, notice = case.application, case.notice
    calendar = calendar_named(notice.calendar)
    if period.cancelled_at is not None or period.measured_with == calendar.version:
        return None
    try:
        measured = rules.measure(
            calendar,
            starts_on=period.starts_on,
            ends_on=period.ends_on,
            least=notice.limits.publicity_working_days,
            counting=notice.limits.publicity_counting,
        )
    except NotPublished:
        return None  # the calendar no longer knows the year: nothing is guessed, and it is asked again next time
    period.measured_with = calendar.version
    if clock.today() <= period.ends_on and application.state == State.IN_PUBLICITY:
        period.application = application
        return _measure_running(period, measured, notice)
    if application.state == State.IN_PUBLICITY and not _result_was_made(period):
        # T2 is still to be printed: it says how many days were held, not how many were meant (S-72).
        period.working_days = calendar.workdays_between(period.starts_on, period.ends_on, notice.limits.publicity_counting)
    period.save(update_fields=["measured_with", "working_days"])
    if measured.earliest_end <= period.ends_on or queries.broken_off(period):
        return "same"
    _record(period, "publicity.found_short", measured, {"ended_on": period.ends_on.isoformat()})
    return "short"


def _result_was_made(period: PublicityPeriod) -> bool:
    papers_here = papers_of(subject_of(period.application_id))
    return papers_here.filter(kind="publicity_result", voided_at__isnull=True).exists()


def _measure_running(period: PublicityPeriod, measured: rules.Plan, notice: Notice) -> str:
    before, was = period.ends_on, (period.working_days, period.earliest_end, period.provisional)
    period.ends_on, period.working_days = measured.ends_on, measured.working_days
    period.earliest_end, period.provisional = measured.earliest_end, measured.provisional
    period.calendar_version = measured.calendar_version
    period.save(
        update_fields=["ends_on", "working_days", "earliest_end", "provisional", "calendar_version", "measured_with"],
    )
    if period.ends_on == before:
        if was != (period.working_days, period.earliest_end, period.provisional):
            _record(period, "publicity.measured_again", measured, {})
        return "same"
    _record(period, "publicity.end_moved", measured, {"from": before.isoformat(), "to": period.ends_on.isoformat()})
    with platform_language():
        papers.issue_publicity_notice(period=period, notice=notice, actor=SYSTEM, because="工作日历更正，公示期顺延")
        _tell(period, before, notice)
    return "moved"


def _record(period: PublicityPeriod, event: str, measured: rules.Plan, data: dict[str, str]) -> None:
    ledger.record(
        event=event,
        subject=f"publicity:{period.pk}",
        actor=SYSTEM.ref,
        data={
            **data,
            "earliest_end": measured.earliest_end.isoformat(),
            "working_days": measured.working_days,
            "calendar_version": measured.calendar_version,
        },
    )


def _tell(period: PublicityPeriod, before: date, notice: Notice) -> None:
    application = period.application
    key = f"publicity:{period.pk}:until:{period.ends_on}"

    def words(more: Callable[[], str]) -> tuple[str, str]:
        subject = _("公示结束日期改为{end}（{number}）").format(end=period.ends_on, number=application.number)
        said = _(
            "工作日安排有更正，{name}的公示按原定日期结束将不足{least}个工作日。公示结束日期由{before}改为{end}，当天24:00期满，期满后才能出具公示结果、上报。"
        ).format(name=application.applicant_name, least=notice.limits.publicity_working_days, before=before, end=period.ends_on)
        return subject, f"{said}\n\n{more()}"

    def to_unit() -> str:
        more = _("请打印新的公示（原公示已作废），张贴到新的结束日期。")
        if posted := [str(upload.label) for upload in uploads_asked(notice) if upload.which != "result_file"]:
            more += _("并重新上传：{papers}。").format(papers=_("、").join(posted))
        return more

    send_message(
        to=reader_of(application.applicant),
        words=partial(words, lambda: _("您不需要办理什么。")),
        key=f"{key}:applicant",
        path=reverse("my_application", args=[application.pk]),
    )
    send_message(
        to=readers_of(period.unit),
        words=partial(words, to_unit),
        key=f"{key}:unit",
        path=reverse("unit_publicity", args=[application.pk]),
    )
