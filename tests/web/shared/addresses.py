"""Every address of the site, read from the URL resolver itself."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver
from django.urls.converters import IntConverter, StringConverter, UUIDConverter
from django.urls.resolvers import RoutePattern

_EXAMPLES = {IntConverter: "1", UUIDConverter: "00000000-0000-0000-0000-000000000001", StringConverter: "x"}


def patterns(
    resolver: URLResolver | None = None, above: tuple[Any, ...] = (), namespace: str = ""
) -> Iterator[tuple[str, list[Any]]]:
    """(view name, the chain of patterns) for every route."""
    resolver = resolver or get_resolver()
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            inner = f"{namespace}{entry.namespace}:" if entry.namespace else namespace
            yield from patterns(entry, (*above, entry.pattern), inner)
        elif isinstance(entry, URLPattern):
            yield f"{namespace}{entry.name or ''}", [*above, entry.pattern]


def _part(pattern: Any) -> str:
    if isinstance(pattern, RoutePattern):
        text = str(pattern)
        for name, converter in pattern.converters.items():
            example = next((v for kind, v in _EXAMPLES.items() if isinstance(converter, kind)), "x")
            text = re.sub(rf"<(?:\w+:)?{name}>", example, text)
        return text
    return re.sub(r"\(\?P<\w+>[^)]*\)", "1", str(pattern)).strip("^$")


def address(chain: list[Any]) -> str:
    """An address that this chain of patterns matches."""
    return "/" + "".join(_part(p) for p in chain)
