"""A form to look at: the world's, as stored, under the 2023 notice, on 22 May 2023, with what a test changes."""

from __future__ import annotations

from datetime import date
from typing import Any

from tests.applications.test_rules import form
from tests.campaigns.files import bortala
from zhicheng.applications.facts import facts_of
from zhicheng.applications.findings import Finding, Seen, findings_in
from zhicheng.campaigns.notice import Notice
from zhicheng.campaigns.rules import Facts

TODAY = date(2023, 5, 22)
NOTICE = bortala()
EMPLOYER = "博乐市水利管理站"


def with_changes(**changes: Any) -> dict[str, Any]:
    """The form with changed sections: a dict is merged into the section, or into its first row; a list takes its place."""
    contents = form()
    contents["basic"] |= {"employer_name": EMPLOYER}
    for key, change in changes.items():
        if isinstance(change, list):
            contents[key] = [{"id": f"{n:08x}", **row} for n, row in enumerate(change, start=1)]
        else:
            target = contents[key][0] if isinstance(contents[key], list) else contents[key]
            target.update(change)
    return contents


def facts(contents: dict[str, Any], *, nature: str = "institution", notice: Notice = NOTICE) -> Facts:
    """What the rules take of it: 工程技术 → 工程师."""
    return facts_of(
        contents, year=notice.year, series="engineering", series_name="工程", specialty="water", title="engineer",
        level="intermediate", grade="", nature=nature,
    )  # fmt: skip


def look(contents: dict[str, Any], *, nature: str = "institution", notice: Notice = NOTICE) -> dict[str, Finding]:
    """The findings of a form by their code; one that is there twice fails the test that asks."""
    seen = Seen(contents, facts(contents, nature=nature, notice=notice), notice, TODAY)
    found = findings_in(seen)
    return {finding.code: finding for finding in found}
