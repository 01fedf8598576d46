"""The rules of the house, read from the code itself. Who imports whom is checked by import-linter (pyproject.toml)."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.management import get_commands, load_command_class

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src" / "zhicheng"
ROOMS = sorted(path.parent.name for path in SOURCE.glob("*/apps.py"))
LONGEST_FILE = 400
LONGEST_FUNCTION = 50  # from its name to its last line, what it says about itself as well
# Tables of data are as long as what they hold.
DATA_FOLDERS = ("migrations", "data")

PYTHON_FILES = sorted(path for path in SOURCE.rglob("*.py") if not set(DATA_FOLDERS) & set(path.parts))
TEMPLATES = sorted(path for path in SOURCE.rglob("*") if path.suffix in {".html", ".svg"} and "templates" in path.parts)


def _name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def _parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def _calls(tree: ast.AST) -> Iterator[tuple[ast.Call, list[str]]]:
    """Every call with the names that lead to it (``A.objects.filter(x).update(y)`` → ``A objects filter update``)."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            names: list[str] = []
            target: ast.expr = node.func
            while isinstance(target, ast.Attribute | ast.Call | ast.Subscript):
                if isinstance(target, ast.Attribute):
                    names.insert(0, target.attr)
                target = target.func if isinstance(target, ast.Call) else target.value
            yield node, [target.id if isinstance(target, ast.Name) else "?", *names]


# --- Pages -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("template", TEMPLATES, ids=_name)
def test_template_has_no_inline_code(template: Path) -> None:
    text = re.sub(r"{#.*?#}|{% comment %}.*?{% endcomment %}", "", template.read_text(encoding="utf-8"), flags=re.DOTALL)
    inline = [
        *re.findall(r"<script(?![^>]*\bsrc=)[^>]*>", text, re.IGNORECASE),
        *re.findall(r"<style\b[^>]*>", text, re.IGNORECASE),
        *re.findall(r"\sstyle\s*=\s*[\"'][^\"']*[\"']", text, re.IGNORECASE),
        *re.findall(r"<[^>]*\son[a-z]+\s*=\s*[\"'][^>]*>", text, re.IGNORECASE),
        *re.findall(r"[\"']\s*javascript:", text, re.IGNORECASE),
        *re.findall(r"\shx-(?:on|vals=[\"']js:)[^\s>]*", text, re.IGNORECASE),
    ]
    assert not inline, "the content policy forbids it, so it would do nothing"


@pytest.mark.parametrize("template", TEMPLATES, ids=_name)
def test_template_fetches_nothing_from_elsewhere(template: Path) -> None:
    text = template.read_text(encoding="utf-8")
    assert not re.findall(r"<(?:script|link|img|iframe|source|video|audio)\b[^>]*(?:src|href)=[\"'](?:https?:)?//[^\"']+", text)


@pytest.mark.parametrize("path", [p for p in PYTHON_FILES if p.is_relative_to(SOURCE / "web")], ids=_name)
def test_pages_never_write(path: Path) -> None:
    """A view parses, calls one query or one action, and renders: the actions are the only code that writes."""
    verbs = {"create", "bulk_create", "get_or_create", "update_or_create", "bulk_update", "update", "delete"}
    writes = [
        f"line {call.lineno}: {'.'.join(names)}"
        for call, names in _calls(_parsed(path))
        if ("objects" in names and names[-1] in verbs)
        # A picture's save() is told where to; a row's is not. A session is the frame's own.
        or (names[-1] in {"save", "delete"} and not call.args and not {"self", "session"} & set(names))
    ]
    assert not writes


# --- Code --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", PYTHON_FILES, ids=_name)
def test_locks_let_references_pass(path: Path) -> None:
    """A foreign key is checked at commit, with a lock of its own on the row it names, when the ledger's head is held already."""
    for call, names in _calls(_parsed(path)):
        if names[-1] == "select_for_update":
            given = {word.arg for word in call.keywords}
            assert "no_key" in given, (
                f"{_name(path)}:{call.lineno}: select_for_update(no_key=True), or two actions lock each other out"
            )


@pytest.mark.parametrize("path", PYTHON_FILES, ids=_name)
def test_locked_rows_are_read_after_the_lock(path: Path) -> None:
    """A query that waited for its lock gives joined rows as they were before (``transactions.lock_rows``)."""
    joined = [call.lineno for call, names in _calls(_parsed(path)) if {"select_for_update", "select_related"} <= set(names)]
    assert not joined, f"{_name(path)}: lock_rows(…), then read"


@pytest.mark.parametrize("path", PYTHON_FILES, ids=_name)
def test_only_the_clock_knows_the_time(path: Path) -> None:
    if path == SOURCE / "foundation" / "clock.py":
        return
    askers = {("timezone", "now"), ("timezone", "localdate"), ("datetime", "now"), ("datetime", "utcnow"), ("date", "today")}
    assert not [f"line {call.lineno}" for call, names in _calls(_parsed(path)) if tuple(names[-2:]) in askers]


WORDS_OF_PEOPLE = {
    "reason", "reasons", "note", "text", "statement", "finding", "opinion", "name", "remark", "mark", "content", "description",
    "title", "contact", "phone", "email", "address", "by",
}  # fmt: skip


@pytest.mark.parametrize("path", PYTHON_FILES, ids=_name)
def test_ledger_keeps_the_words_of_people_as_salted_hashes(path: Path) -> None:
    """What somebody wrote, or is called, can be erased by law; an entry cannot (``ledger.private``)."""
    plain = []
    for call, names in _calls(_parsed(path)):
        if names[-2:] == ["ledger", "record"] or names == ["record"]:
            for part in ast.walk(call):
                if isinstance(part, ast.Dict):
                    for key, value in zip(part.keys, part.values, strict=True):
                        worded = isinstance(key, ast.Constant) and key.value in WORDS_OF_PEOPLE
                        if worded and not ast.unparse(value).startswith(("ledger.private(", "private(", "text.key")):
                            plain.append(f"{_name(path)}:{call.lineno}: {ast.unparse(value)}")
    assert not plain


@pytest.mark.parametrize("path", PYTHON_FILES, ids=_name)
def test_file_is_short_enough_to_read(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= LONGEST_FILE


def test_no_function_hides_another() -> None:
    functions = [
        (f"{_name(path)} {node.name}", (node.end_lineno or 0) - node.lineno + 1)
        for path in PYTHON_FILES
        for node in ast.walk(_parsed(path))
        if isinstance(node, ast.FunctionDef)
    ]
    assert len(functions) > 2000 and not [one for one in functions if one[1] > LONGEST_FUNCTION]


@pytest.mark.parametrize("path", [*PYTHON_FILES, *TEMPLATES], ids=_name)
def test_nothing_is_left_for_later(path: Path) -> None:
    assert not re.findall(r"\b(?:TODO|FIXME|XXX|HACK)\b", path.read_text(encoding="utf-8"))


def _furniture() -> Iterator[Path]:
    for room in ROOMS:
        for kind in ("rules", "actions", "queries"):
            yield from (SOURCE / room).glob(f"{kind}.py")
            yield from (SOURCE / room / kind).rglob("*.py")


@pytest.mark.parametrize("path", sorted(_furniture()), ids=_name)
def test_public_functions_say_what_they_do(path: Path) -> None:
    silent = [
        node.name
        for node in _parsed(path).body
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_") and not ast.get_docstring(node)
    ]
    assert not silent


@pytest.mark.parametrize("path", sorted(p for p in _furniture() if "actions" in {p.stem, *p.parts}), ids=_name)
def test_actions_take_named_arguments(path: Path) -> None:
    """An action is what opens a transaction; helpers that only look may be called as is convenient."""
    positional = [
        node.name
        for node in _parsed(path).body
        if isinstance(node, ast.FunctionDef)
        and not node.name.startswith("_")
        and any("Callable" not in ast.unparse(argument) for argument in [*node.args.posonlyargs, *node.args.args])
        and re.search(r"transaction\.atomic|one_transaction", ast.unparse(node))
    ]
    assert not positional


# A savepoint inside of an action; or one row alone, whose failure is answered in another way than by trying again.
OPENS_BY_ITSELF = {"_put_in_queue", "mark_instance", "note_told", "put_correction_in_force", "record_refusal", "take_file"}


@pytest.mark.parametrize("path", sorted(p for p in _furniture() if "actions" in {p.stem, *p.parts}), ids=_name)
def test_actions_open_their_transaction_through_the_one_door(path: Path) -> None:
    """``one_transaction`` writes the ledger last and tries again after a deadlock."""
    past_it = [
        node.name
        for node in _parsed(path).body
        if isinstance(node, ast.FunctionDef) and "transaction.atomic" in ast.unparse(node) and node.name not in OPENS_BY_ITSELF
    ]
    assert not past_it


def test_every_module_that_logs_is_in_the_inventory() -> None:
    writing = {
        ".".join(path.relative_to(SOURCE.parent).with_suffix("").parts)
        for path in PYTHON_FILES
        if "getLogger(__name__)" in path.read_text(encoding="utf-8")
    }
    inventory = (ROOT / "docs" / "security" / "logs.md").read_text(encoding="utf-8")
    assert set(re.findall(r"^\| `(zhicheng\.[\w.]+)` \|", inventory, re.MULTILINE)) == writing, "docs/security/logs.md lists them"


# --- The rest ----------------------------------------------------------------------------------------------------


def test_every_command_of_ours_explains_itself() -> None:
    ours = {name: app for name, app in get_commands().items() if isinstance(app, str) and app.startswith("zhicheng.")}
    assert ours
    assert not [name for name, app in sorted(ours.items()) if not str(load_command_class(app, name).help).strip()]


def test_lock_file_names_no_host() -> None:
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    assert "://" not in text
    assert "index-url" not in text


def test_every_setting_is_described_for_the_office() -> None:
    """``.env.example`` names every variable the settings and the server's configuration read, and no other."""
    read = set()
    for path in [SOURCE / "settings.py", ROOT / "deploy" / "gunicorn.conf.py"]:
        read |= set(re.findall(r"\"(ZHICHENG_[A-Z_]+)\"", path.read_text(encoding="utf-8")))
    described = set(re.findall(r"^#? ?(ZHICHENG_[A-Z_]+)=", (ROOT / ".env.example").read_text(encoding="utf-8"), re.MULTILINE))
    assert described == read


def test_what_an_instance_makes_is_not_kept_in_the_repository() -> None:
    if not (ROOT / ".git").exists() or shutil.which("git") is None:  # a copy without its history
        return
    # The files may belong to somebody else than who runs the tests.
    listed = subprocess.run(["git", "-c", "safe.directory=*", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True)
    kept = listed.stdout.splitlines()
    assert not [
        name
        for name in kept
        if name.startswith(("var/", ".venv/")) or name.endswith((".mo", ".pyc", ".sqlite3")) or name == ".env"
    ]
