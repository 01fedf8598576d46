"""What is wrong, as a list a person can act on: each line a sentence and a link to its place."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.forms import BaseForm, BaseFormSet, CheckboxSelectMultiple, RadioSelect
from django.forms.boundfield import BoundField
from django.template.loader import render_to_string
from django.utils.translation import get_language, gettext, override

from zhicheng.foundation.errors import Problem, Refused


@dataclass(frozen=True, slots=True)
class SummaryLine:
    """One line of the error summary; ``link`` is empty when nothing on the page can be pointed at."""

    text: str
    link: str = ""


def anchor_id(where: str) -> str:
    """The HTML id of a place that is not a form field: ``material:diploma`` → ``at-material-diploma``."""
    return "at-" + re.sub(r"[^A-Za-z0-9_]+", "-", where).strip("-")


def field_target(field: BoundField) -> str:
    """The id to focus for ``field``: the control itself, or the first choice of a group (GOV.UK error summary)."""
    if isinstance(field.field.widget, RadioSelect | CheckboxSelectMultiple):
        return f"{field.auto_id}_0"
    return field.id_for_label or field.auto_id


def form_lines(form: BaseForm, others: Iterable[Problem] = ()) -> list[SummaryLine]:
    """The errors of a bound form, in the order of its fields.

    ``others`` are problems beside the form: one of a place that the form says stands after a field (``boxes``: place → field, for an
    upload between its fields) is told there.
    """
    lines, boxes = [SummaryLine(str(e)) for e in form.non_field_errors()], getattr(form, "boxes", {})
    for field in form:
        link = "" if field.is_hidden else f"#{field_target(field)}"
        lines += [SummaryLine(str(e), link) for e in field.errors]
        lines += [problem_line(p) for p in others if boxes.get(p.where) == field.name]
    return lines


def formset_lines(formset: BaseFormSet[Any]) -> list[SummaryLine]:
    """The errors of a formset and of each of its forms."""
    lines = [SummaryLine(str(e)) for e in formset.non_form_errors()]
    for form in formset.forms:
        lines += form_lines(form)
    return lines


def problem_line(problem: Problem) -> SummaryLine:
    """A refusal's reason, linked to where it says it belongs."""
    link = problem.link or (f"#{anchor_id(problem.where)}" if problem.where else "")
    return SummaryLine(str(problem.text), link)


def summary_lines(*sources: Any) -> list[SummaryLine]:
    """Lines for any mix of forms, formsets, ``Refused``, ``Problem`` and lists of those; the same sentence for the same place once."""
    lines: list[SummaryLine] = []
    for source in sources:
        if not source and not isinstance(source, BaseForm | BaseFormSet):
            continue
        if isinstance(source, BaseFormSet):
            lines += formset_lines(source)
        elif isinstance(source, BaseForm):
            lines += form_lines(source, [p for other in sources for p in _problems_in(other)])
        elif isinstance(source, Refused):
            lines += [problem_line(p) for p in source.problems]
        elif isinstance(source, Problem):
            lines.append(problem_line(source))
        elif isinstance(source, SummaryLine):
            lines.append(source)
        elif isinstance(source, Iterable) and not isinstance(source, str):
            lines += summary_lines(*source)
        else:
            lines.append(SummaryLine(str(source)))
    return list(dict.fromkeys(lines))


def summary_in_other_language(template: str, *sources: Any) -> str:
    """:func:`summary_lines` put into ``template`` in the language the page is not in, as text of HTML; empty when nothing is wrong.

    A sentence that was put into words already is looked up once more; one with a name or a number in it may stay as it was.
    """
    with override(next(code for code, _name in settings.LANGUAGES if code != get_language())):
        lines = [SummaryLine(gettext(line.text), line.link) if line.text else line for line in summary_lines(*sources)]
        return "".join(render_to_string(template, {"lines": lines})) if lines else ""


def _problems_in(source: Any) -> list[Problem]:
    if isinstance(source, Refused):
        return list(source.problems)
    found = source if isinstance(source, list | tuple) else [source]
    return [one for one in found if isinstance(one, Problem)]


def put_on_form(form: BaseForm, problems: Iterable[Problem]) -> list[Problem]:
    """Put every problem that names a field of the bound ``form`` beside that field; returns the problems left over.

    What the form could not take reached the action as nothing at all: beside such a field the form's own sentence stands alone.
    """
    left = []
    refused = set(form.errors)
    for problem in problems:
        if problem.where in form.fields:
            if problem.where not in refused:
                form.add_error(problem.where, str(problem.text))
        else:
            left.append(problem)
    return left
