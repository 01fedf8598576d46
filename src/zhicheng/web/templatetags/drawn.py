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
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from zhicheng.web.shared.addresses import reverse
from zhicheng.web.shared.drawn_forms import joined
from zhicheng.web.shared.marks import drawn_icon, mark
from zhicheng.web.templatetags.pieces import marked, pages
from zhicheng.web.templatetags.zhicheng import status_tag

register = template.Library()


# --- a case on a desk ---------------------------------------------------------------------------------------------


@register.simple_tag(takes_context=True)
def lines(context: Context, rows: Iterable[Any]) -> SafeString:
    """``{% lines row.lines %}``: label and value of each field (``desk.case.Line``), with what it was before."""
    empty = format_html('<span class="not-given">{}</span>', _("未提供"))
    return joined('<dl class="lines">', *(_line(context, row, empty) for row in rows), "</dl>")


def _line(context: Context, line: Any, empty: SafeString) -> SafeString:
    look = f"line{' line-wide' if line.wide else ''}{' line-changed' if line.changed else ''}"
    said: Any = line.value or empty
    if not line.changed and not line.masked:  # nearly every one
        name, value = conditional_escape(line.label), conditional_escape(said)
        return joined('<div class="', look, '"><dt>', name, "</dt><dd>", value, "</dd></div>")
    if line.pieces:
        was = '{}<details class="disclosure"><summary>{}</summary><div>{}</div></details>'
        said = format_html(was, marked(line.pieces), _("上一次的内容"), line.note)
    elif line.masked:
        with context.push(line=line):
            said = context.template.engine.get_template("shared/desk/identity.html").render(context)  # type: ignore[union-attr]
    if line.changed and not line.pieces:
        said = format_html('{}<span class="line-was">{}</span>', said, line.note)
    return format_html('<div class="{}"><dt>{}</dt><dd>{}</dd></div>', look, line.label, said)


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
    return format_html(
        _FILE,
        " is-shown" if shown and shown["file_id"] == number else "",
        format_html(' id="{}"', anchor) if anchor else "",
        number,
        reverse("desk_case", [application_id]),
        number,
        reverse("desk_preview", [application_id, number, 1]),
        file["words"],
        mark(_("新上传"), "info", "plus") if file.get("is_new") else "",
        format_html("{} · ", file["label"]) if file.get("label") else "",
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
    wide = SafeString(' class="sheet-wide"')
    drawn = (format_html(row, wide if cell["wide"] else "", cell["label"], sheet_value(cell)) for cell in cells)
    return joined('<dl class="sheet">', *drawn, "</dl>")


@register.simple_tag
def sheet_cells(cells: Iterable[Mapping[str, Any]]) -> SafeString:
    """``{% sheet_cells entry.cells %}``: the same as the cells of a row of a table."""
    drawn = ((cell["label"], sheet_value(cell)) for cell in cells)
    return format_html_join("", '<td data-label="{}"><span>{}</span></td>', drawn)


@register.simple_tag
def sheet_value(cell: Mapping[str, Any]) -> SafeString:
    """``{% sheet_value cell %}``: the value, or that it is missing, with the way to where it is typed."""
    value, url = cell["value"], cell["url"]
    if not url:
        return linebreaksbr(value) if value else format_html('<span class="not-given">{}</span>', _("未提供"))
    lack = format_html(
        '<a class="sheet-missing" href="{}">{}{}<span class="visually-hidden">{}</span></a>',
        url,
        drawn_icon("exclamation-triangle", 16, "micro"),
        _("需要改正") if value else _("未填写"),
        cell["label"],
    )
    return format_html("{} {}", linebreaksbr(value), lack) if value else lack


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
    hint = format_html('<div class="task-hint" id="{}">{}</div>', hint_id, said) if said else ""
    described = format_html(' aria-describedby="{}"', hint_id) if said else ""
    return format_html(
        '<li class="task{}"><div class="task-name">{}{}</div><div class="task-status">{}</div></li>',
        " task-linked" if linked else "",
        format_html('<a href="{}"{}>{}</a>', url, described, label) if linked else label,
        hint,
        status_tag(told.get("status", ""), kind="task"),
    )
