"""The work history (人社部令40号 第十三条; domain §3.10): the one rule is ``standards.careers``, here it is put into words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from zhicheng.applications.employment import Employment, employments_of
from zhicheng.applications.findings.finding import Finding, Seen
from zhicheng.applications.reading import stored_date
from zhicheng.applications.where import Where
from zhicheng.campaigns.notice import Notice
from zhicheng.foundation.errors import Problem
from zhicheng.standards.careers import Hole, held_twice, holes
from zhicheng.standards.natures import find_nature
from zhicheng.standards.tables import UNIT_NATURES

_FORM = "评审表“工作经历”"
_IN_POST = "人社部令40号 第十三条"


def nature_word(code: str) -> str:
    """The name of a nature in the language of the request; 未说明 where none is known."""
    return UNIT_NATURES.name(code, get_language() or "zh") if find_nature(code) else _("未写明性质的单位")


def _hole_words(hole: Hole) -> str:
    days = {"first": hole.first_day, "last": hole.last_day}
    if hole.kind == "before":
        return _("参加工作时间是{first}，{first}至{last}没有填写工作经历，请补上或说明这一段。").format(**days)
    if hole.kind == "after":
        return _("{first}以后没有填写工作经历；申报人须在职在岗，仍在工作的请补上。").format(**days)
    return _("工作经历在{first}至{last}之间有间断，请补上或说明这一段（待业、学习也请写明）。").format(**days)


def _holes(contents: Mapping[str, Any], employments: Sequence[Employment], today: date) -> Iterator[tuple[Hole, Where]]:
    basic = contents.get("basic")
    since = stored_date(basic.get("work_started_on")) if isinstance(basic, Mapping) else None
    for hole in holes([each.job for each in employments], since=since, today=today):
        field = "ended_on" if hole.kind == "after" else "started_on"
        yield hole, Where("work_history", employments[hole.job].row, field)


def unaccounted(seen: Seen) -> Iterator[Finding]:
    """Times no job accounts for: before the first one, between two, after the last."""
    for hole, where in _holes(seen.contents, seen.employments, seen.today):
        yield Finding(f"work.{hole.kind}", where, _hole_words(hole), _IN_POST if hole.kind == "after" else _FORM)


def refused_gaps(notice: Notice, contents: Mapping[str, Any], *, today: date) -> list[Problem]:
    """The same holes before and between jobs as reasons against 上报, for a notice that says ``work_history: {gap: refuse}``."""
    if notice.work_history.gap != "refuse":
        return []
    found = _holes(contents, employments_of(contents, nature="", year=notice.year), today)
    return [Problem(_hole_words(hole), where=str(where), code="gap") for hole, where in found if hole.kind != "after"]


def two_at_once(seen: Seen) -> Iterator[Finding]:
    """Two full-time jobs at once."""
    employments = seen.employments
    for twice in held_twice([each.job for each in employments], today=seen.today):
        text = _("{first}至{last}同时填写了两段全职工作（{one}、{other}）；借调、挂职、驻村等请在从事何种工作中写明。").format(
            first=twice.first_day,
            last=twice.last_day,
            one=employments[twice.earlier].employer,
            other=employments[twice.later].employer,
        )
        yield Finding("work.twice", Where("work_history", employments[twice.later].row, "started_on"), text, _FORM)


def present_nature(seen: Seen) -> Iterator[Finding]:
    """A row that gives the present employer another nature than the county confirmed (S-60)."""
    for each in seen.employments:
        if each.is_present and each.stated_nature and each.stated_nature != each.job.nature:
            text = _("这里填写的单位性质是{stated}，县（市）核实的是{confirmed}；以核实的为准，有误请联系单位管理员。").format(
                stated=nature_word(each.stated_nature), confirmed=nature_word(each.job.nature)
            )
            yield Finding("work.nature", Where("work_history", each.row, "employer_nature"), text, "S-60")


def unknown_nature(seen: Seen) -> Iterator[Finding]:
    """A former employer of the tenure whose nature was not filled in: its years are asked for (S-60)."""
    since = seen.facts.tenure_started_on
    if since is None or seen.facts.first_title:
        return
    for each in seen.employments:
        ended = each.job.ended_on
        if not each.is_present and not each.job.nature and not each.job.beside and (ended is None or ended >= since):
            text = _("没有填写“{employer}”的单位性质；不填写的，在该单位的年度按须上传年度考核登记表办理。").format(
                employer=each.employer
            )
            yield Finding("work.nature_unknown", Where("work_history", each.row, "employer_nature"), text, "S-60")


LOOKS = (unaccounted, two_at_once, present_nature, unknown_nature)
