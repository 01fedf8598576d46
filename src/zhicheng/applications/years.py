"""What one person's year comes to: the count of arrivals, and whether the year is closed (S-28, S-29, G-09). Pure.

A campaign's notice says whether its arrivals are counted in the campaign alone or with those of every campaign of the year in the same
prefecture. A year that was closed is closed in all of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from zhicheng.applications.models import CountedIn, PersonYear
from zhicheng.campaigns.models import Campaign
from zhicheng.standards.regions import prefecture_digits


@dataclass(frozen=True, slots=True)
class YearCount:
    """``arrivals`` at final review that count for one campaign, of ``arrivals_allowed``; ``closed_at``: since when the year is closed."""

    arrivals: int
    arrivals_allowed: int
    closed_at: datetime | None

    @property
    def has_arrival_left(self) -> bool:
        """Whether one more may come to final review."""
        return self.arrivals < self.arrivals_allowed


def same_year(one: Campaign, other: Campaign) -> bool:
    """Whether both are campaigns of one year in one prefecture: what closes a person's year in one closes it in the other (G-09)."""
    return (one.year, prefecture_digits(one.region_code)) == (other.year, prefecture_digits(other.region_code))


def in_year_of(campaign: Campaign, rows: Iterable[PersonYear]) -> list[PersonYear]:
    """Those of a person's ``rows``, each with its campaign, that stand together with this campaign's."""
    return [row for row in rows if same_year(row.campaign, campaign)]


def year_count(together: Sequence[PersonYear], campaign_id: int) -> YearCount:
    """The count for a campaign, ``together`` being all rows of the person in its year and prefecture. Where the person has begun nothing
    in the campaign yet nothing is counted or allowed; the year may be closed all the same.
    """
    mine = next((row for row in together if row.campaign_id == campaign_id), None)
    closings = [row.closed_at for row in together if row.closed_at is not None]
    return YearCount(
        arrivals=counted(mine, together) if mine is not None else 0,
        arrivals_allowed=mine.arrivals_allowed if mine is not None else 0,
        closed_at=min(closings, default=None),
    )


def counted(row: PersonYear, together: Sequence[PersonYear]) -> int:
    """How many arrivals count for this row, ``together`` being all of the person in the same year and prefecture."""
    return sum(one.arrivals for one in together) if row.counted_in == CountedIn.YEAR else row.arrivals
