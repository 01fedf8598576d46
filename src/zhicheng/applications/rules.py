"""What is wrong with a form, all of it at once. Pure: values in, reasons out.

The same rules warn while a draft is written and refuse at 上报 (S-24; 人社部令40号 第十八条: 一次性告知).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from zhicheng.accounts.rules import is_mailbox, tidy_mailbox
from zhicheng.applications.reading import is_blank, stored_date, why_no_date
from zhicheng.applications.sections import BY_KEY, SECTIONS, Field, Kind, Section
from zhicheng.applications.where import Where
from zhicheng.foundation.errors import Problem
from zhicheng.integrity.rules import Ban
from zhicheng.organizations.models import Organization
from zhicheng.organizations.rules import unit_may_work
from zhicheng.standards import tables
from zhicheng.standards.code_table import CodeTable
from zhicheng.standards.errors import InvalidNumber
from zhicheng.standards.names import check_person_name
from zhicheng.standards.phone import check_mobile

Form = Mapping[str, Any]

TABLES: dict[str, CodeTable[Any]] = {
    "sex": tables.SEX,
    "ethnic_groups": tables.ETHNIC_GROUPS,
    "political_status": tables.POLITICAL_STATUS,
    "education": tables.EDUCATION,
    "degrees": tables.DEGREES,
    "study_forms": tables.STUDY_FORMS,
    "title_steps": tables.TITLE_STEPS,
    "obtained_by": tables.OBTAINED_BY,
    "appointment_kinds": tables.APPOINTMENT_KINDS,
    "appraisal_results": tables.APPRAISAL_RESULTS,
    "publication_kinds": tables.PUBLICATION_KINDS,
    "natures": tables.UNIT_NATURES,
}


def field_problem(field: Field, value: Any, *, today: date) -> str:
    """What is wrong with one stored value, as a sentence; empty when nothing is."""
    if field.kind is Kind.YES_NO or field.kind is Kind.FIXED:
        return ""
    if value in ("", None):
        return _("请填写“{label}”。").format(label=field.label) if field.required else ""
    if field.kind in {Kind.TEXT, Kind.LONG} and len(str(value)) > field.limit:
        return _("“{label}”最多{limit}个字，现在是{count}个字。").format(
            label=field.label, limit=field.limit, count=len(str(value))
        )
    return _name_problem(field, str(value)) if field.person_name else _kind_problem(field, value, today=today)


def _name_problem(field: Field, value: str) -> str:
    try:
        check_person_name(value)
    except InvalidNumber as error:
        return _("“{label}”：{what}").format(label=field.label, what=_(error.template).format(**error.values))
    return ""


def _kind_problem(field: Field, value: Any, *, today: date) -> str:
    if field.kind is Kind.DATE:
        day = stored_date(value)
        if day is None:
            what = _(why_no_date(value).template)
            return _("“{label}”写的是“{value}”：{what}").format(label=field.label, value=value, what=what)
        if day.year < 1900 or (field.past and day > today):
            return _("“{label}”不能晚于今天，也不能早于1900年：{value}。").format(label=field.label, value=value)
    elif field.kind in {Kind.NUMBER, Kind.YEAR} and not isinstance(value, int):
        return _("“{label}”请填写整数：{value}。").format(label=field.label, value=value)
    elif field.kind is Kind.YEAR and not 1950 <= value <= today.year:
        return _("“{label}”请填写四位数的年份，不晚于今年：{value}。").format(label=field.label, value=value)
    elif field.kind is Kind.NUMBER and value > 9999:
        return _("“{label}”的数字太大：{value}。").format(label=field.label, value=value)
    elif field.kind is Kind.CODE and TABLES[field.table].get(str(value)) is None:
        return _("请在列表中选择“{label}”。").format(label=field.label)
    elif field.kind is Kind.MOBILE:
        try:
            check_mobile(str(value))
        except InvalidNumber:
            return _("“{label}”应是1开头的11位数字：{value}。").format(label=field.label, value=value)
    elif field.kind is Kind.EMAIL and not is_mailbox(tidy_mailbox(str(value))):
        return _("“{label}”的格式不对：{value}。").format(label=field.label, value=value)
    return ""


def _asked(section: Section, form: Form) -> Iterable[Field]:
    if section.unless_first_title and form.get("first_title"):
        return ()
    if section.key == "continuing_education" and form.get("exempt"):
        return (section.field("year"),)
    return section.fields


def _span_problem(section: Section, row: Form) -> str:
    for start, end in (("started_on", "ended_on"), ("started_on", "graduated_on"), ("appointed_on", "appointed_until")):
        first, last = row.get(start), row.get(end)
        if first and last and _is_date(first) and _is_date(last) and str(last) < str(first):
            return _("“{end}”早于“{start}”。").format(start=section.field(start).label, end=section.field(end).label)
    return ""


def _is_date(value: Any) -> bool:
    return stored_date(value) is not None


def row_problems(section: Section, row: Form, *, today: date) -> list[Problem]:
    """Everything wrong with one form or row, each with its place (:class:`applications.where.Where`)."""
    problems = [
        Problem(text, where=str(Where.of_row(section, row, field.key)), code="field")
        for field in _asked(section, row)
        if (text := field_problem(field, row.get(field.key, ""), today=today))
    ]
    if text := _span_problem(section, row):
        problems.append(Problem(text, where=str(Where.of_row(section, row, "started_on")), code="span"))
    return problems + list(_special_problems(section, row))


def _special_problems(section: Section, row: Form) -> Iterable[Problem]:
    if section.key == "continuing_education" and not row.get("exempt"):
        total, professional = row.get("hours_total"), row.get("hours_professional")
        if not isinstance(total, int) and total in ("", None):
            yield Problem(
                _("请填写本年度总学时；经批准免试的，请勾选免试。"),
                where=str(Where.of_row(section, row, "hours_total")),
                code="field",
            )
        elif isinstance(total, int) and isinstance(professional, int) and professional > total:
            yield Problem(
                _("专业科目学时不能多于总学时。"), where=str(Where.of_row(section, row, "hours_professional")), code="field"
            )
    entry = tables.EDUCATION.get(str(row.get("education") or "")) if section.key == "education" else None
    if entry is not None and not entry.is_graduation:
        text = _("“{name}”不是毕业学历，不能作为申报学历；结业、肄业请不要填写。").format(name=entry.zh)
        yield Problem(text, where=str(Where.of_row(section, row, "education")), code="not_graduated")


def section_problems(key: str, content: Any, *, today: date) -> list[Problem]:
    """Everything wrong with one section's content: a dict, or a list of dicts for a section of rows.

    What has another shape counts as not filled in.
    """
    section = BY_KEY[key]
    if not section.rows:
        return row_problems(section, content if isinstance(content, Mapping) else {}, today=today)
    rows = [r for r in _rows(content) if not is_blank(r)]
    problems = [p for row in rows for p in row_problems(section, row, today=today)]
    if len(rows) < section.at_least:
        text = _("“{label}”至少填写{row}。").format(label=section.label, row=section.row_word)
        problems.append(Problem(text, where=section.key, code="rows_missing"))
    years = [str(r.get("year")) for r in rows if r.get("year")] if "year" in {f.key for f in section.fields} else []
    for year in sorted({y for y in years if years.count(y) > 1}):
        problems.append(
            Problem(_("“{label}”中{year}年填写了两次。").format(label=section.label, year=year), where=key, code="year_twice")
        )
    return problems


def _rows(content: Any) -> list[dict[str, Any]]:
    return [row for row in content if isinstance(row, dict)] if isinstance(content, list) else []


def form_problems(contents: Mapping[str, Any], *, today: date) -> list[Problem]:
    """Everything wrong with the whole form, in the order of the form."""
    problems: list[Problem] = []
    for section in SECTIONS:
        problems.extend(section_problems(section.key, contents.get(section.key), today=today))
    return problems


def section_status(key: str, content: Any, *, today: date) -> str:
    """``not_started``, ``in_progress`` or ``done``; done only when the rules agree (never by the person's own tick)."""
    section = BY_KEY[key]
    if section.rows:
        blank = all(is_blank(r) for r in _rows(content))
    else:
        blank = not isinstance(content, Mapping) or _only_fixed(section, content)
    if blank and not (section.rows and section.at_least == 0):
        return "not_started"
    if section_problems(key, content, today=today):
        return "in_progress"
    return "optional" if blank else "done"


def _only_fixed(section: Section, content: Form) -> bool:
    fixed = {f.key for f in section.fields if f.kind is Kind.FIXED}
    return not any(v for k, v in content.items() if k not in fixed)


@dataclass(frozen=True, slots=True)
class Gate:
    """What is asked before anything is written: may this person begin, or send, in this campaign now?"""

    year: int
    ban: Ban | None = None
    closed_for_year: bool = False
    unit_problems: tuple[str, ...] = ()


def unit_hindrances(employer: Organization, year: int) -> tuple[str, ...]:
    """Why the unit may not take applications of ``year``, as the applicant reads it; empty where it may (S-14, S-17)."""
    return tuple(
        _("您的单位“{unit}”暂时不能受理：{text}请联系单位管理员；您填写的内容已经保存。").format(unit=employer.name, text=p.text)
        for p in unit_may_work(employer, year)
    )


def gate_problems(gate: Gate) -> list[Problem]:
    """Reasons outside the form itself, all at once: a ban (S-80, S-81), a closed year (S-29), an unverified unit (S-14)."""
    problems = []
    if gate.ban is not None:
        problems.append(barred_problem(gate.year, gate.ban))
    if gate.closed_for_year:
        problems.append(closed_problem(gate.year))
    problems.extend(Problem(text, where="employer", code="unit_not_verified") for text in gate.unit_problems)
    return problems


def barred_problem(year: int, ban: Ban, *, to_applicant: bool = True) -> Problem:
    """Why a person is barred: in the barred years (S-81), and in the year of the fraud itself (S-80).

    ``to_applicant``: the sentence is read by the person; otherwise by a desk that has the application before it.
    """
    if ban.covers(year):
        text = (
            _(
                "您有诚信档案记录，{until}年（含）以前不得申报专业技术资格，{year}年度不能申报；{first}年度起可以申报。如有异议，请联系州人力资源和社会保障局。"
            )
            if to_applicant
            else _("申报人有诚信档案记录，{until}年（含）以前不得申报专业技术资格，{year}年度的申报不能继续办理。")
        )
    else:
        text = (
            _(
                "您{year}年度的申报经查实有弄虚作假，本年度不再受理，新建申请书也不能恢复；{until}年（含）以前不得申报专业技术资格，{first}年度起可以申报。如有异议，请联系州人力资源和社会保障局。"
            )
            if to_applicant
            else _("申报人{year}年度的申报经查实有弄虚作假，本年度不再受理，不能继续办理。")
        )
    return Problem(text.format(until=ban.last_year, year=year, first=ban.last_year + 1), code="barred")


def number_missing_problem() -> Problem:
    """Somebody else showed the card of the number that was typed: without one of one's own nothing is sent (S-07)."""
    text = _(
        "您的账号现在没有身份证号：原来登记的号码经核实属于另一位申报人。请带本人居民身份证到本单位，由单位提出“更正姓名或身份证号”，更正以后再上报。"
    )
    return Problem(text, where="basic", code="number_missing")


def closed_problem(year: int, *, to_applicant: bool = True) -> Problem:
    """The sentence after a third returned arrival (S-29), for the person or for a desk."""
    text = (
        _("您{year}年度提交评审委员会已达到规定次数且材料仍不符合要求，本年度不再受理；新建申请书也不能恢复。")
        if to_applicant
        else _("申报人{year}年度提交评审委员会已达到规定次数且材料仍不符合要求，本年度不再受理，不能继续办理。")
    )
    return Problem(text.format(year=year), code="closed_for_year")


def sent_already_problem(number: str, year: int, *, link: str) -> Problem:
    """One application alone is sent in a year (S-19, G-09): the sentence for whoever begins or sends another one."""
    text = _(
        "您{year}年度已上报过一份申请书（{number}），一年只能上报一份。请在“我的申请书”中继续办理那一份；撤回或退回以后，也可以将它作废，再上报另一份。"
    ).format(year=year, number=number)
    return Problem(text, code="sent_already", link=link)
