"""What the ledger tells of accounts, against the tables: accepted texts, seen cards, names, and whether an account is open."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhicheng.accounts.models import IdentityConfirmation, IdentityCorrection, NoticeAcceptance, NumberRelease, User
from zhicheng.accounts.queries import TAKEN
from zhicheng.foundation import ledger
from zhicheng.foundation.invariants import Violation, grouped, in_batches, invariant
from zhicheng.foundation.models import LedgerEntry
from zhicheng.foundation.told import ACTOR, Telling, moment, person, told
from zhicheng.foundation.told_apart import Apart, told_apart

_OPENED = {"account.opened", "account.reopened"}
_NAMED = {*_OPENED, "account.identity_corrected"}
_SHUT = {"account.closed": True, "account.opened_again": False}


def removed_accounts() -> set[str]:
    """The registrations that nobody confirmed in time: they went with what they had accepted (``accounts.removing``)."""
    return set(LedgerEntry.objects.filter(event="account.removed").values_list("subject", flat=True))


told(
    "accounts.acceptances_in_ledger",
    gettext_lazy("签阅的每份须知和承诺在台账中恰有一条记录"),
    Telling(
        events=("account.text_accepted",),
        rows=NoticeAcceptance.objects.all,
        kind="user",
        belongs="user_id",
        named="acceptance",
        values={
            "text": lambda row: row.text_key,
            "version": lambda row: row.version,
            "sha256": lambda row: row.text_sha256,
            "at": lambda row: moment(row.accepted_at),
        },
        gone=removed_accounts,
    ),
)
told(
    "accounts.confirmations_in_ledger",
    gettext_lazy("每次身份核实在台账中恰有一条记录"),
    Telling(
        events=("account.identity_confirmed",),
        rows=IdentityConfirmation.objects.all,
        kind="user",
        belongs="user_id",
        named="confirmation",
        values={
            "card_seen_on": lambda row: row.card_seen_on.isoformat(),
            "source": lambda row: row.source,
            "index": lambda row: row.index,
            "reason": lambda row: row.reason,
            "by": lambda row: person(row.confirmed_by_id),
            "at": lambda row: moment(row.confirmed_at),
        },
        indexes=frozenset({"index"}),
    ),
)
_CORRECTION = {
    "old_name": lambda row: row.old_name,
    "from": lambda row: row.old_index,
    "to": lambda row: row.new_index,
    "by": lambda row: person(row.corrected_by_id),
    "at": lambda row: moment(row.corrected_at),
}
told(
    "accounts.corrections_in_ledger",
    gettext_lazy("姓名、身份证号的每次更正在台账中恰有一条记录，内容一致"),
    Telling(
        events=("account.identity_corrected",),
        rows=lambda: IdentityCorrection.objects.exclude(source__startswith=TAKEN),
        kind="user",
        belongs="user_id",
        named="correction",
        values=_CORRECTION | {"source": lambda row: row.source, "name": lambda row: row.new_name},
        indexes=frozenset({"from", "to"}),
    ),
)
told(
    "accounts.taken_numbers_in_ledger",
    gettext_lazy("身份证号归另一账号的，每次在台账中恰有一条记录"),
    Telling(
        events=("account.number_taken",),
        rows=lambda: IdentityCorrection.objects.filter(source__startswith=TAKEN),
        kind="user",
        belongs="user_id",
        named="correction",
        values=_CORRECTION | {"confirmed": lambda row: int(row.source.removeprefix(TAKEN) or 0)},
        indexes=frozenset({"from", "to"}),
    ),
)
told_apart(
    "accounts.releases_in_ledger",
    gettext_lazy("每个放行的原身份证号在台账中恰有一条记录，内容一致"),
    Apart(
        event="account.number_released",
        rows=NumberRelease.objects.all,
        named="release",
        at=lambda row: row.released_at,
        values={
            ACTOR: lambda row: person(row.released_by_id),
            "index": lambda row: row.index,
            "reason": lambda row: row.reason,
            "by": lambda row: person(row.released_by_id),
            "at": lambda row: moment(row.released_at),
        },
        indexes=frozenset({"index"}),
    ),
)


@invariant("accounts.as_told", gettext_lazy("账号的姓名、身份核实时间和停用情况与台账、核实记录一致"))
def as_told() -> Iterator[Violation]:
    """Older entries tell no name; of an account that no entry tells the beginning of, a confirmation may be older than the ledger's."""
    rows = User.objects.only("name", "username", "created_at", "is_active", "identity_confirmed_at")
    for users in in_batches(rows):
        entries = LedgerEntry.objects.filter(event__in=[*_NAMED, *_SHUT], subject__in=[f"user:{user.pk}" for user in users])
        of = grouped(entries.order_by("number"), lambda entry: entry.subject)
        salts = ledger.salts_of(entry.number for mine in of.values() for entry in mine)
        seen = IdentityConfirmation.objects.filter(user__in=users).order_by("pk").values_list("user_id", "confirmed_at")
        confirmed = dict(seen)
        for user in users:
            subject = f"user:{user.pk}"
            mine: list[LedgerEntry] = of.get(subject, [])
            named = [entry for entry in mine if entry.event in _NAMED and "name" in entry.data]
            if named and ledger.says(named[-1], named[-1].data["name"], user.name, salts) is False:
                yield Violation(subject, _("姓名与台账不一致。"))
            shut = [_SHUT[entry.event] for entry in mine if entry.event in _SHUT]
            if user.is_active == (shut[-1] if shut else False):
                yield Violation(subject, _("是否停用与台账不同。"))
            begun = [entry for entry in mine if entry.event in _OPENED]
            if begun and not _opened_as_told(begun[-1], user, salts):
                yield Violation(subject, _("登录名或注册时间与台账不一致。"))
            if user.identity_confirmed_at != confirmed.get(user.pk) and (begun or user.pk in confirmed):
                yield Violation(subject, _("身份核实时间与核实记录不一致。"))


def _opened_as_told(entry: LedgerEntry, user: User, salts: ledger.Salts) -> bool:
    """Whether login name and time are those of the registration; a name that was released since is nobody's (``accounts.releasing``)."""
    here = {"username": user.username, "at": moment(user.created_at)}
    if user.username == f"~{user.pk}":
        del here["username"]
    return all(
        key not in entry.data or ledger.says(entry, entry.data[key], value, salts) is not False for key, value in here.items()
    )
