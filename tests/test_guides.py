"""What the guides for people quote is what stands on the pages: buttons, columns, and boxes to tick."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from zhicheng.applications.desks import BY_ROLE
from zhicheng.organizations.actors import Role

ROOT = Path(__file__).resolve().parent.parent
GUIDES = sorted((ROOT / "docs" / "guide").glob("*.md"))
SAID = {
    path: path.read_text(encoding="utf-8")
    for path in (ROOT / "src").rglob("*")
    if path.suffix in {".py", ".html", ".txt", ".yaml"}
}


def quoted(text: str) -> list[str]:
    """Each word in Chinese quotation marks; a way through pages ("… → …") is one word for each page."""
    return [word for quotation in re.findall("“([^”]+)”", text) for word in quotation.split(" → ")]


def labels() -> str:
    """The labels of what can be ticked."""
    boxes = [match for text in SAID.values() for match in re.findall(r"BooleanField\((.*?)\n", text.replace("(\n", "("), re.S)]
    boxes += [match for text in SAID.values() for match in re.findall(r"<label(.*?)</label>", text, re.S)]
    return "\n".join(
        [*boxes, *(match for text in SAID.values() for match in re.findall(r'label=(?:_|gettext_lazy)\("[^"]+"\)', text))]
    )


def test_what_a_guide_quotes_stands_in_the_program() -> None:
    said = "\n".join(SAID.values())
    missing = [f"{guide.name}: {word}" for guide in GUIDES for word in quoted(guide.read_text("utf-8")) if word not in said]
    assert missing == []


def test_what_a_guide_asks_to_tick_is_the_label_of_a_box() -> None:
    there = labels()
    asked = [(guide.name, word) for guide in GUIDES for word in re.findall("勾选“([^”]+)”", guide.read_text("utf-8"))]
    assert asked and [f"{name}: {word}" for name, word in asked if word not in there] == []


# Who signs in, and the page that speaks to them.
SPOKEN_TO = {role: role.value for role in Role if role not in {Role.ANONYMOUS, Role.SYSTEM}} | {Role.INDUSTRY: "supervising"}


@pytest.mark.parametrize("role", SPOKEN_TO)
def test_everybody_who_signs_in_has_a_guide(role: Role) -> None:
    (guide,) = (guide for guide in GUIDES if guide.stem == SPOKEN_TO[role])
    assert f"docs/guide/{guide.name})" in (ROOT / "README.zh-CN.md").read_text("utf-8")
    if role in {Role.SUPERVISING, Role.INDUSTRY}:  # one page for both: its heading names them
        assert str(BY_ROLE[role].words.name) in guide.read_text("utf-8").splitlines()[0]
