"""Nothing in ``src`` is called by tests alone: what nobody calls is wired or deleted."""

from __future__ import annotations

import ast
import importlib
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent / "src" / "zhicheng"
# Decorators that only change how a function is called: it still has to be called by somebody.
PLAIN = {
    "property", "cached_property", "staticmethod", "classmethod", "dataclass", "one_transaction", "contextmanager", "cache",
    "lru_cache", "override", "abstractmethod", "total_ordering", "overload", "setter", "platform_language", "deconstructible",
}  # fmt: skip
# Called by a framework through a name that no base class declares.
BY_NAME = {
    "process_view": "Django calls it on every middleware that has it",
    "process_exception": "Django calls it on every middleware that has it",
    "Meta": "Django reads it from a model or form",
    "Command": "Django reads it from a management command",
    "get_by_natural_key": "Django signs in through it",
    "acheck_password": "Django's asynchronous sign-in",
    "get_full_name": "Django and allauth name a user by it",
    "get_help_text": "Django asks every password validator for it",
    "from_db_value": "Django reads a column through it",
    "SessionStore": "Django takes it from the module of SESSION_ENGINE",
}


@dataclass(frozen=True)
class Defined:
    """A function, class or method of ``src``."""

    module: str
    owner: str
    name: str
    line: int
    node: ast.AST

    def __str__(self) -> str:
        return f"{self.module}:{self.line} {f'{self.owner}.' if self.owner else ''}{self.name}"


def _decorator(node: ast.expr) -> str:
    target = node.func if isinstance(node, ast.Call) else node
    return target.attr if isinstance(target, ast.Attribute) else target.id if isinstance(target, ast.Name) else ""


def _is_registered(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> bool:
    """Whether a decorator hands it to somebody who calls it: ``@guard("…")``, ``@jobs.regular(…)``, ``@receiver(…)``."""
    return any(_decorator(d) not in PLAIN and not _decorator(d).startswith("require_") for d in node.decorator_list)


def definitions(tree: ast.Module, module: str) -> Iterator[Defined]:
    """Every public and private function and class of a module, and the methods of its classes, but those named ``__so__``."""
    for node in tree.body:
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            continue
        if not _is_registered(node):
            yield Defined(module, "", node.name, node.lineno, node)
        for inner in node.body if isinstance(node, ast.ClassDef) else ():
            named = isinstance(inner, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) and not _is_registered(inner)
            if named and inner.name.startswith("_") and isinstance(node, ast.ClassDef) and _called_by_word(node):
                continue
            if named and not (inner.name.startswith("__") and inner.name.endswith("__")):
                yield Defined(module, node.name, inner.name, inner.lineno, inner)


def mentioned(tree: ast.AST) -> Counter[str]:
    """How often each name is used: called, read, passed or named by a dotted path; imports and ``__all__`` use nothing."""
    found: Counter[str] = Counter()
    exported = {
        id(part)
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign) and any(isinstance(t, ast.Name) and t.id == "__all__" for t in node.targets)
        for part in ast.walk(node)
    }
    for node in ast.walk(tree):
        if id(node) in exported:
            continue
        if isinstance(node, ast.Name):
            found[node.id] += 1
        elif isinstance(node, ast.Attribute):
            found[node.attr] += 1
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and re.fullmatch(r"[\w.]+", node.value):
            found.update(set(node.value.split(".")))
    return found


def _called_by_word(owner: ast.ClassDef) -> bool:
    """Whether a class picks its methods by a word: ``getattr(self, f"_{what}")``."""
    calls = [n for n in ast.walk(owner) if isinstance(n, ast.Call) and isinstance(n.func, ast.Name) and n.func.id == "getattr"]
    return any(len(call.args) > 1 and not isinstance(call.args[1], ast.Constant) for call in calls)


def _declared_above(defined: Defined) -> bool:
    """Whether a base class outside of the project declares the method: then the framework calls it."""
    if not defined.owner:
        kind = getattr(importlib.import_module(defined.module), defined.name, None)
        return isinstance(kind, type) and any(base.__name__ in {"AppConfig"} for base in kind.__mro__)
    kind = getattr(importlib.import_module(defined.module), defined.owner)
    return any(defined.name in vars(base) for base in kind.__mro__[1:] if not base.__module__.startswith("zhicheng"))


def only_called_by_tests() -> list[str]:
    """What nothing in ``src`` mentions outside of its own body: no module, no template, no migration."""
    importlib.import_module("zhicheng.urls")  # in the order the program itself loads them
    trees = {path: ast.parse(path.read_text("utf-8")) for path in sorted(ROOT.rglob("*.py"))}
    used: Counter[str] = Counter()
    for tree in trees.values():
        used += mentioned(tree)
    for script in (ROOT.parent.parent / "deploy").glob("*.py"):
        used += mentioned(ast.parse(script.read_text("utf-8")))
    for page in [*ROOT.rglob("*.html"), *ROOT.rglob("*.txt")]:
        used.update(set(re.findall(r"\w+", page.read_text("utf-8"))))
    found = []
    for path, tree in trees.items():
        if "migrations" in path.parts:
            continue
        module = ".".join(("zhicheng", *path.relative_to(ROOT).with_suffix("").parts)).removesuffix(".__init__")
        for defined in definitions(tree, module):
            own = mentioned(defined.node)[defined.name]
            if used[defined.name] <= own and defined.name not in BY_NAME and not _declared_above(defined):
                found.append(str(defined))
    return found


def test_nothing_in_the_source_is_called_by_tests_alone() -> None:
    found = only_called_by_tests()
    assert not found, "\n".join(found)


def test_a_function_nobody_calls_is_found() -> None:
    tree = ast.parse("def used(): ...\ndef dead(): dead()\n@guard('x')\ndef kept(): ...\n__all__ = ['dead']\nused()\n")
    used = mentioned(tree)
    assert [d.name for d in definitions(tree, "m") if used[d.name] <= mentioned(d.node)[d.name]] == ["dead"]
