"""The identity cards of the rehearsal's invented people: who confirms somebody types the end of the number from the card in hand."""

from __future__ import annotations

from django.db.models import Case, Q, QuerySet, When

from zhicheng.accounts.models import AccountKind, User
from zhicheng.organizations.models import AccountRequest, AccountRequestState
from zhicheng.rehearsal.cast import EMPLOYERS, administrators_number
from zhicheng.rehearsal.people import NAMES, person

FIRST_UNIT = EMPLOYERS[0]
WITHOUT_APPLICATION = 4  # invented people beyond the applications' own: requests and claims
APPLYING_ADMINISTRATOR = person(len(NAMES) + 5)  # 王芳 of the first unit, who applies as well (S-08)


def sample_cards() -> dict[str, str]:
    """Login name → number on the card of everybody invented. What an account was registered with may differ: some mistyped it."""
    people = [person(serial) for serial in range(1, len(NAMES) + 5 + WITHOUT_APPLICATION + 1)]
    cards = {one.username: one.id_number for one in people}
    units = {f"danwei-{one.key}": administrators_number(number, one) for number, one in enumerate(EMPLOYERS)}
    return cards | units | {APPLYING_ADMINISTRATOR.username: units[f"danwei-{FIRST_UNIT.key}"]}


def cards_to_look_at() -> list[tuple[User, str]]:
    """Every invented person who has an account, each with the number on the card; first whom a desk has to do with now: not confirmed
    yet, or with a request.

    People a guest has registered are not among them: their numbers could be real.
    """
    cards = sample_cards()
    asked: QuerySet[AccountRequest] = AccountRequest.objects.filter(state=AccountRequestState.PENDING)
    people = User.objects.filter(username__in=cards, is_active=True, kind__in=[AccountKind.APPLICANT, AccountKind.UNIT])
    concerned = Q(identity_confirmed_at__isnull=True) | Q(pk__in=asked.values("user_id"))
    first = people.annotate(turn=Case(When(concerned, then=0), default=1))
    return [(one, cards[one.username]) for one in first.order_by("turn", "kind", "id")]
