"""What could run, fetch or show somebody else's text: where it may be used at all (docs/security/asvs-v01-v08.md names these tests).

Each list is the whole list: a new place fails here first, and whoever adds it says why it is safe.
"""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import allauth.mfa
import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "zhicheng"
SCRIPT = SOURCE / "web" / "static" / "zhicheng" / "zhicheng.js"
TEMPLATES = sorted([*SOURCE.rglob("*.html"), *SOURCE.rglob("*.txt")])

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
CALLS_TEXT_SAFE = {"web/templatetags/zhicheng.py", "web/system/rehearsal/pages.py"}
# Where chance decides what nobody has to guess.
NO_SECRET = {
    *("web/system/walk/people.py", "web/system/rehearsal/evidence.py", "web/system/rehearsal/people.py", "foundation/worker.py"),
}
# Patterns put together while the program runs, from our own constants (1.2.9).
BUILDS_PATTERNS = {"web/system/refusals.py", "evidence/inspection/expansion.py"}
# Sentences that are filled under a name: each is one of our own constants, or chosen among them (1.3.10).
FORMATS_A_NAMED_SENTENCE = {
    *("accounts/rules.py", "applications/actions/ending.py", "applications/completeness.py", "applications/jobs.py"),
    *("applications/rules.py", "campaigns/loading.py", "documents/papers.py", "foundation/alerts.py", "foundation/logs.py"),
    *("review/actions/decide.py", "standards/errors.py", "web/applicant/boxes.py", "web/shared/desk/case.py"),
    *("web/shared/account_requests.py", "web/shared/desk/views.py", "web/shared/timeline.py", "web/shared/units/credit_codes.py"),
}


def name_of(path: Path) -> str:
    return path.relative_to(SOURCE).as_posix()


@cache
def trees() -> dict[str, ast.Module]:
    return {name_of(path): ast.parse(path.read_text(encoding="utf-8")) for path in sorted(SOURCE.rglob("*.py"))}


def imports(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module


def calls(tree: ast.Module) -> Iterator[tuple[str, ast.Call]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func), node


def test_no_text_becomes_code_and_no_bytes_become_objects() -> None:
    called = {f"{name}: {what}" for name, tree in trees().items() for what, _node in calls(tree) if what in NEVER_CALLED}
    imported = {
        f"{name}: {what}" for name, tree in trees().items() for what in imports(tree) if what.split(".")[0] in NEVER_IMPORTED
    }
    assert not called | imported


def test_yaml_is_read_as_plain_values_only() -> None:
    loads = {
        (name, what)
        for name, tree in trees().items()
        for what, _node in calls(tree)
        if re.search(r"\byaml\.\w*(load|parse)", what)
    }
    assert {what for _name, what in loads} <= {"yaml.safe_load"}
    loaders = {
        ast.unparse(base)
        for tree in trees().values()
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
        for base in node.bases
    }
    assert not {base for base in loaders if base.endswith("Loader") and "yaml" in base} - {"yaml.SafeLoader"}


def test_programs_are_started_without_a_shell() -> None:
    starting = {name for name, tree in trees().items() if "subprocess" in set(imports(tree))}
    assert starting == STARTS_PROGRAMS
    for name, tree in trees().items():
        for what, node in calls(tree):
            assert what not in {"os.system", "os.popen", "subprocess.getoutput", "subprocess.getstatusoutput"}, name
            assert not any(keyword.arg == "shell" for keyword in node.keywords), f"{name}: {what}"


def test_only_these_modules_reach_out_and_only_to_addresses_of_the_settings() -> None:
    reaching = {name for name, tree in trees().items() if SPEAKS_HTTP_OR_MAIL & set(imports(tree))}
    assert reaching | {"evidence/scanning.py"} == set(REACHES_OUT)


def test_text_is_called_safe_in_few_places() -> None:
    safe = {
        name
        for name, tree in trees().items()
        for what, _node in calls(tree)
        if what.split(".")[-1] in {"mark_safe", "SafeString"}
    }
    assert safe == CALLS_TEXT_SAFE


@pytest.mark.parametrize("template", TEMPLATES, ids=name_of)
def test_template_escapes_all_it_is_given(template: Path) -> None:
    """Plain text mails alone are not escaped: nothing reads them as anything but text."""
    text = template.read_text(encoding="utf-8")
    assert not re.search(r"\|\s*(safe|safeseq)\b", text)
    assert template.suffix == ".txt" or "autoescape off" not in text
    assert not re.search(r"""(href|src|action)\s*=\s*["']?\s*(javascript|data|vbscript):""", text, re.IGNORECASE)


def test_templates_come_from_files_alone() -> None:
    made = {
        name
        for name, tree in trees().items()
        for what, _node in calls(tree)
        if what in {"Template", "Engine", "engines.from_string"} or what.endswith(".from_string")
    }
    assert not made


def test_patterns_are_constants_or_built_from_constants() -> None:
    built = set()
    for name, tree in trees().items():
        for what, node in calls(tree):
            if re.fullmatch(r"re\.(compile|match|fullmatch|search|sub|subn|split|findall|finditer)", what) and node.args:
                first = node.args[0]
                if (isinstance(first, ast.JoinedStr) and any(isinstance(part, ast.FormattedValue) for part in first.values)) or (
                    not isinstance(first, ast.Constant | ast.JoinedStr | ast.Name) and "re.escape" not in ast.unparse(first)
                ):
                    built.add(name)
    assert built <= BUILDS_PATTERNS


def test_format_strings_are_constants() -> None:
    """``text.format(…)`` with a text somebody sent reaches attributes of our objects (ASVS 1.3.10)."""
    named = set()
    for name, tree in trees().items():
        for _what, node in calls(tree):
            if isinstance(node.func, ast.Attribute) and node.func.attr in {"format", "format_map"}:
                text = node.func.value
                asked = text.args[0] if isinstance(text, ast.Call) and text.args else text  # gettext of a sentence
                if not isinstance(asked, ast.Constant):
                    named.add(name)
    assert named == FORMATS_A_NAMED_SENTENCE


def test_statements_for_the_database_are_never_put_together_from_values() -> None:
    """``cursor.execute`` gets a constant, or names of our own tables; the linter (S608) asks of every exception why."""
    raw = {
        name
        for name, tree in trees().items()
        for what, _node in calls(tree)
        if what.split(".")[-1] in {"raw", "extra", "RawSQL"} and "objects" in what
    }
    assert not raw
    outside = {
        name
        for name, tree in trees().items()
        for what, _node in calls(tree)
        if what.endswith("cursor.execute") and name.startswith("web/")
    }
    assert not outside, "pages ask through queries and actions"


def test_chance_that_guards_something_comes_from_the_system() -> None:
    """``random`` is for what is no secret: invented people and faces, and waits that shall not be in step (ASVS 6.5.3, 11.5.1)."""
    assert {name for name, tree in trees().items() if "random" in set(imports(tree))} == NO_SECRET
    library = Path(allauth.mfa.__file__).parent
    for part in ("totp", "recovery_codes"):
        text = (library / part / "internal" / "auth.py").read_text(encoding="utf-8")
        assert "import secrets" in text and "import random" not in text, part


@pytest.mark.parametrize(
    "word",
    [
        *("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "new Function", 'setTimeout("'),
        *(
            "window.postMessage",
            "parent.postMessage",
            "opener.postMessage",
            'window.addEventListener("message"',
            "onmessage",
            "localStorage",
            "sessionStorage",
            "indexedDB",
            "document.cookie",
            "document.domain",
            "importScripts",
        ),
    ],
)
def test_script_writes_text_keeps_nothing_and_listens_to_no_other_window(word: str) -> None:
    assert word not in SCRIPT.read_text(encoding="utf-8")


def test_one_channel_speaks_between_windows_of_our_own_and_says_one_word() -> None:
    """A BroadcastChannel reaches windows of the same origin alone; what is heard is not read (ASVS 3.5.5)."""
    text = SCRIPT.read_text(encoding="utf-8")
    assert re.findall(r"(\S*postMessage\([^)]*\))", text) == ['channel.postMessage("over")']
    assert re.findall(r'(\S*addEventListener\("message", [^>]*>)', text) == ['channel.addEventListener("message", () =>']
