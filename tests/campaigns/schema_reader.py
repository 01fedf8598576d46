"""What a JSON Schema says against a value, as far as the schema of the campaign file goes. It refuses to read keywords it does not know."""

from __future__ import annotations

import re
from typing import Any

_TYPES: dict[str, Any] = {"object": dict, "array": list, "string": str, "integer": int, "boolean": bool, "null": type(None)}
_SAID = {"$schema", "$defs", "title", "description", "default"}


def wrong(value: Any, schema: dict[str, Any], root: dict[str, Any], at: str = "") -> list[str]:
    """Where ``value`` is not what ``schema`` says; empty when it is."""
    found: list[str] = _type(value, schema["type"], schema, root, at) if "type" in schema else []
    if found:
        return found
    for keyword, said in schema.items():
        if keyword in _SAID:
            continue
        found += _CHECKS[keyword](value, said, schema, root, at)
    return found


def _type(value: Any, said: str, _schema: Any, _root: Any, at: str) -> list[str]:
    kind = _TYPES[said]
    fits = isinstance(value, kind) and not (kind is int and isinstance(value, bool))
    return [] if fits else [f"{at}: no {said}"]


def _ref(value: Any, said: str, _schema: Any, root: Any, at: str) -> list[str]:
    return wrong(value, root["$defs"][said.removeprefix("#/$defs/")], root, at)


def _any_of(value: Any, said: list[Any], _schema: Any, root: Any, at: str) -> list[str]:
    return [] if any(not wrong(value, one, root, at) for one in said) else [f"{at}: none of {len(said)}"]


def _properties(value: Any, said: dict[str, Any], schema: Any, root: Any, at: str) -> list[str]:
    if not isinstance(value, dict):
        return []
    known = [line for key, one in said.items() if key in value for line in wrong(value[key], one, root, f"{at}.{key}")]
    more = set(value) - set(said) if schema.get("additionalProperties") is False else set()
    return known + [f"{at}.{key}: unknown" for key in sorted(more)]


def _additional(value: Any, said: Any, schema: Any, root: Any, at: str) -> list[str]:
    if said is False or not isinstance(value, dict):
        return []
    return [
        line for key in value if key not in schema.get("properties", {}) for line in wrong(value[key], said, root, f"{at}.{key}")
    ]


def _items(value: Any, said: Any, _schema: Any, root: Any, at: str) -> list[str]:
    items = enumerate(value) if isinstance(value, list) else ()
    return [line for number, one in items for line in wrong(one, said, root, f"{at}[{number}]")]


def _must(holds: Any) -> Any:
    return lambda value, said, _schema, _root, at: [] if holds(value, said) else [f"{at}: {said}"]


_CHECKS: dict[str, Any] = {
    "type": _type,
    "$ref": _ref,
    "anyOf": _any_of,
    "properties": _properties,
    "additionalProperties": _additional,
    "items": _items,
    "propertyNames": lambda value, said, _schema, root, at: [
        line for key in value for line in wrong(key, said, root, f"{at}.{key}")
    ],
    "required": lambda value, said, _schema, _root, at: [f"{at}.{key}: missing" for key in said if key not in value],
    "enum": _must(lambda value, said: value in said),
    "const": _must(lambda value, said: value == said),
    "pattern": _must(lambda value, said: re.search(said, value)),
    "minLength": _must(lambda value, said: len(value) >= said),
    "maxLength": _must(lambda value, said: len(value) <= said),
    "minItems": _must(lambda value, said: len(value) >= said),
    "minProperties": _must(lambda value, said: len(value) >= said),
    "maxItems": _must(lambda value, said: len(value) <= said),
    "minimum": _must(lambda value, said: value >= said),
    "maximum": _must(lambda value, said: value <= said),
}
