"""Which years a proven fraud closes, and whether one of them is asked for (S-80, S-81)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Ban:
    """The years, both included, in which a person may not apply, and the year of the application the fraud was in."""

    application_year: int
    first_year: int
    last_year: int

    def covers(self, year: int) -> bool:
        """Whether ``year`` (a campaign's year, not today's) is one of the barred ones (S-81)."""
        return self.first_year <= year <= self.last_year

    def closes(self, year: int) -> bool:
        """Whether nothing of the person is accepted in campaign year ``year``: a barred one, or the year of the fraud itself,
        whose application is refused (S-80; decision 6 in ``docs/decisions/``).
        """
        return year == self.application_year or self.covers(year)


def ban_after(application_year: int, *, years: int) -> Ban:
    """The ban for fraud in an application of ``application_year``: the next ``years`` years (S-81: 从申报年度下一年起5年内).

    The year counts in which the fraudulent application was made, not the one in which it was found out. 2023 with five
    years gives 2024 to 2028; 2029 is the first free year.
    """
    if years < 1:
        raise ValueError("a ban lasts at least one year")
    return Ban(application_year, application_year + 1, application_year + years)


def ban_in_force(bans: Iterable[Ban], year: int) -> Ban | None:
    """The ban that closes ``year``; of several, the one that lasts longest. ``None`` when the year is free."""
    closing = [ban for ban in bans if ban.closes(year)]
    return max(closing, key=lambda ban: ban.last_year, default=None)
