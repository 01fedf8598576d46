"""How many numbers fit a mask: counted here once more, the slow way."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from tests.support.identity_masks import count_candidates, county_codes
from zhicheng.standards.identity_number import check_character

TODAY = date(2023, 5, 22)


def slowly(mask: str, *, days: list[date], regions: tuple[str, ...], sexes: str = "12") -> int:
    found = 0
    for region in regions:
        for day in days:
            for sequence in range(1000):
                seventeen = f"{region}{day:%Y%m%d}{sequence:03d}"
                number = seventeen + check_character(seventeen)
                fits = all(m in {"*", n} for m, n in zip(mask, number, strict=True))
                found += fits and "21"[sequence % 2] in sexes
    return found


@pytest.mark.parametrize(
    ("mask", "sexes"),
    [("652701********0727", "12"), ("652701**********27", "12"), ("652701************", "1"), ("65270119900307*23X", "2")],
)
def test_count_is_what_trying_each_number_finds(mask: str, sexes: str) -> None:
    days = [date(1990, 3, 1) + timedelta(days=n) for n in range(3)]
    wanted = sum(count_candidates(mask, today=TODAY, birth_date=d, sex=sexes if len(sexes) == 1 else "") for d in days)
    assert wanted == slowly(mask, days=days, regions=("652701",), sexes=sexes)


def test_count_of_hidden_regions_takes_every_county_held() -> None:
    day = date(1990, 3, 7)
    mask = "6527**19900307***X"
    regions = tuple(c for c in county_codes() if c.startswith("6527"))
    assert "652721" in regions  # retired in 1985: whoever was numbered there keeps the number
    assert count_candidates(mask, today=TODAY) == slowly(mask, days=[day], regions=regions)


def test_the_last_four_leave_a_puzzle_and_the_last_two_do_not() -> None:
    assert count_candidates("652701********0727", today=TODAY) in {1324, 1325}
    assert count_candidates("652701**********27", today=TODAY) > 100_000
    assert count_candidates("652701************", today=TODAY) > 10_000_000


def test_a_birthday_or_an_age_beside_a_mask_gives_it_away() -> None:
    mask = "652701**********27"
    assert count_candidates(mask, today=TODAY, birth_date=date(1990, 3, 7)) < 20
    assert count_candidates(mask, today=TODAY, age=33) < 5_000
    whole = count_candidates("652701************", today=TODAY, birth_date=date(1990, 3, 7), sex="2")
    assert whole == 500


def test_a_whole_number_is_one_and_a_wrong_one_none() -> None:
    assert count_candidates("652701199003071233", today=TODAY) == 1
    assert count_candidates("652701199003071234", today=TODAY) == 0
    with pytest.raises(ValueError, match="18"):
        count_candidates("6527**", today=TODAY)
