"""What the pages for operators say is there: every command line is taken by its command, every file, setting and link exists."""

from __future__ import annotations

import re
import shlex
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest
from django.core.management import CommandError, get_commands, load_command_class

from tests.support.sources import python
from zhicheng.foundation import invariants

ROOT = Path(__file__).resolve().parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("docs/security/*.md"), *ROOT.glob("docs/guide/*.md")])
PAGES = [page for page in PAGES if not page.name.startswith("asvs")]  # it names everything there is, and has a test of its own
CODE = [path for folder in ("src", "deploy", "tests", "benchmarks") for path in (ROOT / folder).rglob("*.py")]
CODE += [ROOT / "run", ROOT / "test", ROOT / ".ci" / "run", ROOT / ".env.example"]

# What stands in capitals for something of the reader's own, where the command asks for more than a word.
PLACEHOLDERS = {"NUMBER:HASH": "12:ab", "COUNT:ROOT": "12:ab", "NUMBER": "12", "N": "12"}
FENCE = re.compile(r"^ *```\w*\n(.*?)^ *```", re.M | re.S)
INLINE = re.compile(r"(?<!`)`([^`\n]+)`(?!`)")
# The command at the beginning, or after what may stand before it in one line.
CALL = re.compile(r"(?:^|&& |\|\| |; |do |\| |\.venv/bin/)(?:zhicheng|zhicheng_owner) (.+)$")


@dataclass(frozen=True)
class Page:
    path: Path
    text: str

    def lines_with(self, what: str) -> str:
        """The numbers of the lines where ``what`` stands, as far as the page has it in one line."""
        words = what.partition(" (")[0]
        found = [str(number) for number, line in enumerate(self.text.splitlines(), 1) if words in line]
        return ", ".join(found) or "?"


Rule = Callable[[Page], Iterable[str]]


@cache
def pages() -> tuple[Page, ...]:
    return tuple(Page(path, path.read_text("utf-8")) for path in PAGES)


def prose_of(text: str) -> str:
    return FENCE.sub("", text)


def lines_of(text: str) -> Iterator[tuple[str, bool]]:
    """Every piece of code of a page, and whether it stands alone on its line (then it is meant whole)."""
    for block in FENCE.findall(text):
        for line in block.replace("\\\n", " ").splitlines():
            yield line.strip(), True
    for code in INLINE.findall(prose_of(text)):
        yield code.strip(), False


def calls_of(text: str) -> Iterator[tuple[list[str], bool]]:
    """The words after ``zhicheng`` of every call on a page."""
    for code, whole in lines_of(text):
        while "$(" in (simpler := re.sub(r"\$\([^()]*\)", "X", code)) and simpler != code:
            code = simpler  # what another command prints
        found = CALL.search(simpler)
        if found and not found[1].startswith('"$@"') and "──" not in code:  # a picture of the way a file takes
            words = shlex.split(found[1], comments=True)
            for stop in ("&&", "||", ";", "|", ">", "2>&1"):
                words = words[: words.index(stop)] if stop in words else words
            yield words, whole


def fault_of(words: list[str], *, whole: bool) -> str:
    """What the command has against the words; "" when it takes them. A mention in a sentence may leave off at the end."""
    unfinished = not whole
    if words and words[-1] == "…":
        words, unfinished = words[:-1], True
    if not words:
        return ""
    name, *arguments = words
    if name not in get_commands():
        return f"there is no command {name}"
    room = get_commands()[name]
    command = load_command_class(room, name) if isinstance(room, str) else room
    parser = command.create_parser("zhicheng", name)
    try:
        parser.parse_args([PLACEHOLDERS.get(word, word) for word in arguments])
    except CommandError as error:
        if unfinished and ("required" in str(error) or "expected one argument" in str(error)):
            return ""
        return str(error)
    return ""


def refused(page: Page) -> Iterator[str]:
    for words, whole in calls_of(page.text):
        if fault := fault_of(words, whole=whole):
            yield f"zhicheng {' '.join(words)} ({fault})"


def unknown_settings(page: Page) -> Iterator[str]:
    yield from set(re.findall(r"ZHICHENG_[A-Z_]*[A-Z]", page.text)) - known_settings()


def missing_files(page: Page) -> Iterator[str]:
    for code, _whole in lines_of(page.text):
        for name in re.findall(r"(?<![\w/.-])((?:src|docs|deploy|tests|benchmarks)/[\w./*-]*[\w*])", code):
            if not exists(name):
                yield name


def dead_links(page: Page) -> Iterator[str]:
    for target in re.findall(r"\]\(([^)\s]+)\)", page.text):
        path, _hash, anchor = target.partition("#")
        place = (page.path.parent / path).resolve() if path else page.path
        if "://" not in target and (not place.exists() or (anchor and anchor not in anchors_of(place))):
            yield target


def nowhere(rule: Rule, asked: tuple[Page, ...], why: str) -> None:
    """Fail with ``why`` and every place of every page that breaks ``rule``."""
    assert asked, "a rule that looks at nothing holds always"
    found = [
        f"{page.path.relative_to(ROOT)}:{page.lines_with(what)}: {what}" for page in asked for what in sorted(set(rule(page)))
    ]
    if found:
        pytest.fail("\n".join([f"{why} ({len(found)})", *found]), pytrace=False)


def test_every_command_line_is_taken() -> None:
    nowhere(refused, pages(), "the command does not take it")


def test_wrong_command_lines_are_found() -> None:
    assert "no command" in fault_of(["leger", "verify"], whole=True)
    assert "unrecognized" in fault_of(["verify", "--onyl", "x"], whole=True)
    assert "invalid choice" in fault_of(["backup", "check"], whole=False)
    assert "required" in fault_of(["backup"], whole=True) and not fault_of(["backup"], whole=False)
    assert len(list(calls_of("```\nx && zhicheng verify; ls\nzhicheng_owner migrate\n```\n`zhicheng backup make`"))) == 3


def test_every_setting_exists() -> None:
    nowhere(unknown_settings, pages(), "no code reads it")


def test_every_setting_of_an_instance_is_explained() -> None:
    known = (ROOT / ".env.example").read_text("utf-8")
    settings = "".join((ROOT / "src/zhicheng" / name).read_text("utf-8") for name in ("settings.py", "environment.py"))
    assert not sorted(name for name in set(re.findall(r'"(ZHICHENG_[A-Z_]+)"', settings)) if name not in known)


def test_every_file_of_the_project_exists() -> None:
    nowhere(missing_files, pages(), "there is no such file")


def test_every_link_leads_somewhere() -> None:
    nowhere(dead_links, pages(), "it leads nowhere")


BREAKS_IT: list[tuple[Rule, str]] = [
    (refused, "\n`zhicheng ledger verfy`"),
    (unknown_settings, "\n`" + "ZHICHENG" + "_NOBODY_READS_IT`"),
    (missing_files, "\n`docs/not-there.md`"),
    (dead_links, "\n[x](not-there.md)"),
    (dead_links, "\n[x](README.md#not-there)"),
    (dead_links, "\n[x](#not-there)"),
]


def test_each_rule_finds_what_breaks_it_and_names_the_lines() -> None:
    for rule, text in BREAKS_IT:
        for lines, broken in (("2", text), ("2, 4", f"{text}\n{text}")):
            with pytest.raises(pytest.fail.Exception, match=rf"^why \(1\)\nany.md:{lines}: "):
                nowhere(rule, [Page(ROOT / "any.md", broken)], "why")


@cache
def known_settings() -> set[str]:
    """The settings that some code names."""
    found: set[str] = set()
    for path in CODE:
        if path.exists():
            found |= set(re.findall(r"ZHICHENG_[A-Z_]*[A-Z]", path.read_text("utf-8")))
    return found


@cache
def exists(name: str) -> bool:
    """Whether the project has such a file, or one that the pattern takes."""
    return bool(list(ROOT.glob(name.removesuffix("/"))))


@cache
def anchors_of(page: Path) -> set[str]:
    """The names GitHub gives a page's headings."""
    headings = re.findall(r"^#+ (.+)$", prose_of(page.read_text("utf-8")), re.M)
    kept = ("L", "N", "M")
    return {
        "".join(c for c in heading.lower().replace("`", "") if unicodedata.category(c)[0] in kept or c in " -_").replace(" ", "-")
        for heading in headings
    }


def test_every_invariant_named_exists() -> None:
    named = re.findall(r"verify --only ([a-z_.]+)", (ROOT / "docs/operations.md").read_text("utf-8"))
    assert named and {one.name for one in invariants.registered()} >= set(named)


def test_every_check_number_is_in_the_code() -> None:
    text = (ROOT / "docs/operations.md").read_text("utf-8")
    code = "\n".join(source.text for source in python())
    assert not [number for number in set(re.findall(r"\b[EW]0\d\d\b", text)) if number not in code]
