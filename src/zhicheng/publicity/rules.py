"""The legal clock of a publicity period. Pure: calendar and days in, verdicts out (S-38…S-40)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from zhicheng.foundation.errors import Problem
from zhicheng.foundation.reasons import letters_in
from zhicheng.standards.calendar import Calendar, Counting, NotPublished


@dataclass(frozen=True, slots=True)
class Plan:
    """A period as asked for, measured: ``working_days`` in [start, end], and the ``earliest_end`` the law allows."""

    starts_on: date
    ends_on: date
    earliest_end: date
    working_days: int
    calendar_version: str
    provisional: bool


@dataclass(frozen=True, slots=True)
class Objections:
    """How many objections of a period are ``open``, and how many were upheld and ``stand`` (S-40)."""

    open: int = 0
    stand: int = 0


def measure(calendar: Calendar, *, starts_on: date, ends_on: date, least: int, counting: Counting) -> Plan:
    """A period that was announced, measured with ``calendar``: its end is the announced one or the earliest legal one, whichever
    is later (S-39). Raises :class:`NotPublished`.
    """
    earliest = calendar.earliest_end(starts_on, least, counting)
    end = max(ends_on, earliest.end)
    days = calendar.workdays_between(starts_on, end, counting)
    return Plan(starts_on, end, earliest.end, days, calendar.version, earliest.provisional)


def plan_period(
    calendar: Calendar, *, starts_on: date, ends_on: date, today: date, least: int, counting: Counting
) -> tuple[Plan | None, list[Problem]]:
    """Measure a period against the calendar: at least ``least`` working days, both days included (S-39).

    ``counting`` ``incl``: a working start day counts; ``excl``: counting begins the day after (G-11). Problems:
    ``starts_in_past``, ``too_short`` with the earliest legal end in words, ``calendar_unknown``, ``too_long``.
    """
    problems = []
    if starts_on < today:
        problems.append(
            Problem(
                _("公示不能从已经过去的日期开始，最早可从今天（{today}）开始。").format(today=today),
                where="starts_on",
                code="starts_in_past",
            )
        )
    try:
        earliest = calendar.earliest_end(starts_on, least, counting)
        days = calendar.workdays_between(starts_on, ends_on, counting) if ends_on >= starts_on else 0
    except NotPublished as unknown:
        text = _("{year}年的节假日安排尚未公布，无法计算公示期满的日期。请选择较早的日期，或等放假通知公布后再定。").format(
            year=unknown.year
        )
        return None, [*problems, Problem(text, where="ends_on", code="calendar_unknown")]
    if ends_on < earliest.end:
        problems.append(
            Problem(
                _(
                    "公示期不少于{least}个工作日。从{start}开始，按工作日历最早可到{end}结束，您填写的是{given}（{days}个工作日）。"
                ).format(least=least, start=starts_on, end=earliest.end, given=ends_on, days=days),
                where="ends_on",
                code="too_short",
            )
        )
    if (ends_on - starts_on).days > 90:
        problems.append(Problem(_("公示期不能超过90天，请核对日期。"), where="ends_on", code="too_long"))
    plan = Plan(starts_on, ends_on, earliest.end, days, calendar.version, earliest.provisional)
    return (plan if not problems else None), problems


def reasons_not_over(*, ends_on: date, today: date, objections: Objections, papers: Sequence[tuple[str, bool]]) -> list[Problem]:
    """Why the period does not allow T2 and reporting upward yet: all at once (S-40, S-51, S-73).

    It is over once the whole last day has passed. ``papers`` are (name, there) of the unit's uploads.
    """
    problems = time_and_objections(ends_on=ends_on, today=today, objections=objections)
    missing = [name for name, there in papers if not there]
    if missing:
        problems.append(
            Problem(_("还没有上传：{papers}。").format(papers=_("、").join(missing)), where="papers", code="papers_missing")
        )
    return problems


def time_and_objections(*, ends_on: date, today: date, objections: Objections) -> list[Problem]:
    """The part of :func:`reasons_not_over` that also holds back the result paper T2."""
    problems = []
    if today <= ends_on:
        text = _("公示到{end} 24:00期满，期满后才能出具公示结果、上报。").format(end=ends_on)
        problems.append(Problem(text, where="ends_on", code="not_over"))
    if objections.open:
        text = _("有{count}件异议还没有核实处理，处理完毕后才能出具公示结果、上报。").format(count=objections.open)
        problems.append(Problem(text, where="objections", code="objection_open"))
    if objections.stand:
        problems.append(
            Problem(_("有异议经核实成立，不能出具无异议的公示结果、不能上报。"), where="objections", code="objection_upheld")
        )
    return problems


def what_was_said(content: str) -> list[Problem]:
    """Whether an objection says something, and no more than is read (S-70)."""
    if letters_in(content) >= 5 and len(content.strip()) <= 2000:
        return []
    return [Problem(_("请写明反映的内容，5至2000个字。"), where="content", code="field")]
