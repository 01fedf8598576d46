"""``{% url %}`` that makes each address once (``web/shared/addresses.py``). In every template without being loaded (``settings.TEMPLATES``)."""

from __future__ import annotations

from typing import Any

from django import template
from django.template.base import Parser, Token
from django.template.defaulttags import URLNode
from django.template.defaulttags import url as url_of_django
from django.utils.html import conditional_escape

from zhicheng.web.shared.addresses import address_of

register = template.Library()


class Address(URLNode):
    """The address of a page with its arguments in their order, written where it stands."""

    def render(self, context: template.Context) -> Any:
        address = address_of(self.view_name.resolve(context), *(arg.resolve(context) for arg in self.args))
        return conditional_escape(address) if context.autoescape else address


@register.tag
def url(parser: Parser, token: Token) -> template.Node:
    """``{% url 'desk_case' row.pk %}``; with names for arguments, or ``as``, it is Django's own."""
    node = url_of_django(parser, token)
    return node if node.kwargs or node.asvar else Address(node.view_name, node.args, {}, None)
