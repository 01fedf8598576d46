"""``{% include "a_template.html" %}`` that looks for the template once: a form includes the same few dozens of times.

Stands in for Django's in every template (``settings.TEMPLATES``). A template that is included by a name in a variable is Django's own.
"""

from __future__ import annotations

from typing import Any

from django.template import Context, Library, Template
from django.template.base import Parser, Token
from django.template.loader_tags import IncludeNode, do_include

register = Library()


class Include(IncludeNode):
    """A template whose name is written out: found when it is drawn for the first time, as long as this one is kept."""

    found: Template | None = None

    def render(self, context: Context) -> Any:
        template = self.found
        if template is None:
            template = context.template.engine.get_template(self.template.var)  # type: ignore[union-attr]
            self.found = template
        values = {name: value.resolve(context) for name, value in self.extra_context.items()}
        if self.isolated_context:
            return template.render(context.new(values))
        whole = context.render_context
        outer, whole.template = whole.template, template
        whole.push()
        context.dicts.append(values)
        try:
            return template._render(context)  # type: ignore[union-attr]  # its stubs leave it out
        finally:
            context.dicts.pop()
            whole.pop()
            whole.template = outer


@register.tag
def include(parser: Parser, token: Token) -> Any:
    """``{% include "shared/finding.html" with finding=each %}``; see Django's."""
    node = do_include(parser, token)
    name = node.template
    written_out = isinstance(name.var, str) and not name.filters and not name.var.startswith(".")
    if not written_out:
        return node
    return Include(name, extra_context=node.extra_context, isolated_context=node.isolated_context)
