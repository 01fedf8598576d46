"""The gate on branches that no test takes names each place, and asks for all of the rules."""

from __future__ import annotations

from typing import Any

from tests.support.branches import is_whole, missing


def told(lines: list[int], branches: list[list[int]]) -> dict[str, Any]:
    return {"missing_lines": lines, "missing_branches": branches}


def test_branch_of_a_rule_that_no_test_takes_is_named() -> None:
    files = {"src/zhicheng/review/rules.py": told([], [[12, 0]]), "src/zhicheng/web/x.py": told([1], [])}
    assert missing({"files": files, "summary": {"percent_covered": 95.0}}) == [
        "src/zhicheng/review/rules.py: no test takes line —; branch 12 → end"
    ]


def test_too_little_over_all_is_refused() -> None:
    files = {"src/zhicheng/foundation/ledger.py": told([], [])}
    assert missing({"files": files, "summary": {"percent_covered": 93.0}}) == []
    (said,) = missing({"files": files, "summary": {"percent_covered": 92.9}})
    assert "92.9 %" in said


def test_lifecycle_ledger_and_every_room_s_rules_are_asked_for_whole() -> None:
    for name in (
        "applications/lifecycle.py",
        "foundation/ledger.py",
        "campaigns/rules/eligibility.py",
        "campaigns/rules/reading/days.py",
        "accounts/rules.py",
    ):
        assert is_whole(f"src/zhicheng/{name}")
    assert not is_whole("src/zhicheng/web/shared/ledger_pages.py")
