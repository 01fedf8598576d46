"""Which tests run once, and which on both databases (``./test``)."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator
from functools import cache
from types import CodeType, ModuleType
from typing import Any

import pytest
from django.db import connection, connections


def asks_a_database(item: pytest.Item) -> bool:
    """Whether ``item`` reaches the run's database (pytest-django keeps all others from it), or may ask of which kind it is."""
    if {"db", "transactional_db", "live_server", "django_db_setup"} & set(getattr(item, "fixturenames", ())):
        return True
    return item.get_closest_marker("django_db") is not None or _may_ask_of_a_connection(item)


def _may_ask_of_a_connection(item: pytest.Item) -> bool:
    """Whether the test, what it is given, or a function of the tests that one of them names, names the run's connections."""
    if _asks_while_it_is_read(getattr(item, "module", None)):
        return True
    given = [*getattr(getattr(item, "callspec", None), "params", {}).values()]
    for fixtures in getattr(getattr(item, "_fixtureinfo", None), "name2fixturedefs", {}).values():
        given += [fixture.func for fixture in fixtures]
    seen: set[CodeType] = set()
    return any(_names_a_connection(one, seen) for one in [getattr(item, "function", None), *given])


def _names_a_connection(thing: Any, seen: set[CodeType]) -> bool:
    if thing is connection or thing is connections:
        return True
    if isinstance(thing, type):
        return thing.__module__.startswith("tests.") and any(_names_a_connection(one, seen) for one in vars(thing).values())
    if hasattr(thing, "_get_wrapped_function"):  # a fixture
        thing = thing._get_wrapped_function()
    function = inspect.unwrap(thing) if callable(thing) else None
    code = getattr(function, "__code__", None)
    if code is None or code in seen or not str(getattr(function, "__module__", "")).startswith("tests."):
        return False
    seen.add(code)
    names = set(_names_of(code))
    for value in [function.__globals__[name] for name in names if name in function.__globals__]:
        parts = [value]
        if isinstance(value, ModuleType) and value.__name__.startswith("tests."):
            parts = [getattr(value, name) for name in names if hasattr(value, name)]
        if any(_names_a_connection(part, seen) for part in parts):
            return True
    return False


def _names_of(code: CodeType) -> Iterator[str]:
    yield from code.co_names
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            yield from _names_of(inner)


@cache
def _asks_while_it_is_read(module: ModuleType | None) -> bool:
    """Whether a module asks outside of its functions: then any of its tests may depend on the answer."""
    if not any(value is connection or value is connections for value in vars(module or object).values()):
        return False
    outside: list[ast.AST] = []
    for node in ast.parse(inspect.getsource(module)).body:  # type: ignore[arg-type]  # it has values, so it is one
        outside += [*node.decorator_list, node.args] if isinstance(node, ast.FunctionDef) else [node]
    named = {part.id for node in outside for part in ast.walk(node) if isinstance(part, ast.Name)}
    return bool(named & {name for name, value in vars(module).items() if value is connection or value is connections})
