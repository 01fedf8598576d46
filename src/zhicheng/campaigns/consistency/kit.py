"""What the comparisons share: how they are registered, how they name what they found."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from difflib import get_close_matches
from typing import Any, Protocol

from zhicheng.campaigns.notice import GRADES_OF_LEVEL, Grade, Level
from zhicheng.campaigns.yaml_source import Path

Found = Iterator[tuple[Path, str]]
Check = Callable[..., Found]

_CHECKS: list[tuple[tuple[str, ...], Check]] = []


def needs(*parts: str) -> Callable[[Check], Check]:
    """Register a comparison: it is called with these top-level parts of the notice once all of them are sound."""

    def register(check: Check) -> Check:
        _CHECKS.append((parts, check))
        return check

    return register


def compare(parts: Mapping[str, Any]) -> Found:
    """Everything the comparisons find in those ``parts`` that are there: (path, reason in Chinese)."""
    for names, check in _CHECKS:
        if all(name in parts for name in names):
            yield from check(**{name: parts[name] for name in names})


def did_you_mean(word: str, choices: Iterable[str]) -> str:
    """``，是不是“publicity”？`` if one of ``choices`` is close to ``word``, else nothing."""
    close = get_close_matches(word, [choice for choice in choices if choice], n=1, cutoff=0.6)
    return f"，是不是“{close[0]}”？" if close else ""


def repeated(values: Sequence[Any], path: Path, key: str | None, what: str) -> Found:
    """Every second and later occurrence of a value in a list; ``key`` is the attribute the value stands in."""
    seen: Counter[Any] = Counter()
    for index, value in enumerate(values):
        seen[value] += 1
        if seen[value] > 1:
            yield (*path, index, *((key,) if key else ())), f"{what}“{value}”重复"


class HasStep(Protocol):
    """A title, or a step of the ladder."""

    @property
    def level(self) -> Level: ...
    @property
    def grade(self) -> Grade: ...


def grade_fits(step: HasStep, path: Path) -> Found:
    """初级 has 助理级 or 员级, 高级 has 正高级 or 副高级, 中级 has no grade (S-04)."""
    allowed = GRADES_OF_LEVEL[step.level]
    if step.grade not in allowed:
        names = "、".join(sorted(grade.value for grade in allowed if grade)) or "不写"
        yield (*path, "grade"), f"级别 {step.level.value} 的档次应为：{names}"
