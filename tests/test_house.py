"""The rules of the house, read from the code itself. Who imports whom is checked by import-linter (pyproject.toml).

Each rule is one test: it looks at all files, which are read and parsed once (``tests/support/sources.py``), and names every
place that breaks it. ``BREAKS_IT`` holds for each a few lines that do, so that a rule which finds nothing any more is found.
"""

from __future__ import annotations

import ast
import re
import subprocess
from collections.abc import Iterator

import pytest
from django.core.management import get_commands, load_command_class

from tests.support.sources import ROOT, SOURCE, Rule, Source, line_of, nowhere, only_in, program, templates

ROOMS = sorted(path.parent.name for path in SOURCE.glob("*/apps.py"))
LONGEST_FILE = 400
LONGEST_LINE = 130  # letters, in a template
LONGEST_FUNCTION = 50  # from its name to its last line, what it says about itself as well
Found = Iterator[tuple[int, str]]


def furniture(*kinds: str) -> list[Source]:
    """The files of all rooms that are ``rules``, ``actions`` or ``queries``, or lie in a folder of that name."""
    return [one for one in program() if one.parts[0] in ROOMS and len(one.parts) > 1 and one.parts[1] in kinds]


def pages() -> tuple[Source, ...]:
    return templates(".html", ".svg")


# --- Pages -------------------------------------------------------------------------------------------------------

COMMENT = re.compile(r"{#.*?#}|{% comment %}.*?{% endcomment %}", re.DOTALL)
INLINE = [
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"<script(?![^>]*\bsrc=)[^>]*>",
        r"<style\b[^>]*>",
        r"\sstyle\s*=\s*[\"'][^\"']*[\"']",
        r"<[^>]*\son[a-z]+\s*=\s*[\"'][^>]*>",
        r"[\"']\s*javascript:",
        r"\shx-(?:on|vals=[\"']js:)[^\s>]*",
    )
]
ELSEWHERE = re.compile(r"<(?:script|link|img|iframe|source|video|audio)\b[^>]*(?:src|href)=[\"'](?:https?:)?//[^\"']+")
WRITING = {"create", "bulk_create", "get_or_create", "update_or_create", "bulk_update", "update", "delete"}


def inline_code(page: Source) -> Found:
    text = COMMENT.sub(lambda comment: "\n" * comment[0].count("\n"), page.text)
    for pattern in INLINE:
        yield from ((line_of(text, found.end()), found[0].strip()) for found in pattern.finditer(text))


def from_elsewhere(page: Source) -> Found:
    yield from ((line_of(page.text, found.start()), found[0]) for found in ELSEWHERE.finditer(page.text))


def long_line(template: Source) -> Found:
    lines = enumerate(template.text.splitlines(), 1)
    yield from ((number, f"{len(line)} letters") for number, line in lines if len(line) > LONGEST_LINE)


def writing_page(source: Source) -> Found:
    for call in source.calls:
        # A picture's save() is told where to; a row's is not. A session is the frame's own.
        row = call.names[-1] in {"save", "delete"} and not call.node.args and not {"self", "session"} & set(call.names)
        if row or ("objects" in call.names and call.names[-1] in WRITING):
            yield call.line, ".".join(call.names)


def test_template_has_no_inline_code() -> None:
    nowhere(inline_code, pages(), "the content policy forbids it, so it would do nothing")


def test_template_fetches_nothing_from_elsewhere() -> None:
    nowhere(from_elsewhere, pages(), "a page fetches nothing from another site")


def test_template_can_be_read() -> None:
    """What is longer says too much in one place: a partial, ``asvar`` or words of the view (docs/decisions/0013)."""
    every = templates(".html", ".txt", ".typ", ".svg")
    assert len(every) > 250
    nowhere(long_line, every, f"a line of a template has at most {LONGEST_LINE} letters")


def test_pages_never_write() -> None:
    """A view parses, calls one query or one action, and renders: the actions are the only code that writes."""
    nowhere(writing_page, [one for one in program() if one.parts[0] == "web"], "only actions write")


# --- Code --------------------------------------------------------------------------------------------------------

ASKS_THE_TIME = {("timezone", "now"), ("timezone", "localdate"), ("datetime", "now"), ("datetime", "utcnow"), ("date", "today")}
WORDS_OF_PEOPLE = {
    "reason", "reasons", "note", "text", "statement", "finding", "opinion", "name", "remark", "mark", "content", "description",
    "title", "contact", "phone", "email", "address", "by",
}  # fmt: skip
LATER = re.compile(r"\b(?:TODO|FIXME|XXX|HACK)\b")


def lock_on_references(source: Source) -> Found:
    for call in source.calls:
        if call.names[-1] == "select_for_update" and "no_key" not in {word.arg for word in call.node.keywords}:
            yield call.line, call.what


def joined_lock(source: Source) -> Found:
    for call in source.calls:
        if {"select_for_update", "select_related"} <= set(call.names):
            yield call.line, ".".join(call.names)


def other_clock(source: Source) -> Found:
    if source.name != "foundation/clock.py":
        yield from ((call.line, ".".join(call.names)) for call in source.calls if tuple(call.names[-2:]) in ASKS_THE_TIME)


def plain_words(source: Source) -> Found:
    for call in source.calls:
        if call.names[-2:] != ["ledger", "record"] and call.names != ["record"]:
            continue
        for part in ast.walk(call.node):
            if isinstance(part, ast.Dict):
                for key, value in zip(part.keys, part.values, strict=True):
                    worded = isinstance(key, ast.Constant) and key.value in WORDS_OF_PEOPLE
                    if worded and not ast.unparse(value).startswith(("ledger.private(", "private(", "text.key")):
                        yield value.lineno, ast.unparse(value)


def long_file(source: Source) -> Found:
    if (lines := len(source.text.splitlines())) > LONGEST_FILE:
        yield LONGEST_FILE + 1, f"{lines} lines"


def long_function(source: Source) -> Found:
    for node in source.nodes:
        if isinstance(node, ast.FunctionDef) and (lines := (node.end_lineno or 0) - node.lineno + 1) > LONGEST_FUNCTION:
            yield node.lineno, f"{node.name}, {lines} lines"


def left_for_later(source: Source) -> Found:
    yield from ((line_of(source.text, found.start()), found[0]) for found in LATER.finditer(source.text))


def test_locks_let_references_pass() -> None:
    """A foreign key is checked at commit, with a lock of its own on the row it names, when the ledger's head is held already."""
    nowhere(lock_on_references, program(), "select_for_update(no_key=True), or two actions lock each other out")


def test_locked_rows_are_read_after_the_lock() -> None:
    """A query that waited for its lock gives joined rows as they were before (``transactions.lock_rows``)."""
    nowhere(joined_lock, program(), "lock_rows(…), then read")


def test_only_the_clock_knows_the_time() -> None:
    nowhere(other_clock, program(), "foundation.clock tells the time")


def test_ledger_keeps_the_words_of_people_as_salted_hashes() -> None:
    """What somebody wrote, or is called, can be erased by law; an entry cannot (``ledger.private``)."""
    nowhere(plain_words, program(), "ledger.private(…) of what somebody wrote or is called")


def test_file_is_short_enough_to_read() -> None:
    nowhere(long_file, program(), f"a file has at most {LONGEST_FILE} lines")


def test_no_function_hides_another() -> None:
    assert sum(isinstance(node, ast.FunctionDef) for source in program() for node in source.nodes) > 2000
    nowhere(long_function, program(), f"a function has at most {LONGEST_FUNCTION} lines")


def test_nothing_is_left_for_later() -> None:
    nowhere(left_for_later, [*program(), *pages()], "what is not finished is left out, and named where it is missed")


# --- Rooms -------------------------------------------------------------------------------------------------------

# A savepoint inside of an action; or one row alone, whose failure is answered in another way than by trying again.
OPENS_BY_ITSELF = {"_put_in_queue", "mark_instance", "note_told", "put_correction_in_force", "record_refusal", "take_file"}


def silent(source: Source) -> Found:
    for node in source.tree.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_") and not ast.get_docstring(node):
            yield node.lineno, node.name


def positional(source: Source) -> Found:
    for node in source.functions():
        unnamed = any("Callable" not in ast.unparse(argument) for argument in [*node.args.posonlyargs, *node.args.args])
        if unnamed and not node.name.startswith("_") and re.search(r"transaction\.atomic|one_transaction", ast.unparse(node)):
            yield node.lineno, node.name


def past_the_door(source: Source) -> Found:
    for node in source.functions():
        if "transaction.atomic" in ast.unparse(node) and node.name not in OPENS_BY_ITSELF:
            yield node.lineno, node.name


def test_public_functions_say_what_they_do() -> None:
    nowhere(silent, furniture("rules", "actions", "queries"), "a docstring says what goes in and out")


def test_actions_take_named_arguments() -> None:
    """An action is what opens a transaction; helpers that only look may be called as is convenient."""
    nowhere(positional, furniture("actions"), "an action takes its arguments by name")


def test_actions_open_their_transaction_through_the_one_door() -> None:
    """``one_transaction`` writes the ledger last and tries again after a deadlock."""
    nowhere(past_the_door, furniture("actions"), "@one_transaction")


# --- Each rule finds what breaks it --------------------------------------------------------------------------------

LONG = "def long():\n" + "    pass\n" * LONGEST_FUNCTION
BREAKS_IT: list[tuple[Rule, str, int]] = [
    (inline_code, "<p>\n{# \n #}<script>x</script>", 3),
    (inline_code, "<style media=all>", 1),
    (inline_code, '<p\n style="x">', 2),
    (inline_code, '<p onclick="x">', 1),
    (inline_code, '<a href="javascript:x">', 1),
    (inline_code, '<p hx-on:click="x">', 1),
    (from_elsewhere, '\n<link rel=x href="//cdn.example/x.css">', 2),
    (long_line, "\n" + "职" * (LONGEST_LINE + 1), 2),
    (writing_page, "\nUser.objects.filter(x=1).update(x=2)", 2),
    (writing_page, "row.save()", 1),
    (lock_on_references, "X.objects.select_for_update()", 1),
    (joined_lock, "X.objects.select_related('y').select_for_update(no_key=True)", 1),
    (other_clock, "\n\ntimezone.now()", 3),
    (other_clock, "datetime.date.today()", 1),
    (plain_words, "ledger.record(data={\n'reason': text})", 2),
    (long_file, "\n" * (LONGEST_FILE + 1), LONGEST_FILE + 1),
    (long_function, LONG, 1),
    (long_function, f"class X:\n{LONG}".replace("\n", "\n  ").rstrip(), 2),
    (left_for_later, "\n# " + "TO" + "DO", 2),
    (silent, "class X: ...", 1),
    (silent, "def f(): ...", 1),
    (positional, "@one_transaction\ndef f(x): ...", 2),
    (past_the_door, "\ndef _f(x):\n with transaction.atomic(): ...", 2),
]


def test_each_rule_finds_what_breaks_it_and_names_the_line() -> None:
    for rule, text, line in BREAKS_IT:
        source = Source("web/any.py", text)
        assert [number for number, _what in rule(source)] == [line], f"{rule.__name__}: {text[:80]}"
        with pytest.raises(pytest.fail.Exception, match=f"^why \\(1\\)\nsrc/zhicheng/web/any.py:{line}: "):
            nowhere(rule, [source], "why")
        only_in({source.name}, rule, [source], "why")
        with pytest.raises(AssertionError, match="take it off the list"):
            only_in({source.name}, rule, [Source(source.name, "")], "why")


# --- The rest ----------------------------------------------------------------------------------------------------


def test_every_module_that_logs_is_in_the_inventory() -> None:
    writing = {source.module for source in program() if "getLogger(__name__)" in source.text}
    inventory = (ROOT / "docs" / "security" / "logs.md").read_text(encoding="utf-8")
    assert set(re.findall(r"^\| `(zhicheng\.[\w.]+)` \|", inventory, re.MULTILINE)) == writing, "docs/security/logs.md lists them"


def test_every_command_of_ours_explains_itself() -> None:
    ours = {name: app for name, app in get_commands().items() if isinstance(app, str) and app.startswith("zhicheng.")}
    assert ours
    assert not [name for name, app in sorted(ours.items()) if not str(load_command_class(app, name).help).strip()]


def test_lock_file_names_no_host() -> None:
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    assert "://" not in text
    assert "index-url" not in text


def test_empty_list_says_what_will_stand_there() -> None:
    """``{% empty_state TITLE TEXT %}``: a title alone tells that nothing is here, and not what would be."""
    bare = re.compile(r"empty_state [^ ]+(?: \"\")?(?: (?:icon=)?\"[a-z-]+\")? %\}")
    texts = {path: path.read_text(encoding="utf-8") for path in (SOURCE / "web" / "templates").rglob("*.html")}
    assert [f"{path.name}: {found.group()}" for path, text in texts.items() for found in bare.finditer(text)] == []


def test_every_setting_is_described_for_the_office() -> None:
    """``.env.example`` names every variable the settings and the server's configuration read, and no other."""
    read = set()
    for path in [SOURCE / "settings.py", SOURCE / "naming.py", SOURCE / "environment.py", ROOT / "deploy" / "gunicorn.conf.py"]:
        read |= set(re.findall(r"\"(ZHICHENG_[A-Z_]+)\"", path.read_text(encoding="utf-8")))
    described = set(re.findall(r"^#? ?(ZHICHENG_[A-Z_]+)=", (ROOT / ".env.example").read_text(encoding="utf-8"), re.MULTILINE))
    assert described == read


@pytest.mark.git
def test_what_an_instance_makes_is_not_kept_in_the_repository() -> None:
    # The files may belong to somebody else than who runs the tests.
    listed = subprocess.run(["git", "-c", "safe.directory=*", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True)
    kept = listed.stdout.splitlines()
    assert len(kept) > 1000
    made = [
        name
        for name in kept
        if name.startswith(("var/", ".venv/")) or name.endswith((".mo", ".pyc", ".sqlite3")) or name == ".env"
    ]
    assert not made, "\n".join(made)
