"""Long lists to choose from: the common choices first, and words by which choices.js searches. The options of a list are drawn once."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from django import forms
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _

from zhicheng.applications.rules import TABLES
from zhicheng.applications.sections import Field, Section
from zhicheng.standards.initials import INITIALS, SCHOOLS
from zhicheng.web.shared.drawn_forms import joined

LONG = 15  # choices: from here on a list can be searched


def is_long(field: Field) -> bool:
    """Whether somebody would scroll for an answer."""
    return len(TABLES[field.table]) > LONG


class SearchedSelect(forms.Select):
    """The list of a field's table, the ``first`` of the field before the others. It is a plain list until choices.js comes."""

    def __init__(self, field: Field, attrs: Mapping[str, Any] | None = None) -> None:
        super().__init__(attrs=dict(attrs or {}))
        self.field = field

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        """Without a dictionary for every option: nothing in them changes but which one is chosen."""
        language = get_language() or "zh"
        before, after, unknown = "", _options(self.field.table, self.field.first, language), str(value or "")
        if unknown and unknown in TABLES[self.field.table]:
            chosen = format_html('<option value="{}"', unknown)
            before, found, after = after.partition(chosen)
            unknown, after = "", f"{found} selected{after}"
        said = {**self.attrs, **(attrs or {})}
        head = format_html(
            '<select name="{}" class="form-select" data-search data-words-none="{}" data-words-one="{}" data-words-more="{}"{}>',
            name,
            _("列表中没有“{text}”。"),
            _("有1项，按回车选择。"),
            _("有{n}项，按上下键选择。"),
            joined(*(format_html(' {}="{}"', key, held) for key, held in said.items() if key not in {"class", "autocomplete"})),
        )
        extra = format_html('<option value="{}" selected>{}</option>', unknown, unknown) if unknown else ""
        return joined(head, extra, before, after, "</select>")


@cache
def _options(key: str, codes_first: tuple[str, ...], language: str) -> str:
    """All options of the table ``key``."""
    table, initials = TABLES[key], INITIALS.get(key, {})
    with override(language):
        blank = format_html('<option value="">{}</option>', _("请选择"))
        common, others = _("常用"), _("其他")

    def option(code: str, words: str) -> SafeString:
        return format_html('<option value="{}" data-initials="{}">{}</option>', code, initials.get(code, ""), words)

    first = [(code, table.name(code, language)) for code in codes_first]
    rest = [(code, words) for code, words in table.choices(language) if code not in codes_first]
    if not first:
        return joined(blank, *(option(*one) for one in rest))
    groups = [
        format_html('<optgroup label="{}">{}</optgroup>', label, joined(*(option(*one) for one in codes)))
        for label, codes in ((common, first), (others, rest))
    ]
    return joined(blank, *groups)


def suggestions_of(section: Section) -> str:
    """What is suggested where something of the section is typed; anything else may be typed too."""
    return _schools() if any(field.suggested == "schools" for field in section.fields) else ""


@cache
def _schools() -> str:
    options = (format_html('<option value="{}">{}</option>', school.zh, school.initials) for school in SCHOOLS)
    return format_html('<datalist id="schools">{}</datalist>', joined(*options))
