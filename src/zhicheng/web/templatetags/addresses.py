"""``{% url %}`` and ``{% static %}`` that make each address once (``web/shared/addresses.py``).

They stand in for Django's in every template (``settings.TEMPLATES``): the one is there without being loaded, the other is loaded as
``static``.
"""

from __future__ import annotations

from typing import Any

from django import template
from django.template.base import Parser, Token
from django.template.defaulttags import URLNode
from django.template.defaulttags import url as url_of_django
from django.templatetags.static import StaticNode
from django.utils.html import conditional_escape

from zhicheng.web.shared.addresses import reverse, static_address

register = template.Library()


class Address(URLNode):
    """The address of a page with its arguments in their order, written where it stands."""

    def render(self, context: template.Context) -> Any:
        address = reverse(self.view_name.resolve(context), [arg.resolve(context) for arg in self.args])
        return conditional_escape(address) if context.autoescape else address


@register.tag
def url(parser: Parser, token: Token) -> template.Node:
    """``{% url 'desk_case' row.pk %}``; with names for arguments, or ``as``, it is Django's own."""
    node = url_of_django(parser, token)
    return node if node.kwargs or node.asvar else Address(node.view_name, node.args, {}, None)


class Static(StaticNode):
    """The address of a static file."""

    @classmethod
    def handle_simple(cls, path: str) -> str:
        return static_address(path)


@register.tag
def static(parser: Parser, token: Token) -> template.Node:
    """``{% static 'zhicheng/icon.svg' %}``."""
    return Static.handle_token(parser, token)
