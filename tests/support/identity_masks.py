"""How many identity numbers a masked one could be: a mask that leaves few of them is a puzzle, not a mask (PIPL 第二十五条).

The check character (ISO 7064 MOD 11-2) takes away ten of eleven guesses, a birthday or a sex that stands beside the mask most of the rest.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from zhicheng.standards.identity_number import CHECK_CHARACTERS, WEIGHTS, age_on
from zhicheng.standards.resources import read_json

HIDDEN = "*"
# Whatever somebody outside of the owner, the unit and the desks can read, at least so many numbers fit it.
ENOUGH = 100_000
# The ages of people in technical posts: who guesses guesses here first (人社部令40号 第十三条: in post).
WORKING_AGES = range(20, 60)


def county_codes() -> tuple[str, ...]:
    """The codes of every county held, retired ones included: people keep the number they were given."""
    codes = sorted(row["code"] for row in read_json("regions.json")["regions"])
    return tuple(code for code in codes if len(code) == 6 and not code.endswith("00"))


def count_candidates(
    mask: str, *, today: date, birth_date: date | None = None, age: int | None = None, sex: str = "", ages: range = WORKING_AGES
) -> int:
    """How many valid numbers of people of ``ages`` on ``today`` fit ``mask``, 18 characters with ``*`` for what is hidden.

    ``birth_date``, ``age`` (full years) and ``sex`` ("1", "2") are what stands beside it. Where digits of the region are hidden,
    only the counties of the tables count, retired codes included: the true figure is higher, never lower. A whole number is 1 or 0.
    Raises ``ValueError`` for a mask of another length.
    """
    if len(mask) != 18:
        raise ValueError("a mask has 18 characters")
    regions = Counter(_weighed(region, 0) for region in _regions_that_fit(mask[:6]))
    days = Counter(_weighed(f"{day:%Y%m%d}", 6) for day in _days_that_fit(mask[6:14], today, birth_date, age, ages))
    sequences = Counter(_weighed(three, 14) for three in _sequences_that_fit(mask[14:17], sex))
    remainders = _added(_added(regions, days), sequences)
    if mask[17] == HIDDEN:
        return sum(remainders.values())
    return remainders[CHECK_CHARACTERS.index(mask[17])]


def _weighed(digits: str, start: int) -> int:
    """What these digits, from place ``start`` on, add to the sum that the check character is made from, modulo 11."""
    return sum(int(d) * WEIGHTS[start + place] for place, d in enumerate(digits)) % 11


def _added(one: Counter[int], other: Counter[int]) -> Counter[int]:
    both: Counter[int] = Counter()
    for a, times in one.items():
        for b, more in other.items():
            both[(a + b) % 11] += times * more
    return both


def _fits(text: str, mask: str) -> bool:
    return all(m in {HIDDEN, t} for t, m in zip(text, mask, strict=True))


def _regions_that_fit(mask: str) -> Iterable[str]:
    # A code that is shown is one, whether the tables know it or not.
    return [mask] if HIDDEN not in mask else [code for code in county_codes() if _fits(code, mask)]


def _days_that_fit(mask: str, today: date, birth_date: date | None, age: int | None, ages: range) -> Iterator[date]:
    if birth_date is not None:
        yield from [birth_date] if _fits(f"{birth_date:%Y%m%d}", mask) else []
        return
    if HIDDEN not in mask:
        ages = range(1000)
    wanted = range(age, age + 1) if age is not None else ages
    day = date(max(today.year - wanted.stop - 1, 1), 1, 1)
    while day <= today:
        if _fits(f"{day:%Y%m%d}", mask) and age_on(day, today) in wanted:
            yield day
        day += timedelta(days=1)


def _sequences_that_fit(mask: str, sex: str) -> Iterator[str]:
    for number in range(1000):
        if _fits(f"{number:03d}", mask) and (not sex or (number % 2 == 1) == (sex == "1")):
            yield f"{number:03d}"
