"""Which account holds the number that a correction asks for, for the office that decides: never for whoever asks (decision 10)."""

from __future__ import annotations

from collections.abc import Iterable

from zhicheng.accounts.models import User
from zhicheng.accounts.queries import person_index
from zhicheng.organizations.models import AccountRequest, AccountRequestKind


def holder_of_asked(row: AccountRequest) -> User | None:
    """The other account of the person's kind that holds the number this correction asks for."""
    return holders_of_asked([row]).get(row.pk)


def holders_of_asked(rows: Iterable[AccountRequest]) -> dict[int, User]:
    """The same for each of these requests that is a correction, by their ids; with ``user`` of each read, one query."""
    asked = {row: person_index(row.new_number) for row in rows if row.kind == AccountRequestKind.CORRECTION}
    if not asked:
        return {}
    held = User.objects.filter(id_number_index__in=set(asked.values()) - {""}, number_held_at__isnull=False)
    by_number = {(one.kind, one.id_number_index): one for one in held}
    found = {row: by_number.get((row.user.kind, index)) for row, index in asked.items()}
    return {row.pk: holder for row, holder in found.items() if holder is not None and holder.pk != row.user_id}
