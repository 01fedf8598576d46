"""A password and a mailbox are their account's own: beside each lies, sealed for the account, what the program itself last wrote there.

Whoever can write the database can put another hash or mailbox into a row, but not its seal: it opens nothing.
"""

from __future__ import annotations

from typing import Any

from asgiref.sync import sync_to_async
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.hashers import check_password, make_password
from django.db import transaction

from zhicheng.foundation import securitylog
from zhicheng.foundation.fields import EncryptedTextField
from zhicheng.foundation.sealing import SealBroken

# What is written with which column.
_SEALS = {"password": ("password_seal",), "email": ("email_seal", "new_email_seal")}


class Bound(AbstractBaseUser):
    """The part of an account by which somebody gets in.

    Its seals follow :meth:`set_password`, :meth:`set_unusable_password`, :meth:`set_email` and the writing of a new row; saving a row
    that was read leaves them as they were read, so that nothing forged is ever sealed.
    """

    email: str

    password_seal = EncryptedTextField(blank=True, default="", db_default="")
    email_seal = EncryptedTextField(blank=True, default="", db_default="")
    # The mailbox that its owner, signed in, asked to put in the place of the present one, until it is confirmed.
    new_email_seal = EncryptedTextField(blank=True, default="", db_default="")

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self._state.adding:
            self.password_seal, self.email_seal = self.password, self.email
        fields = kwargs.get("update_fields")
        if fields is not None:
            kwargs["update_fields"] = {*fields, *(seal for name in fields for seal in _SEALS.get(name, ()))}
        super().save(*args, **kwargs)

    def set_password(self, raw_password: str | None) -> None:
        super().set_password(raw_password)
        self.password_seal = self.password

    def set_unusable_password(self) -> None:
        super().set_unusable_password()
        self.password_seal = self.password

    def set_email(self, email: str) -> None:
        """Another mailbox, or ``""`` for none; the caller saves ``email``."""
        self.email = self.email_seal = email
        self.new_email_seal = ""

    def check_password(self, raw_password: str | None) -> bool:
        """Whether it is the account's password. Where the hash is not its own nothing fits it, after as much work as for a login name that
        is nobody's: what stands in the row is not computed with, it may ask for a gigabyte."""
        if self.password_is_own():
            return check_password(raw_password, self.password, self._renew_hash)
        make_password(raw_password or "-")
        self.note_forged("password")
        return False

    async def acheck_password(self, raw_password: str | None) -> bool:
        return await sync_to_async(self.check_password)(raw_password)

    def _renew_hash(self, raw_password: str) -> None:
        """The password was right and its hash is of an older kind. One that was set a moment ago stays."""
        with transaction.atomic():
            same = type(self)._default_manager.select_for_update(no_key=True).filter(pk=self.pk, password=self.password)
            if not list(same.values_list("pk")):
                return
            self.set_password(raw_password)
            self._password = None  # no change of the password
            self.save(update_fields=["password"])

    def password_is_own(self) -> bool:
        """Whether the hash is the one the program wrote for this account."""
        return _opened(self, "password_seal") == self.password

    def mailbox_is_own(self) -> bool:
        """Whether the mailbox is the one the program wrote for this account; so is none."""
        return _opened(self, "email_seal") == self.email

    def owns_mailbox(self, email: str) -> bool:
        """Whether ``email`` is the account's mailbox, and its own; one that is not is an event of the security log."""
        if not self.mailbox_is_own():
            self.note_forged("mailbox")
            return False
        return bool(email) and email.lower() == self.email.lower()

    def expects_mailbox(self, email: str) -> bool:
        """Whether ``email`` is the new mailbox its owner asked for, signed in."""
        return bool(email) and _opened(self, "new_email_seal") == email.lower()

    def note_forged(self, what: str) -> None:
        """Tell the auditor that a ``password`` or a ``mailbox`` was refused."""
        securitylog.note(event="credential.forged", result="refused", subject=f"user:{self.pk}", kind=what)


def _opened(account: Bound, seal: str) -> str | None:
    """What the program wrote; None where the seal does not open here."""
    try:
        return str(getattr(account, seal))
    except SealBroken:
        return None
