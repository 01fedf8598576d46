"""The drawn example of a paper: a sketch of the sheet with numbered marks, and what they stand for. The notice says both."""

from __future__ import annotations

from dataclasses import dataclass

from zhicheng.campaigns.drawings import PLACES, Example


@dataclass(frozen=True, slots=True)
class Drawn:
    """``template`` draws the sheet; ``numbers`` are the marks by place, ``words`` what is to be seen there, in the same order."""

    template: str
    numbers: dict[str, int]
    words: list[str]


def drawn(example: Example | None) -> Drawn | None:
    """The example in the language of the reader; ``None`` where the notice draws none."""
    if example is None:
        return None
    # In the order of the sheet: a database that stores the notice keeps none.
    places = [place for place in PLACES[example.drawn] if place in example.marks]
    numbers = {place: number for number, place in enumerate(places, start=1)}
    return Drawn(f"shared/drawings/{example.drawn}.html", numbers, [str(example.marks[place]) for place in places])
