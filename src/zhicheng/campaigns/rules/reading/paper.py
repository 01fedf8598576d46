"""Whether it is the paper that is asked for (S-24): by words it shows, as the notice has them."""

from __future__ import annotations

from collections.abc import Sequence

from zhicheng.campaigns.notice import Reads
from zhicheng.campaigns.rules.reading.leaves import Leaf, find, letters
from zhicheng.campaigns.rules.reading.noticed import Noticed


def wrong_paper(reads: Reads, leaves: Sequence[Leaf], *, complete: bool) -> Noticed | None:
    """That no page is the paper: none shows its title, and each shows another paper's words or none of its own.

    ``complete``: all of the file was read well, so that a word which is not there is missing.
    """
    other = None
    for leaf in leaves:
        if any(find(leaf.text, word) >= 0 for word in reads.title):
            return None
        place, word = _first(leaf, reads.never)
        if word:
            other = other or Noticed("wrong_paper", leaf.number, leaf.line_at(place), {"seen": word})
        elif any(find(leaf.text, one) >= 0 for one in reads.words):
            return None
    if other is not None:
        return other
    wanted = (*reads.title, *reads.words)
    return Noticed("wrong_paper", leaves[0].number, None, {"wanted": wanted[0]}) if complete and wanted else None


def _first(leaf: Leaf, words: Sequence[str]) -> tuple[int, str]:
    """The word that stands first on the page, and where; the heading tells more than the small print."""
    places = [(place, word) for word in words if (place := leaf.text.find(letters(word))) >= 0]
    return min(places, default=(-1, ""))
