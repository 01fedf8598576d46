"""Django's ``i18n`` tags, with the words of ``{% translate "…" %}`` looked up once a process and language instead of once a cell.

Stands in for the library of that name (``settings.TEMPLATES``): templates go on saying ``{% load i18n %}``, and ``makemessages`` finds their
words as before.
"""

from __future__ import annotations

from typing import Any

from django import template
from django.template.base import Parser, Token
from django.templatetags import i18n
from django.utils.translation import get_language

register = template.Library()
register.tags.update(i18n.register.tags)
register.filters.update(i18n.register.filters)
del register.tags["language"]  # a template speaks one language, so that it need not ask which for every word
_LANGUAGE = "zhicheng.language"


def _language_of(context: template.Context) -> str:
    """The language of the page that is drawn now, with all that it includes."""
    of_page = context.render_context.dicts[0]
    if _LANGUAGE not in of_page:
        of_page[_LANGUAGE] = get_language() or ""
    spoken: str = of_page[_LANGUAGE]
    return spoken


class Words(template.Node):
    """Words that are written out in the template: they are the same whenever they are asked for in one language."""

    child_nodelists = ()

    def __init__(self, node: i18n.TranslateNode) -> None:
        self.node = node
        self.name: str | None = node.asvar
        self.said: dict[tuple[str, bool], Any] = {}

    def render(self, context: template.Context) -> Any:
        key = (_language_of(context), context.autoescape)
        said = self.said.get(key)
        if said is None:
            said = self.node.render(context)
            if self.name:
                said = context[self.name]
            self.said[key] = said
        if self.name:
            context[self.name] = said
            return ""
        return said


@register.tag("trans")
@register.tag("translate")
def translate(parser: Parser, token: Token) -> template.Node:
    """``{% translate "上报" %}``, ``{% translate "上报" as words %}``."""
    node = i18n.do_translate(parser, token)
    words = node.filter_expression
    written_out = getattr(words.var, "literal", None) is not None and not words.filters
    return Words(node) if written_out and not node.noop and node.message_context is None else node
