"""The text of the program, read and parsed once per run: what the rules of the house look at.

A rule is a function that takes one source and gives the lines that break it, each with what stands there. ``nowhere`` asks all
sources and names every place in its one message.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "zhicheng"
# Tables of data are as long as what they hold.
DATA_FOLDERS = {"migrations", "data"}


@dataclass(frozen=True)
class Call:
    """A call, and the names that lead to it (``A.objects.filter(x).update(y)`` → ``A objects filter update``)."""

    node: ast.Call
    names: list[str]

    @cached_property
    def what(self) -> str:
        """What is called, as it is written."""
        return ast.unparse(self.node.func)

    @property
    def line(self) -> int:
        return self.node.lineno


@dataclass(frozen=True, eq=False)
class Source:
    """One file of the program: ``name`` as seen from the package (``web/access.py``), and its text."""

    name: str
    text: str

    @property
    def parts(self) -> tuple[str, ...]:
        """The folders and the file's name without its ending."""
        return Path(self.name).with_suffix("").parts

    @property
    def module(self) -> str:
        """As it is imported."""
        return ".".join(["zhicheng", *self.parts])

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text, filename=self.name)

    @cached_property
    def nodes(self) -> list[ast.AST]:
        """Everything in the tree, outer before inner."""
        return list(ast.walk(self.tree))

    @cached_property
    def calls(self) -> list[Call]:
        return [Call(node, _names(node)) for node in self.nodes if isinstance(node, ast.Call)]

    @cached_property
    def imports(self) -> dict[str, int]:
        """Every module imported by its whole name, and what is taken from it (``http``, ``http.client``), each with its line."""
        found: dict[str, int] = {}
        for node in self.nodes:
            names: list[str] = []
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
            found |= {name: node.lineno for name in names if name not in found}
        return found

    def functions(self) -> Iterator[ast.FunctionDef]:
        """Those at the top."""
        yield from (node for node in self.tree.body if isinstance(node, ast.FunctionDef))


Rule = Callable[[Source], Iterable[tuple[int, str]]]


@cache
def python() -> tuple[Source, ...]:
    """Every file of code, by name."""
    return _read(SOURCE.rglob("*.py"))


@cache
def program() -> tuple[Source, ...]:
    """Every file of code but migrations and tables of data."""
    return tuple(source for source in python() if not DATA_FOLDERS & set(source.parts[:-1]))


@cache
def templates(*endings: str) -> tuple[Source, ...]:
    """Every file of these endings that lies in a folder of templates."""
    return _read(path for path in SOURCE.rglob("*") if path.suffix in endings and "templates" in path.relative_to(SOURCE).parts)


def nowhere(rule: Rule, sources: Iterable[Source], why: str) -> None:
    """Fail with ``why`` and every place that breaks ``rule``.

    Each source is asked on its own, so that a rule about one file stays one.
    """
    asked = tuple(sources)
    assert asked, "a rule that looks at nothing holds always"
    found = [f"src/zhicheng/{source.name}:{line}: {what}" for source in asked for line, what in sorted(rule(source))]
    if found:
        pytest.fail("\n".join([f"{why} ({len(found)})", *found]), pytrace=False)


def only_in(allowed: Iterable[str], rule: Rule, sources: Iterable[Source], why: str) -> None:
    """Fail with ``why`` and every place outside of the files ``allowed``; also where one of these has nothing of the kind."""
    asked = tuple(sources)
    known = set(allowed)
    nowhere(lambda source: () if source.name in known else rule(source), asked, why)
    assert not (known - {source.name for source in asked if any(rule(source))}), (
        "nothing of the kind is there: take it off the list"
    )


def importing(modules: Iterable[str]) -> Rule:
    """The rule that one of these is not imported, whole or in part."""
    unwanted = set(modules)
    return lambda source: [(line, name) for name, line in source.imports.items() if name in unwanted]


def calling(unwanted: Callable[[Call], object]) -> Rule:
    """The rule that nothing is called for which ``unwanted`` is true."""
    return lambda source: [(call.line, call.what) for call in source.calls if unwanted(call)]


def line_of(text: str, place: int) -> int:
    """The number of the line in which the letter at ``place`` stands."""
    return text.count("\n", 0, place) + 1


def _read(paths: Iterable[Path]) -> tuple[Source, ...]:
    return tuple(Source(path.relative_to(SOURCE).as_posix(), path.read_text(encoding="utf-8")) for path in sorted(paths))


def _names(call: ast.Call) -> list[str]:
    names: list[str] = []
    target: ast.expr = call.func
    while isinstance(target, ast.Attribute | ast.Call | ast.Subscript):
        if isinstance(target, ast.Attribute):
            names.append(target.attr)
        target = target.func if isinstance(target, ast.Call) else target.value
    return [target.id if isinstance(target, ast.Name) else "?", *reversed(names)]
