"""What an action says when it will not do something: every reason at once, in the words of the person who asked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.utils.functional import Promise

Text = str | Promise


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong.

    ``text`` is a whole sentence saying what is wrong and how to mend it; ``where`` names the field, section or
    material slot (e.g. ``education``, ``material:diploma``); ``code`` is stable for tests and machines; ``link`` is an
    address that leads to the place, when the raiser knows one.
    """

    text: Text
    where: str = ""
    code: str = ""
    link: str = ""


class Refused(Exception):
    """An action was refused. ``problems`` holds every reason, never only the first (人社部令40号 第十八条: 一次性告知)."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = list(problems)
        super().__init__("; ".join(f"{p.code or p.where}: {p.text}" for p in self.problems))

    @classmethod
    def one(cls, text: Text, *, where: str = "", code: str = "", link: str = "") -> Refused:
        """A refusal for a single reason."""
        return cls([Problem(text, where=where, code=code, link=link)])

    def has(self, code: str) -> bool:
        """Whether one of the reasons carries ``code``."""
        return any(p.code == code for p in self.problems)


def chain_of(error: BaseException | None) -> Iterator[BaseException]:
    """``error``, what caused it, what caused that: each once."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or error.__context__
