"""Every address of the site, read from the URL resolver itself."""

from __future__ import annotations

import inspect
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


def views(resolver: URLResolver | None = None, namespace: str = "") -> Iterator[tuple[str, Any]]:
    """(view name, view) for every route."""
    resolver = resolver or get_resolver()
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            yield from views(entry, f"{namespace}{entry.namespace}:" if entry.namespace else namespace)
        elif isinstance(entry, URLPattern):
            yield f"{namespace}{entry.name or ''}", entry.callback


_METHODS = {"DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST"}


def methods_of(view: Any) -> list[str] | None:
    """The methods a function is restricted to; ``None`` for one that is not."""
    methods: list[str] | None = None
    while True:
        for cell in getattr(view, "__closure__", None) or ():
            content = cell.cell_contents
            if isinstance(content, list) and content and all(m in _METHODS for m in content):
                methods = content
        if not hasattr(view, "__wrapped__"):
            return methods
        view = view.__wrapped__


def takes_posts(view: Any) -> bool:
    """Whether a form can be sent to ``view``: a class with ``post``, a function that is restricted to it or speaks of it."""
    of_class = getattr(view, "view_class", None)
    if of_class is not None:
        return hasattr(of_class, "post")
    methods = methods_of(view)
    view = inspect.unwrap(view)
    if methods is not None:
        return "POST" in methods
    return any("POST" in inspect.getsource(f) for f in (view, *_called(view)))


def _called(view: Any) -> Iterator[Any]:
    """The functions of our own pages that ``view`` names."""
    for name in inspect.unwrap(view).__code__.co_names:
        found = getattr(view, "__globals__", {}).get(name)
        if inspect.isfunction(found) and found.__module__.startswith("zhicheng.web"):
            yield found
