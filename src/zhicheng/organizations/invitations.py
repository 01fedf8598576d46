"""A person whose employer is not registered yet invites it (S-18): with a code to hand over, which the unit brings when it registers.

The code follows from the account and the instance's key; it is stored nowhere, and nobody can make up another person's. It opens nothing and
says nothing of who made it: with it a registration is tied to the person, who is told when the unit is there, and decides whether to join.
"""

from __future__ import annotations

import hmac

from django.db.models import Exists, OuterRef, QuerySet

from zhicheng.accounts.models import AccountKind, User
from zhicheng.accounts.queries import mailbox_confirmed
from zhicheng.foundation.fields import keyed_hash
from zhicheng.organizations.actors import Actor
from zhicheng.organizations.models import Membership, Organization, OrganizationKind, UnitVerification

_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # no I, L, O, U: written on paper, read aloud, typed by others
_LENGTH = 10  # of 32 letters: 50 bits, and each try costs a registration (web.shared.limits)
_READ_AS = str.maketrans({"I": "1", "L": "1", "O": "0", "－": "-", "—": "-"})
LONGEST = 40
"""Characters of a code as typed."""


def code_of(user_id: int) -> str:
    """The code of one account, for instance ``128-7KQ3M-X0V4D``: its number, and what only the server can make of it."""
    secret = _secret(user_id)
    return f"{user_id}-{secret[:5]}-{secret[5:]}"


def inviter(code: str) -> User | None:
    """Whose code this is, however it was typed; ``None`` for no code of anybody who can sign in and has confirmed the mailbox."""
    parts = "".join(code.split()).upper().translate(_READ_AS).split("-", 1)
    number, secret = parts[0], parts[-1].replace("-", "")
    if len(code) > LONGEST or not (number.isascii() and number.isdigit()) or not secret.isascii():
        return None
    if not hmac.compare_digest(secret, _secret(int(number))):
        return None
    user = User.objects.filter(pk=int(number), kind=AccountKind.APPLICANT, is_active=True).first()
    return user if user is not None and mailbox_confirmed(user) else None


def _secret(user_id: int) -> str:
    digest = int(keyed_hash(str(user_id), purpose="invitation of an employer").rpartition(":")[2], 16)
    return "".join(_LETTERS[(digest >> (5 * place)) & 31] for place in range(_LENGTH))


def invited_units(actor: Actor) -> QuerySet[Organization]:
    """The units that registered with this person's invitation, confirmed by a county or not; by name."""
    brought = UnitVerification.objects.filter(organization=OuterRef("pk"), invited_by_id=actor.account_id)
    return Organization.objects.filter(Exists(brought), kind=OrganizationKind.UNIT).order_by("name", "id")


def inviters_of(organization_id: int) -> QuerySet[User]:
    """Who invited this unit and does not belong to it; in the order of their accounts."""
    invited = UnitVerification.objects.filter(organization_id=organization_id, invited_by=OuterRef("pk"))
    belongs = Membership.objects.filter(organization_id=organization_id, user=OuterRef("pk"), until__isnull=True)
    return User.objects.filter(Exists(invited), ~Exists(belongs), is_active=True).order_by("pk")
