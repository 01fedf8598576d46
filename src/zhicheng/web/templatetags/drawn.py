"""Pieces of which a busy page has dozens or hundreds, drawn without a template each. Load with ``{% load drawn %}``.

What is drawn here is small and the same everywhere; a piece that a designer would want to move about stays a template.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django import template
from django.template import Context
from django.template.defaultfilters import linebreaksbr
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from zhicheng.web.shared.addresses import reverse
from zhicheng.web.shared.marks import drawn_icon, mark
from zhicheng.web.shared.markup import escaped, joined, markup
from zhicheng.web.templatetags.pieces import marked, pages
from zhicheng.web.templatetags.zhicheng import day, status_tag

register = template.Library()


# --- a case on a desk ---------------------------------------------------------------------------------------------


@register.simple_tag(takes_context=True)
def lines(context: Context, rows: Iterable[Any]) -> SafeString:
    """``{% lines row.lines %}``: label and value of each field (``desk.case.Line``), with what it was before."""
    empty = markup('<span class="not-given">{}</span>', _("未提供"))
    return joined('<dl class="lines">', *(_line(context, row, empty) for row in rows), "</dl>")


def _line(context: Context, line: Any, empty: SafeString) -> SafeString:
    look = f"line{' line-wide' if line.wide else ''}{' line-changed' if line.changed else ''}"
    said: Any = line.value or empty
    if not line.changed and not line.masked:  # nearly every one
        name, value = escaped(line.label), escaped(said)
        return joined('<div class="', look, '"><dt>', name, "</dt><dd>", value, "</dd></div>")
    if line.pieces:
        was = '{}<details class="disclosure"><summary>{}</summary><div>{}</div></details>'
        said = markup(was, marked(line.pieces), _("上一次的内容"), line.note)
    elif line.masked:
        with context.push(line=line):
            said = context.template.engine.get_template("shared/desk/identity.html").render(context)  # type: ignore[union-attr]
    if line.changed and not line.pieces:
        said = markup('{}<span class="line-was">{}</span>', said, line.note)
    return markup('<div class="{}"><dt>{}</dt><dd>{}</dd></div>', look, line.label, said)


_FILE = (
    '<div class="evidence-link{}"{}><a class="evidence-open" href="?file={}#viewer" hx-get="{}?file={}" hx-target="#viewer-place" '
    'hx-swap="innerHTML show:#viewer-place:top"><img class="thumb" loading="lazy" width="64" height="90" alt="" src="{}?small">'
    '<span class="evidence-words">{}</span></a>{} <span class="small evidence-name">{}{} · {}</span>{}{}</div>'
)


@register.simple_tag(takes_context=True)
def evidence_file(context: Context, file: Mapping[str, Any]) -> SafeString:
    """``{% evidence_file file %}``: a file of the case with its thumbnail; the viewer shows it. Where a return is written
    (``can_point``) a reason can point at it; what it stands in the place of and what is to be said of it comes after its name."""
    number, application_id = file["file_id"], context["application"].pk
    shown = context.get("shown")
    point = ""
    anchor = file.get("anchor")
    if context.get("can_point") and anchor:
        point = render_to_string(
            "shared/desk/point.html", {"place": file["place"], "words": file["named"], "request": context["request"]}
        )
    more = ""
    if file.get("was") or file.get("said"):
        more = render_to_string("shared/desk/file_more.html", {"file": file, "application": context["application"]})
    return markup(
        _FILE,
        " is-shown" if shown and shown["file_id"] == number else "",
        markup(' id="{}"', anchor) if anchor else "",
        number,
        reverse("desk_case", [application_id]),
        number,
        reverse("desk_preview", [application_id, number, 1]),
        file["words"],
        mark(_("新上传"), "info", "plus") if file.get("is_new") else "",
        markup("{} · ", file["label"]) if file.get("label") else "",
        file["name"],
        pages(file["pages"]),
        more,
        point,
    )


# --- a form as it was filled in -----------------------------------------------------------------------------------


@register.simple_tag
def sheet(cells: Iterable[Mapping[str, Any]]) -> SafeString:
    """``{% sheet entry.cells %}``: label and value of each field, as the printed form has them."""
    row = "<div{}><dt>{}</dt><dd>{}</dd></div>"
    wide = joined(' class="sheet-wide"')
    drawn = (markup(row, wide if cell["wide"] else "", cell["label"], sheet_value(cell)) for cell in cells)
    return joined('<dl class="sheet">', *drawn, "</dl>")


@register.simple_tag
def sheet_cells(cells: Iterable[Mapping[str, Any]]) -> SafeString:
    """``{% sheet_cells entry.cells %}``: the same as the cells of a row of a table."""
    return joined(*(markup('<td data-label="{}"><span>{}</span></td>', cell["label"], sheet_value(cell)) for cell in cells))


@register.simple_tag
def sheet_value(cell: Mapping[str, Any]) -> SafeString:
    """``{% sheet_value cell %}``: the value, or that it is missing, with the way to where it is typed."""
    value, url = cell["value"], cell["url"]
    if not url and len(value) > _LONG:
        return _folded(value)
    if not url:
        return linebreaksbr(value) if value else markup('<span class="not-given">{}</span>', _("未提供"))
    lack = markup(
        '<a class="sheet-missing" href="{}">{}{}<span class="visually-hidden">{}</span></a>',
        url,
        drawn_icon("exclamation-triangle", 16, "micro"),
        _("需要改正") if value else _("未填写"),
        cell["label"],
    )
    return markup("{} {}", linebreaksbr(value), lack) if value else lack


_LONG, _BEGINNING = 500, 80  # characters of a text that is folded, and how many of them begin it


def _folded(value: str) -> SafeString:
    """A text of a page or more: its beginning, and the whole to be opened; printed whole."""
    more = _("共%(n)s字，展开全文") % {"n": len(value)}
    return markup(
        '<details class="disclosure prints long-text"><summary>{}</summary><div>{}</div></details><p class="long-text-begins">{}…</p>',
        more,
        linebreaksbr(value),
        value[:_BEGINNING],
    )


# --- conditions of a title ----------------------------------------------------------------------------------------


@register.simple_tag
def verdict(result: str) -> SafeString:
    """``{% verdict conditions.verdict %}``: whether conditions hold, as a tag."""
    match result:
        case "met":
            return mark(_("符合"), "good", "check-circle")
        case "not_met":
            return mark(_("可能不符合"), "warn", "exclamation-triangle")
    return mark(_("尚不能判断"), "neutral", "question-mark-circle")


@register.simple_tag
def condition_lines(results: Iterable[Any], for_desk: object = False) -> SafeString:
    """``{% condition_lines conditions.results for_desk %}``: each condition (``web.shared.conditions.ShownResult``) with its source, what
    the person said to it and the way to where that stands. ``for_desk``: somebody else reads."""
    said = _("申报人填写的：%(said)s") if for_desk else _("您填写的：%(said)s")
    return joined('<ul class="findings">', *(_condition(each, said) for each in results), "</ul>")


def _condition(each: Any, said: str) -> SafeString:
    parts = [verdict(each.told.result), " ", escaped(each.told.text)]
    if each.told.source:
        parts += (' <span class="small">', _("（%(source)s）") % {"source": escaped(each.told.source)}, "</span>")
    if each.said:
        parts += ('<br><span class="small">', said % {"said": escaped(each.said)}, "</span>")
    if each.holds_from:
        parts += ('<br><span class="small">', _("到 %(day)s 满足") % {"day": day(each.holds_from)}, "</span>")
    if each.url:
        where = _("去填写") if each.told.result == "unknown" else _("查看所填内容")
        leads = '<br><a class="small" href="{}">{}<span class="visually-hidden">{}</span></a>'
        parts.append(markup(leads, each.url, where, each.told.text))
    return joined("<li>", *parts, "</li>")


# --- what is to be done -------------------------------------------------------------------------------------------


@register.simple_tag
def task_lines(tasks: Iterable[Any], hints: str) -> SafeString:
    """``{% task_lines tasks "task-hint" %}``: a list of tasks; ``hints`` begins the ids of what is said to them. One that cannot be begun
    yet is no link."""
    drawn = (_task(task, f"{hints}-{number}") for number, task in enumerate(tasks, start=1))
    return joined('<ul class="task-list">', *drawn, "</ul>")


def _task(task: Any, hint_id: str) -> SafeString:
    told = task if isinstance(task, Mapping) else {name: getattr(task, name) for name in ("label", "url", "status", "hint")}
    label, url, said = told.get("label", ""), told.get("url"), told.get("hint")
    linked = bool(url) and told.get("status", "") != "blocked"
    hint = markup('<div class="task-hint" id="{}">{}</div>', hint_id, said) if said else ""
    described = markup(' aria-describedby="{}"', hint_id) if said else ""
    return markup(
        '<li class="task{}"><div class="task-name">{}{}</div><div class="task-status">{}</div></li>',
        " task-linked" if linked else "",
        markup('<a href="{}"{}>{}</a>', url, described, label) if linked else label,
        hint,
        status_tag(told.get("status", ""), kind="task"),
    )
