"""The help of a question, drawn: folded, reached by the keyboard, the same for everybody and so drawn once for each language."""

from __future__ import annotations

from functools import cache

from django.template.loader import render_to_string
from django.utils.translation import override

from zhicheng.applications.field_help import help_for
from zhicheng.applications.sections import BY_KEY


@cache
def help_fold(section: str, field: str, language: str) -> str:
    """What unfolds beside the label of a question; empty where there is nothing to explain."""
    told = help_for(section, field)
    if told is None:
        return ""
    drawn = {"drawing": f"shared/drawings/{told.drawn[0]}.html", "marks": {told.drawn[1]: 1}} if told.drawn else {}
    with override(language):
        context = {"help": told, "label": BY_KEY[section].field(field).label} | drawn
        return render_to_string("applicant/field_help.html", context)
