"""The reminder that papers of a library end soon: under which key, and whether it still holds when the mail of the day is written."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from zhicheng.foundation import clock
from zhicheng.library.models import LibraryItem
from zhicheng.messages.digests import remind_of

PREFIX = "library:"
_NAMED = 6  # papers in a key; the others are told with them


def key_of_ends(items: Sequence[LibraryItem]) -> str:
    """Whose library, which papers, and until when each holds: ``library:12:ends:5=2024-01-31,6=2024-02-29``."""
    ends = ",".join(f"{item.pk}={item.valid_until}" for item in items[:_NAMED])
    return f"{PREFIX}{items[0].library_id}:ends:{ends}"


def holding(keys: Collection[str]) -> set[str]:
    """Those of which one paper at least still ends as it was told, and has not ended. One query."""
    told = {key: {tuple(end.split("=")) for end in key.rpartition(":")[2].split(",")} for key in keys}
    wanted = {int(pk) for ends in told.values() for pk, _day in ends}
    rows = LibraryItem.objects.filter(pk__in=wanted, valid_until__gte=clock.today()).values_list("pk", "valid_until")
    standing = {(str(pk), str(until)) for pk, until in rows}
    return {key for key, ends in told.items() if ends & standing}


remind_of(PREFIX, holding=holding, bring_forward=lambda _reader, _until: None)
