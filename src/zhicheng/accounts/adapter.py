"""How sign-in differs from the library's default: accounts are made by ``organizations.actions`` alone."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import EmailAddress
from django.core.exceptions import ValidationError

from zhicheng.accounts import actions
from zhicheng.accounts.queries import account_tried
from zhicheng.foundation import securitylog


class AccountAdapter(DefaultAccountAdapter):
    """No sign-up through the library: registration has its own pages, with 注册须知 first (S-10, S-18)."""

    def is_open_for_signup(self, request: Any) -> bool:
        return False

    def send_confirmation_mail(self, request: Any, emailconfirmation: Any, signup: bool) -> None:
        """One wording whether the mail is sent at registration or again at sign-in; a changed mailbox has the library's."""
        address: EmailAddress = emailconfirmation.email_address
        if address.primary:
            actions.send_confirmation(user=address.user)
        else:
            super().send_confirmation_mail(request, emailconfirmation, signup)

    def pre_authenticate(self, request: Any, **credentials: Any) -> None:
        """The brake on sign-in; a try it does not let through is an event of its own."""
        try:
            super().pre_authenticate(request, **credentials)
        except ValidationError:
            securitylog.note(event="signin.limited", result="refused", subject=account_tried(credentials))
            raise

    def respond_user_inactive(self, request: Any, user: Any) -> Any:
        """The right password of a closed account: the page says whom to ask."""
        securitylog.note(event="signin.inactive", result="refused", subject=f"user:{user.pk}")
        return super().respond_user_inactive(request, user)

    def confirm_email(self, request: Any, email_address: EmailAddress) -> bool:
        confirmed: bool = super().confirm_email(request, email_address)
        if confirmed:
            actions.record_mailbox_confirmed(user_id=email_address.user_id, actor=f"user:{email_address.user_id}")
        return confirmed
