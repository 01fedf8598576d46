"""What counts as words: letters and hanzi that somebody sees."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhicheng import foundation
from zhicheng.foundation.reasons import letters_in, reason_problems

SAID = "请写明理由，不少于10个字。"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "11111",
        "1234567890",
        "㈠①②③④⑤⑥⑦⑧⑨⑩",
        "\u3164" * 12,
        "\uffa0\u115f" * 12,
        "。" * 12,
        "……——！！" * 4,
        "\u200b\ufeff" * 12,
        "　" * 20,
        "经核实不成立。" + "1" * 40,
    ],
)
def test_text_without_words_is_no_reason(text: str) -> None:
    (problem,) = reason_problems(text, least=10, said=SAID, where="reason")
    assert (problem.code, problem.where) == ("reason_missing", "reason") and problem.text.startswith(SAID)
    assert ("不计" in problem.text) is (len(text.strip()) >= 10)


@pytest.mark.parametrize(
    "text", ["点错了申请书，应先核实。", "The wrong form.", "ئەرز قىلغۇچىنىڭ دىپلومى", "Қате өтініш таңдалды"]
)
def test_words_of_every_script_are_a_reason(text: str) -> None:
    assert reason_problems(text, least=10, said=SAID) == []


@given(st.text(alphabet=st.characters(exclude_categories=["L", "Lu", "Ll", "Lt", "Lm", "Lo", "N", "No", "Nl", "So", "Co"])))
def test_what_has_no_letters_counts_for_nothing(text: str) -> None:
    assert letters_in(text) == 0
    assert letters_in("核" + text + "实") == 2


def test_no_room_measures_a_reason_of_its_own() -> None:
    """``len(reason.strip()) < 10`` stood in twelve places, and each took twelve full stops for words."""
    found = []
    for path in Path(foundation.__file__).parents[1].rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Compare) and isinstance(node.left, ast.Call) and ast.unparse(node.left.func) == "len":
                measured = ast.unparse(node.left.args[0])
                if any(word in measured for word in ("reason", "statement", "finding", "answer")) and isinstance(
                    node.ops[0], ast.Lt
                ):
                    found.append(f"{path.name}:{node.lineno}: {ast.unparse(node)}")
    assert found == []
