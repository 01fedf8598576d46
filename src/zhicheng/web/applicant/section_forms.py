"""One form class for every section of the application, made from its table (``applications/sections.py``).

The form never refuses a value: a draft keeps what was typed, and the rules say beside each field what is wrong with it.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS
from django.forms.utils import ErrorDict
from django.http import QueryDict
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from zhicheng.accounts.rules import mailbox_meant, tidy_mailbox
from zhicheng.applications.reading import is_blank
from zhicheng.applications.rules import TABLES
from zhicheng.applications.sections import BY_KEY, Field, Kind, Section
from zhicheng.applications.where import Where
from zhicheng.foundation.errors import Problem
from zhicheng.standards.dates import read_typed_date
from zhicheng.standards.errors import InvalidNumber
from zhicheng.web.applicant.field_help import help_fold
from zhicheng.web.applicant.links import control_id
from zhicheng.web.applicant.lists import SearchedSelect, is_long
from zhicheng.web.shared.forms import Form, needed
from zhicheng.web.shared.kept_words import Typed, words_for

_DIGITS = {Kind.YEAR, Kind.NUMBER, Kind.MOBILE}
_SHORT = {Kind.DATE, *_DIGITS}
_WIDE_FROM = 200  # characters: a title that long needs the whole line


class SectionForm(Form):
    """One form, or one row, of a section: bound to the stored or typed ``content``, with the ``problems`` that stand against it.

    ``explained``: every question has its help; otherwise those alone that something is wrong with.
    Controls are called ``<row or section>-<field>``; fixed fields are no controls. A code field shows a value its table does
    not know as it is.
    """

    def __init__(
        self, section: Section, content: Mapping[str, Any], problems: Iterable[Problem] = (), *, explained: bool = True
    ) -> None:
        self.section = section
        self.row = str(content.get("id", "")) if section.rows else ""
        self._problems = list(problems)
        prefix = self.row or section.key
        typed = {f"{prefix}-{f.key}": _typed(f, content.get(f.key)) for f in section.fields}
        super().__init__(typed, prefix=prefix)
        wrong = {Where.parse(problem.where).field for problem in self._problems}
        language = get_language() or "zh"
        for field in section.fields:
            if field.kind is not Kind.FIXED:
                control = self.fields[field.key] = _control(field, content.get(field.key))
                if explained or field.key in wrong:
                    control.unfolds = help_fold(section.key, field.key, language)  # type: ignore[attr-defined]

    def full_clean(self) -> None:
        """Nothing is refused here: the errors are those the rules found."""
        self._errors = ErrorDict()
        self.cleaned_data = {}
        for problem in self._problems:
            name = Where.parse(problem.where).field
            self._errors.setdefault(name if name in self.fields else NON_FIELD_ERRORS, self.error_class()).append(
                str(problem.text)
            )


def _typed(field: Field, value: Any) -> Any:
    if field.kind is Kind.YES_NO:
        return "on" if value else ""
    return "" if value is None else str(value)


def _control(field: Field, value: Any) -> forms.Field:
    """The control of one question. ``required`` only words the label: the rules decide what is missing."""
    if field.kind is Kind.YES_NO:
        return forms.BooleanField(label=str(field.label), required=False, help_text=str(field.help))
    attrs: dict[str, Any] = {"autocomplete": "off"}
    if field.kind in _SHORT:
        attrs["class"] = "w-short"
    if field.kind in _DIGITS:
        attrs["inputmode"] = "numeric"
    if field.suggested:
        attrs["list"] = field.suggested
    widget: forms.Widget = forms.TextInput(attrs=attrs)
    if field.kind is Kind.CODE and is_long(field):
        widget = SearchedSelect(field)
    elif field.kind is Kind.CODE:
        choices = TABLES[field.table].choices(get_language() or "zh")
        if value and str(value) not in dict(choices):
            choices = [(str(value), TABLES[field.table].name(str(value), get_language() or "zh")), *choices]
        widget = forms.Select(choices=[("", _("请选择")), *choices])
    elif field.kind is Kind.LONG:
        widget = forms.Textarea(attrs={"rows": "14" if field.limit > 2000 else "4"} | _counted(field))
    help_text = field.help
    if field.kind is Kind.EMAIL and (question := _asked_about(field, value)):
        help_text = question
    if field.kind is Kind.DATE and not help_text:
        help_text = _("例如 2018-05-08")
    elif field.kind is Kind.DATE:
        help_text = _("例如 2018-05-08；{help}").format(help=help_text)
    elif field.kind is Kind.LONG:
        help_text = f"{field.help}{_length_words(field)}"
    control = forms.CharField(label=str(field.label), required=field.required, help_text=str(help_text), widget=widget)
    return needed(control) if field.asked_by_rule else control


def _length_words(field: Field) -> str:
    if field.advised is None:
        return _("最多{limit}字。").format(limit=field.limit)
    low, high = field.advised
    return _("建议{low}至{high}字，最多{limit}字。").format(low=low, high=high, limit=field.limit)


def _counted(field: Field) -> dict[str, str]:
    """What filling.js counts by: how long the text may be and is advised to be, and what it says of it."""
    low, high = field.advised or (0, field.limit)
    return {
        "data-count": f"{low} {high} {field.limit}",
        "data-words-now": _("现在{n}字"),
        "data-words-short": _("现在{n}字，建议再写一些"),
        "data-words-long": _("现在{n}字，比建议的长"),
        "data-words-over": _("现在{n}字，超出{over}字"),
    }


def _asked_about(field: Field, value: Any) -> str:
    meant = mailbox_meant(tidy_mailbox(str(value or "")))
    if not meant:
        return ""
    return _("“{label}”可能写错了，您要写的是不是“{meant}”？写错了请改正，没有写错的不用改。").format(
        label=field.label, meant=meant
    )


def mailbox_question(section: Section, content: Any) -> str:
    """What to ask about the mailbox in a saved section, where its domain looks mistyped; empty otherwise. Never a refusal."""
    fields = [] if section.rows else [f for f in section.fields if f.kind is Kind.EMAIL]
    return next((question for f in fields if (question := _asked_about(f, (content or {}).get(f.key)))), "")


def new_row_id() -> str:
    """The id of a row that does not exist yet: the page gives it, the save keeps it."""
    return secrets.token_hex(4)


def typed_content(section: Section, data: QueryDict) -> Any:
    """What the section's page sent, as ``save_section`` takes it; the order of the rows is that of the page."""
    if not section.rows:
        return _typed_row(section, data, section.key)
    return [{**_typed_row(section, data, row), "id": row} for row in dict.fromkeys(data.getlist("row")) if row]


def _typed_row(section: Section, data: QueryDict, prefix: str) -> dict[str, Any]:
    return {f.key: data.get(f"{prefix}-{f.key}", "") for f in section.fields if f.kind is not Kind.FIXED}


def forms_of(section: Section, content: Any, problems: Sequence[Problem]) -> list[SectionForm]:
    """The form, or the rows, of a section as a page shows them, each with its own problems. The help is in the first row, where a row
    is new and where something is wrong: a long list of filled rows is no place to read it again.
    """
    if not section.rows:
        return [SectionForm(section, content or {}, [p for p in problems if Where.parse(p.where).field])]
    found = []
    for number, row in enumerate(content or []):
        of_row = [p for p in problems if (at := Where.parse(p.where)).field and at.row == row.get("id", "")]
        found.append(SectionForm(section, row, of_row, explained=number == 0 or is_blank(dict(row))))
    return found


def rows_to_show(section: Section, content: Any, *, years: Iterable[int] = (), blank: bool = False) -> Any:
    """The content with the rows a page offers: one for each of the ``years`` that must be there, a blank one when asked for
    or when there is nothing yet.
    """
    if not section.rows:
        return content
    rows = list(content or [])
    have = {row.get("year") for row in rows}
    rows += [{"id": new_row_id(), "year": year} for year in years if year not in have]
    if blank or not rows:
        rows.append({"id": new_row_id()})
    return rows


def merged(section: Section, mine: Any, theirs: Any, data: QueryDict) -> Any:
    """One content out of two by the person's choices: ``take-<row or section>-<field>`` = ``theirs`` takes the stored value,
    ``keep-<row>`` = ``no`` leaves a row out that only one of the two has. Everything else stays as the page sent it.
    """
    if not section.rows:
        return _merged_row(section, section.key, mine, theirs or {}, data)
    stored = {row["id"]: row for row in theirs or []}
    rows = []
    for row in mine:
        if row["id"] in stored:
            rows.append(_merged_row(section, row["id"], row, stored.pop(row["id"]), data))
        elif data.get(f"keep-{row['id']}") != "no":
            rows.append(row)
    return rows + [row for row in stored.values() if data.get(f"keep-{row['id']}") != "no"]


def _merged_row(
    section: Section, prefix: str, mine: Mapping[str, Any], theirs: Mapping[str, Any], data: QueryDict
) -> dict[str, Any]:
    row = dict(mine)
    for field in section.fields:
        if field.kind is not Kind.FIXED and data.get(f"take-{prefix}-{field.key}") == "theirs":
            row[field.key] = theirs.get(field.key, "")
    return row


def differences(section: Section, mine: Any, theirs: Any) -> list[dict[str, Any]]:
    """Where two contents of a section differ: one entry a form or row, with its fields that differ, or told to be in one only."""
    if not section.rows:
        fields = _differing(section, section.key, mine, theirs or {})
        return [{"prefix": section.key, "number": 0, "only": "", "fields": fields}] if fields else []
    stored = {row["id"]: row for row in theirs or []}
    found: list[dict[str, Any]] = []
    for number, row in enumerate(mine, start=1):
        other = stored.pop(row["id"], None)
        if other is None and not is_blank(row):
            found.append(
                {"prefix": row["id"], "number": number, "only": "mine", "fields": _differing(section, row["id"], row, {})}
            )
        elif other is not None and (fields := _differing(section, row["id"], row, other)):
            found.append({"prefix": row["id"], "number": number, "only": "", "fields": fields})
    for number, row in enumerate(stored.values(), start=len(mine) + 1):
        found.append({"prefix": row["id"], "number": number, "only": "theirs", "fields": _differing(section, row["id"], {}, row)})
    return found


def _differing(section: Section, prefix: str, mine: Mapping[str, Any], theirs: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [
        {
            "name": f"take-{prefix}-{f.key}",
            "id": control_id(section.key, prefix if section.rows else "", f.key),
            "label": f.label,
            "mine": shown(f, mine.get(f.key)),
            "theirs": shown(f, theirs.get(f.key)),
        }
        for f in section.fields
        if f.kind is not Kind.FIXED and shown(f, mine.get(f.key)) != shown(f, theirs.get(f.key))
    ]


def shown(field: Field, value: Any) -> str:
    """A value in words, typed or stored alike."""
    if field.kind is Kind.YES_NO:
        return _("是") if value and str(value).lower() not in {"", "false", "0", "off"} else _("否")
    if value in (None, ""):
        return ""
    return TABLES[field.table].name(str(value), get_language() or "zh") if field.table else str(value)


def understood(section: Section, typed: Any, content: Any) -> list[dict[str, str]]:
    """Of the dates as they were sent, those that are stored in other words: the place of the hint, and what was understood."""
    stored = {row["id"]: row for row in content} if section.rows else {section.key: content}
    found = []
    for row in typed if section.rows else [typed]:
        prefix = row["id"] if section.rows else section.key
        for field in section.fields:
            said = str(row.get(field.key) or "").strip()
            kept = stored.get(prefix, {}).get(field.key)
            if field.kind is Kind.DATE and kept is not None and said != kept and (words := _taken_for(said, kept)):
                found.append({"id": f"id_{prefix}-{field.key}_helptext", "text": words})
    return found


def _taken_for(said: str, kept: str) -> str:
    try:
        read = read_typed_date(said)
    except InvalidNumber:
        return ""
    if read.day is None:
        return _("“{said}”：已留空，表示到现在还在继续。").format(said=said)
    if read.by_month:
        return _("“{said}”没有写日，按当月1日：{day}。").format(said=said, day=kept)
    return _("“{said}”记为 {day}。").format(said=said, day=kept)


def cells_of(section: Section) -> list[tuple[Field, str]]:
    """The typed fields in the order of the page with their place in its two columns: ``wide`` takes a line, ``first`` begins one.

    Two dates that belong together stand side by side.
    """
    found: list[tuple[Field, str]] = []
    column = 0
    fields = [f for f in section.fields if f.kind is not Kind.FIXED]
    for field in fields:
        leads = field.kind is Kind.YES_NO and field is fields[0]
        place = "wide" if leads or field.kind is Kind.LONG or field.limit >= _WIDE_FROM else ""
        if field.key == "started_on" and column == 1:
            before, _place = found[-1]
            found[-1] = (before, "wide" if before.kind is Kind.TEXT else "")
            place = "first"
        column = 0 if place == "wide" else 1 if place == "first" else 1 - column
        found.append((field, place))
    return found


@words_for("application_section")
def kept_words(kwargs: Mapping[str, Any], data: QueryDict) -> list[Typed]:
    """What was typed into a section whose session had ended, row by row."""
    section = BY_KEY.get(kwargs.get("key", ""))
    if section is None:
        return []
    rows = typed_content(section, data) if section.rows else [typed_content(section, data)]
    return [
        Typed(str(f.label), shown(f, row[f.key]), _("第 {n} 项").format(n=number) if section.rows else "")
        for number, row in enumerate(rows, start=1)
        for f in section.fields
        if row.get(f.key)
    ]
