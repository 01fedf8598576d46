"""Second factors against the ledger: whoever can write the database takes none away and puts none in without being named.

Loaded where the library's app is installed.
"""

from __future__ import annotations

from collections.abc import Iterator

from allauth.mfa.models import Authenticator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhicheng.accounts.told_invariants import removed_accounts
from zhicheng.foundation.invariants import Violation, in_batches, invariant
from zhicheng.foundation.models import LedgerEntry
from zhicheng.foundation.told import Telling, moment

_SET, _GONE = "account.factor_set", "account.factor_gone"


def _removed() -> set[str]:
    """The rows that went as the ledger says: ``authenticator:7``."""
    return {f"authenticator:{pk}" for pk in LedgerEntry.objects.filter(event=_GONE).values_list("data__authenticator", flat=True)}


# One that was set up before the ledger told of any has a smaller number than the first it tells of.
_TELLING = Telling(
    events=(_SET,),
    rows=Authenticator.objects.all,
    kind="user",
    belongs="user_id",
    named="authenticator",
    values={"type": lambda row: row.type, "at": lambda row: moment(row.created_at)},
    untold="pk",
    gone=lambda: _removed() | removed_accounts(),
)


@invariant("accounts.factors_in_ledger", gettext_lazy("每个账号的两步验证（验证应用、备用码）与台账一致"))
def factors_as_told() -> Iterator[Violation]:
    """Each row has the entry of its being set up, each entry its row or the entry of its going, and none that went is back."""
    yield from _TELLING.look()
    gone = _removed()
    for rows in in_batches(Authenticator.objects.all()):
        for row in rows:
            if f"authenticator:{row.pk}" in gone:
                yield Violation(f"user:{row.user_id} authenticator:{row.pk}", _("台账记录它已去掉，表中却还有。"))
