"""Papers in the wrong place: another one than is asked for, another person's, of another year, expired; and such as are right. Each case is a
file, the place it was put to, and what has to be said of which of its pages.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

from benchmarks.asked_papers import ASKED, OF_A_YEAR, SEALED, SIGNED, WITH_AN_END, Holder, holder, somebody_else, unasked
from benchmarks.captures import SOURCES, Ways, capture, develop, into_pdf
from benchmarks.spoiling import Case
from PIL import Image

TODAY = date(2023, 6, 1)


@dataclass(frozen=True)
class Placed(Case):
    """A file in the place of ``paper`` for ``who``."""

    who: Holder | None = None


Misplace = Callable[[random.Random, Holder], tuple[str, list[Image.Image], int]]
"""From whom the place belongs to: the paper that is asked for, the pages that were brought, the page of which something has to be said."""


def _another_paper(rng: random.Random, who: Holder) -> tuple[str, list[Image.Image], int]:
    asked = rng.choice(list(ASKED))
    if rng.random() < 0.2:  # something nobody asks for
        return asked, unasked(rng, who), 1
    brought = rng.choice([paper for paper in ASKED if paper != asked])
    return asked, ASKED[brought](rng, who), 1


def _another_person(rng: random.Random, who: Holder) -> tuple[str, list[Image.Image], int]:
    asked = rng.choice(list(ASKED))
    return asked, ASKED[asked](rng, somebody_else(rng, who, today=TODAY)), 1


def _another_year(rng: random.Random, who: Holder) -> tuple[str, list[Image.Image], int]:
    asked = rng.choice(OF_A_YEAR)
    other = who.year + rng.choice((-3, -2, -1, -1, 1, 2))
    return asked, ASKED[asked](rng, replace(who, year=other)), 1


def _expired(rng: random.Random, who: Holder) -> tuple[str, list[Image.Image], int]:
    asked = rng.choice(list(WITH_AN_END))
    ended = TODAY - timedelta(days=rng.choice((1, 20, 200, 900)) + rng.randrange(10))
    return asked, ASKED[asked](rng, replace(who, until=ended)), WITH_AN_END[asked]


def _unsealed(rng: random.Random, who: Holder) -> tuple[str, list[Image.Image], int]:
    asked = rng.choice(SEALED)
    pages = ASKED[asked](rng, replace(who, sealed=False))
    return asked, pages, len(pages)


def _unsigned(rng: random.Random, who: Holder) -> tuple[str, list[Image.Image], int]:
    asked = rng.choice(SIGNED)
    return asked, ASKED[asked](rng, replace(who, signed=False)), 1


MISFITS: dict[str, tuple[str, Misplace]] = {
    "wrong paper": ("wrong_paper", _another_paper),
    "wrong person": ("wrong_person", _another_person),
    "wrong year": ("wrong_year", _another_year),
    "expired": ("expired", _expired),
    "not sealed": ("not_sealed", _unsealed),
    "not signed": ("not_signed", _unsigned),
}
SOURCES_OF = {"not sealed": ("scan", "phone")}
"""Where not all of them: a black copy shows no colour of a seal."""


def misplaced(kind: str, seed: int, count: int, ways: Ways) -> Iterator[Placed]:
    """``count`` files of one kind, sources by turns."""
    code, misplace = MISFITS[kind]
    for number in range(count):
        rng = random.Random(f"{seed} {kind} {number}")  # noqa: S311 - the same cases again, no secrets
        sources = SOURCES_OF.get(kind, SOURCES)
        who, source = holder(rng, today=TODAY), sources[number % len(sources)]
        asked, pages, page = misplace(rng, who)
        yield Placed(kind, source, _file(pages, source, rng, ways), code, page, asked, who)


def in_place(source: str, seed: int, count: int, ways: Ways) -> Iterator[Placed]:
    """``count`` papers as they are asked for, by turns."""
    for number in range(count):
        rng = random.Random(f"{seed} in place {source} {number}")  # noqa: S311 - the same cases again, no secrets
        who, asked = replace(holder(rng, today=TODAY), as_years=rng.random() < 0.5), list(ASKED)[number % len(ASKED)]
        yield Placed("", source, _file(ASKED[asked](rng, who), source, rng, ways), paper=asked, who=who)


def signed_and_sealed(source: str, seed: int, count: int, ways: Ways) -> Iterator[Placed]:
    """``count`` papers that are signed and sealed as they have to be. ``black``: copied in black, then taken in colours."""
    for number in range(count):
        rng = random.Random(f"{seed} signed and sealed {source} {number}")  # noqa: S311 - the same cases again, no secrets
        who, papers = holder(rng, today=TODAY), tuple(dict.fromkeys((*SIGNED, *SEALED)))
        asked = papers[number % len(papers)]
        pages, taken = ASKED[asked](rng, who), source
        if source == "black":
            pages, taken = [page.convert("L").convert("RGB") for page in pages], rng.choice(("scan", "phone"))
        yield Placed("", taken, _file(pages, taken, rng, ways), paper=asked, who=who)


def _file(pages: list[Image.Image], source: str, rng: random.Random, ways: Ways) -> bytes:
    made = [develop(capture(page, source, rng, ways), source, rng, ways, marked=len(pages) == 1) for page in pages]
    return made[0] if len(made) == 1 else into_pdf(made)
