"""YAML read as a node tree: plain values, and for every one of them the line it stands on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import yaml
from yaml.constructor import ConstructorError, SafeConstructor
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

Path = tuple[str | int, ...]

#: A file of more values than this is not a notice (and could be one built to grow while it is read).
MOST_VALUES = 50_000
MOST_LEVELS = 30  # a notice has a dozen, one inside the other
_TOO_DEEP = f"内容嵌套超过 {MOST_LEVELS} 层，不是一份通知"


def _compose(text: str) -> Node | None:
    """The node tree of ``text``. A sound file is read by libyaml, many times as fast; what is wrong with another is said by PyYAML itself."""
    if yaml.__with_libyaml__:
        try:
            return yaml.compose(text, Loader=yaml.CSafeLoader)
        except yaml.YAMLError:
            pass
    return yaml.compose(text, Loader=yaml.SafeLoader)


class BadYaml(Exception):
    """The text is no YAML we read. ``found``: (line, path, reason in Chinese) of everything wrong."""

    def __init__(self, found: list[tuple[int, Path, str]]) -> None:
        self.found = found
        super().__init__(found)


class Source:
    """A file's values (``data``) with the lines of its keys and values.

    Dates and times stay text, whatever YAML would make of them; a key given twice is an error, not the last one's win.
    """

    def __init__(self, text: str) -> None:
        self._constructor = SafeConstructor()
        self._lines: dict[Path, int] = {}
        self._mappings: set[Path] = set()
        self._open: set[int] = set()
        self._found: list[tuple[int, Path, str]] = []
        try:
            root = _compose(text)
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            line = mark.line + 1 if mark else 1
            raise BadYaml([(line, (), f"不是有效的 YAML：{error.problem or error.context}")]) from error
        except yaml.YAMLError as error:
            raise BadYaml([(1, (), f"不是有效的 YAML：{error}")]) from error
        except RecursionError as error:
            raise BadYaml([(1, (), _TOO_DEEP)]) from error
        if root is None:
            raise BadYaml([(1, (), "文件是空的")])
        self.data = self._value(root, ())
        if self._found:
            raise BadYaml(self._found)

    def line(self, path: Sequence[str | int]) -> int:
        """The line (from 1) of the value at ``path``, or of the nearest thing around it that is in the file."""
        at: Path = ()
        for part in path:
            if isinstance(part, int) and at in self._mappings:
                continue  # a single condition, written without a list
            if (*at, part) not in self._lines:
                break
            at = (*at, part)
        return self._lines.get(at, 1)

    def _value(self, node: Node, path: Path) -> Any:
        line = node.start_mark.line + 1
        self._lines.setdefault(path, line)
        if id(node) in self._open:
            self._found.append((line, path, "别名指向了包含它自己的内容"))
            return None
        if len(self._lines) > MOST_VALUES:
            raise BadYaml([(line, path, f"内容超过 {MOST_VALUES} 项，不是一份通知")])
        if len(path) > MOST_LEVELS:
            raise BadYaml([(line, path[:MOST_LEVELS], _TOO_DEEP)])
        self._open.add(id(node))
        try:
            if isinstance(node, MappingNode):
                self._mappings.add(path)
                return self._mapping(node, path)
            if isinstance(node, SequenceNode):
                return [self._value(child, (*path, index)) for index, child in enumerate(node.value)]
            return self._scalar(node, path) if isinstance(node, ScalarNode) else None
        finally:
            self._open.discard(id(node))

    def _mapping(self, node: MappingNode, path: Path) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for key_node, value_node in node.value:
            line = key_node.start_mark.line + 1
            if not isinstance(key_node, ScalarNode):
                self._found.append((line, path, "键应为一个词"))
                continue
            key = key_node.value
            if key in values:
                self._found.append((line, (*path, key), f"键“{key}”重复，前一个在第 {self._lines[(*path, key)]} 行"))
                continue
            self._lines[(*path, key)] = line
            values[key] = self._value(value_node, (*path, key))
        return values

    def _scalar(self, node: ScalarNode, path: Path) -> Any:
        kind = node.tag.removeprefix("tag:yaml.org,2002:")
        if kind in {"str", "timestamp"}:
            return node.value
        if kind in {"bool", "int", "float", "null"}:
            try:
                return getattr(self._constructor, f"construct_yaml_{kind}")(node)
            except (ConstructorError, ValueError, KeyError):
                kind = node.tag
        self._found.append((node.start_mark.line + 1, path, f"不支持的 YAML 标记“{kind}”，请写成普通文字"))
        return None
