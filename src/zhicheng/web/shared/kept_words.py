"""What was typed into a form that is kept (``kept.py``), in words: each value under the label it was typed under.

The forms a page works with stand in its view's module; a page whose form is made afresh each time says for itself with
:func:`words_for`.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import HttpRequest, QueryDict
from django.urls import Resolver404, resolve
from django.utils.translation import gettext as _

from zhicheng.organizations.actors import Role
from zhicheng.web.access import ACCESS
from zhicheng.web.shared.http import OutOfReachError, actor_of
from zhicheng.web.shared.kept import KeptForm

_LONG = 12  # characters: what nobody has a label for is shown if it looks like words of a person


@dataclass(frozen=True, slots=True)
class Typed:
    """One value as the person knows it; ``group`` names the row it belongs to, empty outside rows."""

    label: str
    value: str
    group: str = ""


Describe = Callable[[Mapping[str, Any], QueryDict], Iterable[Typed]]
Deed = Callable[[HttpRequest, Mapping[str, Any]], Iterable[Typed]]
_DESCRIBED: dict[str, Describe] = {}
_DEEDS: dict[str, Deed] = {}


def words_for(url_name: str) -> Callable[[Describe], Describe]:
    """``@words_for("application_section")``: the function that puts what was sent to this address into words."""

    def register(describe: Describe) -> Describe:
        _DESCRIBED[url_name] = describe
        return describe

    return register


def deed_for(url_name: str) -> Callable[[Deed], Deed]:
    """``@deed_for("desk_return")``: the function that says what is done at this address, and about whom; it tells whoever asks no more
    than the page at that address would, and raises ``OutOfReachError`` where it is not theirs to do (any more)."""

    def register(say: Deed) -> Deed:
        _DEEDS[url_name] = say
        return say

    return register


def deed_of(request: HttpRequest, path: str) -> list[Typed]:
    """What one press of “接着提交” would do at ``path``; empty where the form speaks for itself. Raises ``OutOfReachError`` where whoever
    is signed in cannot do it: they work elsewhere by now, or what it is about went to somebody else.
    """
    try:
        match = resolve(path.partition("?")[0])
    except Resolver404:
        raise OutOfReachError(f"kept for {path}, where there is no page any more") from None
    roles = ACCESS.get(match.view_name, frozenset())
    if Role.ANONYMOUS not in roles and actor_of(request).role not in roles:
        raise OutOfReachError(f"kept for {match.view_name}, which is for others")
    say = _DEEDS.get(match.view_name)
    return list(say(request, match.kwargs)) if say else []


def words_of(record: KeptForm) -> list[Typed]:
    """Everything a person would recognise of ``record``, in the order of the form."""
    data = QueryDict(record.body)
    try:
        match = resolve(record.path.partition("?")[0])
    except Resolver404:
        return _without_label(data, set())
    describe = _DESCRIBED.get(match.view_name)
    if describe is not None:
        return list(describe(match.kwargs, data))
    fields = _fields_of(match.func)
    return [*words_of_fields(fields, data), *_without_label(data, set(fields))]


def words_of_fields(fields: Mapping[str, forms.Field], data: QueryDict) -> list[Typed]:
    """The values of ``data`` that answer ``fields``, choices by their words; hidden and empty ones left out."""
    found = []
    for name, field in fields.items():
        values = [text for value in data.getlist(name) if (text := _in_words(field, value))]
        if values and not field.widget.is_hidden:
            found.append(Typed(str(field.label or name), _("、").join(values)))
    return found


def _in_words(field: forms.Field, value: str) -> str:
    if isinstance(field, forms.BooleanField):
        return _("是") if value else ""
    if isinstance(field, forms.ChoiceField):
        # A choice that is made up when the page is shown has no words here: its code would mean nothing to anybody.
        return next((str(words) for code, words in _flat(field.choices) if str(code) == value and value), "")
    return value.strip()


def _flat(choices: Any) -> Iterable[tuple[Any, Any]]:
    for code, words in choices:
        if isinstance(words, list | tuple):
            yield from words
        else:
            yield code, words


def _fields_of(view: Any) -> dict[str, forms.Field]:
    """The fields of every form the view's module works with."""
    module = sys.modules.get(getattr(view, "__module__", ""))
    classes = [c for c in vars(module).values() if isinstance(c, type) and issubclass(c, forms.BaseForm)] if module else []
    return {name: field for c in classes for name, field in getattr(c, "base_fields", {}).items() if field.label}


def _without_label(data: QueryDict, known: set[str]) -> list[Typed]:
    """What no form of the page knows and yet reads like something a person wrote."""
    return [
        Typed(_("其他内容"), value.strip())
        for name, values in data.lists()
        for value in values
        if name not in known and not name.startswith("_") and _reads_like_words(value)
    ]


def _reads_like_words(value: str) -> bool:
    return bool(value.strip()) and (not value.isascii() or (len(value) > _LONG and " " in value.strip()))
