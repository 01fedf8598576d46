"""What could run, fetch or show somebody else's text: where it may be used at all (docs/security/asvs-v01-v08.md names these tests).

Each list is the whole list: a new place fails here first, and whoever adds it says why it is safe.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import allauth.mfa
import pytest

from tests.support.sources import SOURCE, Call, Source, calling, importing, line_of, nowhere, only_in, python, templates
from zhicheng.documents.wording import blanks_in

SCRIPT = SOURCE / "web" / "static" / "zhicheng" / "zhicheng.js"
KEEPS = SCRIPT.with_name("drafts.js")  # sealed, in one storage: docs/decisions/0019

# What makes code or objects out of text or bytes (ASVS 1.3.2, 1.5.2), and interpreters we have nothing to do with (1.2.6-8, 1.3.8-9).
NEVER_CALLED = {"eval", "exec", "compile", "__import__"}
NEVER_IMPORTED = {
    *("pickle", "marshal", "shelve", "dill", "joblib", "code", "codeop", "jsonpickle", "imp"),
    *(
        "ldap",
        "ldap3",
        "memcache",
        "pymemcache",
        "pylibmc",
        "lxml",
        "xmltodict",
        "jinja2",
        "mako",
        "markdown",
        "bleach",
        "jnius",
        "jpype",
    ),
    *("requests", "aiohttp", "urllib3", "ftplib", "telnetlib", "graphene", "strawberry", "channels", "websockets"),
}
# Programs are started from lists of words, never through a shell; nothing a visitor typed is among the words (1.2.5).
STARTS_PROGRAMS = {"foundation/backups.py", "evidence/confinement/starting.py"}
# Who reaches out, and to what: an address of the settings, or (the walk) of a rehearsal on this machine (1.3.6).
REACHES_OUT = {
    "messages/gateway.py": "the SMS gateway",
    "foundation/alerts.py": "the operator's webhook",
    "foundation/outgoing.py": "opens what those beside it ask for, and nothing else",
    "foundation/stamps.py": "the time stamp authority",
    "foundation/mail_server.py": "the mail server",
    "foundation/logs.py": "only the name of an exception",
    "evidence/scanning.py": "clamd",
    "web/system/walk/browser.py": "a rehearsal",
    "web/system/walk/stations.py": "a rehearsal",
}
SPEAKS_HTTP_OR_MAIL = {"urllib.request", "httpx", "smtplib", "imaplib", "poplib", "http.client"}
# Text that is called safe: rendered by an escaping template, escaped piece by piece, or of a vendored package (1.1.2, 1.2.1).
CALLS_TEXT_SAFE = {
    *("web/templatetags/zhicheng.py", "web/system/rehearsal/pages.py"),
    *("web/shared/markup.py", "web/shared/marks.py"),  # escaped piece by piece: tests/web/shared/test_markup.py
}
# Where chance decides what nobody has to guess.
NO_SECRET = {
    *("web/system/walk/people.py", "rehearsal/samples.py", "rehearsal/people.py", "foundation/worker.py"),
}
# Patterns put together while the program runs, from our own constants (1.2.9).
BUILDS_PATTERNS = {"web/system/refusals.py", "evidence/inspection/expansion.py"}
# Sentences that are filled under a name: each is one of our own constants, or chosen among them (1.3.10).
FORMATS_A_NAMED_SENTENCE = {
    *("accounts/rules.py", "applications/actions/ending.py", "applications/completeness.py", "applications/move_mails.py"),
    *("applications/rules.py", "campaigns/loading.py", "foundation/alerts.py", "foundation/logs.py"),
    *("review/actions/decide.py", "standards/errors.py", "web/applicant/boxes.py", "web/shared/desk/case.py"),
    *("web/shared/account_requests.py", "web/shared/desk/views.py", "web/shared/timeline.py", "web/shared/units/credit_codes.py"),
    *("applications/findings/finding.py", "applications/findings/years.py", "applications/frozen.py", "applications/sections.py"),
    *("applications/guards.py", "applications/lifecycle.py", "applications/looked_at.py", "applications/point_answers.py"),
    *("applications/points.py", "publicity/guards.py", "review/guards.py", "review/reminding.py", "web/shared/desk/dossiers.py"),
    *("web/applicant/checking.py", "web/shared/desk/take_back.py"),
}
# What a notice says on paper: its blanks are plain names (``wording.blanks_in``), and a name that nothing fills is refused at the loading.
FILLS_THE_NOTICES_BLANKS = {"documents/letters.py", "documents/wording.py", "publicity/papers.py"}


def never_imported(source: Source) -> Iterator[tuple[int, str]]:
    yield from ((line, name) for name, line in source.imports.items() if name.split(".")[0] in NEVER_IMPORTED)


def test_no_text_becomes_code_and_no_bytes_become_objects() -> None:
    by_function = calling(lambda call: call.what in NEVER_CALLED)
    nowhere(by_function, python(), "text becomes code")
    nowhere(never_imported, python(), "interprets, fetches, or makes objects of bytes")


def test_yaml_is_read_as_plain_values_only() -> None:
    loads = re.compile(r"\byaml\.(?!safe_load$)\w*(load|parse)")
    nowhere(calling(lambda call: loads.search(call.what)), python(), "yaml.safe_load")
    loaders = {
        ast.unparse(base) for one in python() for node in one.nodes if isinstance(node, ast.ClassDef) for base in node.bases
    }
    assert not {base for base in loaders if base.endswith("Loader") and "yaml" in base} - {"yaml.SafeLoader"}


def test_programs_are_started_without_a_shell() -> None:
    only_in(STARTS_PROGRAMS, importing(["subprocess"]), python(), "programs are started in few places")
    shells = {"os.system", "os.popen", "subprocess.getoutput", "subprocess.getstatusoutput"}
    nowhere(calling(lambda call: call.what in shells), python(), "it starts a shell")
    nowhere(calling(lambda call: any(word.arg == "shell" for word in call.node.keywords)), python(), "it starts a shell")


def test_only_these_modules_reach_out_and_only_to_addresses_of_the_settings() -> None:
    only_in(
        REACHES_OUT.keys() - {"evidence/scanning.py"},  # speaks over a socket: tests/foundation/test_outgoing.py
        importing(SPEAKS_HTTP_OR_MAIL),
        python(),
        "name it in REACHES_OUT with what it reaches",
    )


def test_text_is_called_safe_in_few_places() -> None:
    made_safe = calling(lambda call: call.what.split(".")[-1] in {"mark_safe", "SafeString"})
    only_in(CALLS_TEXT_SAFE, made_safe, python(), "text is called safe in few places")


UNESCAPED = re.compile(r"""\|\s*(safe|safeseq)\b|(href|src|action)\s*=\s*["']?\s*(javascript|data|vbscript):""", re.IGNORECASE)


def unescaped(template: Source) -> Iterator[tuple[int, str]]:
    """Plain text mails alone are not escaped: nothing reads them as anything but text."""
    for pattern in (UNESCAPED, re.compile("autoescape off")):
        if pattern is UNESCAPED or not template.name.endswith(".txt"):
            yield from ((line_of(template.text, found.start()), found[0]) for found in pattern.finditer(template.text))


def test_template_escapes_all_it_is_given() -> None:
    nowhere(unescaped, templates(".html", ".txt"), "a template shows text as text")


def test_template_that_does_not_escape_is_found() -> None:
    for text in ("{{ x|safe }}", "{{ x | safeseq }}", "{% autoescape off %}", "<a href='javascript:x'>", "<img src=data:x>"):
        assert [line for line, _what in unescaped(Source("a.html", f"\n{text}"))] == [2], text
    assert not list(unescaped(Source("a.txt", "{% autoescape off %}")))


def test_templates_come_from_files_alone() -> None:
    makes = {"Template", "Engine", "engines.from_string"}
    made = calling(lambda call: call.what in makes or call.what.endswith(".from_string"))
    nowhere(made, python(), "a template is a file")


def built_pattern(call: Call) -> bool:
    if not re.fullmatch(r"re\.(compile|match|fullmatch|search|sub|subn|split|findall|finditer)", call.what) or not call.node.args:
        return False
    first = call.node.args[0]
    filled = isinstance(first, ast.JoinedStr) and any(isinstance(part, ast.FormattedValue) for part in first.values)
    plain = isinstance(first, ast.Constant | ast.JoinedStr | ast.Name) or "re.escape" in ast.unparse(first)
    return filled or not plain


def test_patterns_are_constants_or_built_from_constants() -> None:
    only_in(BUILDS_PATTERNS, calling(built_pattern), python(), "a pattern is a constant")


def fills_a_named_sentence(call: Call) -> bool:
    function = call.node.func
    if not isinstance(function, ast.Attribute) or function.attr not in {"format", "format_map"}:
        return False
    text = function.value
    asked = text.args[0] if isinstance(text, ast.Call) and text.args else text  # gettext of a sentence
    return not isinstance(asked, ast.Constant)


def test_format_strings_are_constants() -> None:
    """``text.format(…)`` with a text somebody sent reaches attributes of our objects (ASVS 1.3.10)."""
    known = FORMATS_A_NAMED_SENTENCE | FILLS_THE_NOTICES_BLANKS
    only_in(known, calling(fills_a_named_sentence), python(), "the sentence that is filled is a constant")


@pytest.mark.parametrize("blank", ["{name.__class__}", "{name[0]}", "{0}", "{}", "{name!r}", "{name:>99999999}", "{name.x!s:}"])
def test_blank_of_a_notice_is_a_plain_name(blank: str) -> None:
    with pytest.raises(ValueError):
        list(blanks_in(f"兹证明{blank}同志"))


def test_statements_for_the_database_are_never_put_together_from_values() -> None:
    """``cursor.execute`` gets a constant, or names of our own tables; the linter (S608) asks of every exception why."""
    raw = {"raw", "extra", "RawSQL"}
    nowhere(calling(lambda call: call.what.split(".")[-1] in raw and "objects" in call.what), python(), "a query is no text")
    inside_pages = [source for source in python() if source.parts[0] == "web"]
    nowhere(calling(lambda call: call.what.endswith("cursor.execute")), inside_pages, "pages ask through queries and actions")


def test_chance_that_guards_something_comes_from_the_system() -> None:
    """``random`` is for what is no secret: invented people and faces, and waits that shall not be in step (ASVS 6.5.3, 11.5.1)."""
    only_in(NO_SECRET, importing(["random"]), python(), "secrets.… where somebody could guess")
    library = Path(allauth.mfa.__file__).parent
    for part in ("totp", "recovery_codes"):
        text = (library / part / "internal" / "auth.py").read_text(encoding="utf-8")
        assert "import secrets" in text and "import random" not in text, part


NEVER_IN_THE_SCRIPT = [
    *("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "new Function", 'setTimeout("'),
    *("window.postMessage", "parent.postMessage", "opener.postMessage", 'window.addEventListener("message"', "onmessage"),
    *("localStorage", "sessionStorage", "indexedDB", "document.cookie", "document.domain", "importScripts"),
]


def test_script_writes_text_keeps_nothing_and_listens_to_no_other_window() -> None:
    lines = SCRIPT.read_text(encoding="utf-8").splitlines()
    found = [f"{number}: {word}" for number, line in enumerate(lines, 1) for word in NEVER_IN_THE_SCRIPT if word in line]
    assert not found, f"{SCRIPT.name}:{found}"
    text = KEEPS.read_text(encoding="utf-8")
    assert [word for word in NEVER_IN_THE_SCRIPT if word in text] == ["localStorage"]


def test_one_channel_speaks_between_windows_of_our_own_and_says_one_word() -> None:
    """A BroadcastChannel reaches windows of the same origin alone; what is heard is not read (ASVS 3.5.5)."""
    text = SCRIPT.read_text(encoding="utf-8")
    assert re.findall(r"(\S*postMessage\([^)]*\))", text) == ['channel.postMessage("over")']
    heard = r'(\S*addEventListener\("message", [^>]*>)'
    assert re.findall(heard, text) == ['channel.addEventListener("message", () =>']
    keeps = KEEPS.read_text(encoding="utf-8")
    assert "postMessage" not in keeps and re.findall(heard, keeps) == ['channel.addEventListener("message", () =>']
