"""A mailbox that waits for its confirmation: which one an account asked for, and whether it is that one still."""

from __future__ import annotations

from allauth.account.models import EmailAddress

from zhicheng.accounts.models import User
from zhicheng.foundation.transactions import one_transaction


@one_transaction
def note_new_mailbox(*, user_id: int, email: str) -> None:
    """Write down, sealed, which mailbox the owner, signed in, wants in the place of the present one: a link confirms no other."""
    user = User.objects.select_for_update(no_key=True).get(pk=user_id)
    user.new_email_seal = email.lower()
    user.save(update_fields=["new_email_seal"])


def lock_mailbox(*, user_id: int, address_id: int) -> bool:
    """Lock the account in the caller's transaction; whether this is still a mailbox of it, and not one from before it was registered anew."""
    User.objects.select_for_update(no_key=True).filter(pk=user_id).first()
    return EmailAddress.objects.filter(pk=address_id, user_id=user_id).exists()


def may_be_confirmed(address: EmailAddress) -> bool:
    """Whether it is the mailbox the account was opened with, or the one its owner asked for, by the seals.

    The account, locked, is read again. A new mailbox is put into it, for the library to save with the confirmation.
    """
    owner = address.user = User.objects.get(pk=address.user_id)
    if owner.owns_mailbox(address.email):
        return True
    if address.primary or not owner.expects_mailbox(address.email):
        return False
    owner.set_email(address.email.lower())
    return True
