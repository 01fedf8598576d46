"""All that is looked for in the text of one file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from zhicheng.campaigns.notice import Reads
from zhicheng.campaigns.rules.reading.days import expired, wrong_year
from zhicheng.campaigns.rules.reading.hands import sealed, signed
from zhicheng.campaigns.rules.reading.leaves import Leaf
from zhicheng.campaigns.rules.reading.noticed import Noticed
from zhicheng.campaigns.rules.reading.paper import wrong_paper
from zhicheng.campaigns.rules.reading.person import wrong_person
from zhicheng.evidence.inspection.reading.lines import COLOURLESS, PageText

ABSENT = "absent"
"""In ``Noticed.more``: something was not found. Where a paper comes in several files, another of them may show it."""


@dataclass(frozen=True, slots=True)
class Expected:
    """Whose paper it has to be (``names``: as written now and before), of which year where its slot has years, and the day that counts."""

    names: tuple[str, ...]
    id_number: str
    year: int | None
    today: date


@dataclass(frozen=True, slots=True)
class Judged:
    """What was noticed, and whether enough was read that the rest counts as looked for. ``colourless``: but for the seal, of which a copy without
    colours tells nothing.
    """

    noticed: tuple[Noticed, ...]
    is_clear: bool
    colourless: bool = False


def judge(reads: Reads, pages: Sequence[PageText], expected: Expected, *, whole: bool) -> Judged:
    """What the text of a file shows against it; ``whole``: the file has no pages but these."""
    every = [Leaf(page) for page in pages]
    leaves = [leaf for leaf in every if not leaf.is_empty]
    clear = [leaf for leaf in leaves if leaf.is_clear]
    if not clear:
        return Judged((), is_clear=False)
    complete = whole and clear == leaves
    other = wrong_paper(reads, clear, complete=complete)
    found = [_missing(other)]
    if reads.names_person:
        found.append(_missing(wrong_person(expected.names, expected.id_number, clear, complete=complete)))
    if other is None:  # of another paper its days tell nothing
        if reads.names_year and expected.year is not None:
            found.append(wrong_year(expected.year, clear, complete=complete))
        found.append(expired(reads.valid_until, expected.today, clear))
        if complete:
            found += [_missing(sealed(every) if reads.sealed else None), _absent(signed(reads.signed, leaves))]
    told = tuple(each for each in found if each is not None)
    noticed = tuple(each for each in told if each.code != COLOURLESS)
    return Judged(noticed, is_clear=complete, colourless=noticed != told)


def _missing(noticed: Noticed | None) -> Noticed | None:
    if noticed is None or noticed.line is not None:
        return noticed
    return _absent(noticed)


def _absent(noticed: Noticed | None) -> Noticed | None:
    return replace(noticed, more={**noticed.more, ABSENT: 1}) if noticed is not None else None
