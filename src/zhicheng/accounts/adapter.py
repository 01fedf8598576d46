"""How sign-in differs from the library's default: accounts are made by ``organizations.actions`` alone, brakes are our own."""

from __future__ import annotations

from contextlib import suppress
from html import unescape
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from allauth.account import app_settings
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.authentication import get_authentication_records
from allauth.account.models import EmailAddress
from allauth.core import context
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.template import TemplateDoesNotExist
from django.template.loader import render_to_string

from zhicheng.accounts import actions, brakes, confirmation_keys, devices, mails, notices, queries, second_factor
from zhicheng.accounts.models import User
from zhicheng.accounts.new_mailbox import lock_mailbox, may_be_confirmed
from zhicheng.accounts.rules import works_for_an_office
from zhicheng.foundation import clock, securitylog

# In the session from the password to the end of sign-in: somebody said that others use this computer, too.
PUBLIC_COMPUTER = "public_computer"
# The mails a stranger can have sent to any mailbox, by the beginning of their template. Any other is a notice of safety.
ASKED_FOR = {
    "account/email/password_reset_key": "recovery",
    "account/email/unknown_account": "recovery",
    "account/email/email_confirmation": "confirm",
    "account/email/account_already_exists": "taken",
}
RECOVERY_CODES_MADE = "mfa/messages/recovery_codes_generated.txt"


class AccountAdapter(DefaultAccountAdapter):
    """No sign-up through the library: registration has its own pages, with 注册须知 first (S-10, S-18)."""

    _try: brakes.SignInTry | None = None
    _added = ""

    def is_open_for_signup(self, request: Any) -> bool:
        return False

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """A mail that somebody unknown asked for has a brake per recipient; the page answers the same.

        Every link in it begins with the site's own address, whatever host the request named.
        """
        kind = next((kind for start, kind in ASKED_FOR.items() if template_prefix.startswith(start)), "")
        owner = context.get("user")
        account = f"user:{owner.pk}" if owner is not None and owner.pk else ""
        if kind and not brakes.may_mail(kind=kind, mailbox=email, account=account):
            return
        self._added = ""
        if not kind:
            turn = brakes.notice_turn(kind="safety", about=template_prefix, mailbox=email, whose=account)
            if not turn.goes:
                return
            self._added = notices.added(turn)
        super().send_mail(template_prefix, email, {name: _at_the_site(value) for name, value in context.items()})

    def render_mail(self, *args: Any, **kwargs: Any) -> Any:
        """What the brake adds stands at its end."""
        message = super().render_mail(*args, **kwargs)
        message.body += self._added
        return message

    def send_confirmation_mail(self, request: Any, emailconfirmation: Any, signup: bool) -> None:
        """One wording whether the mail is sent at registration or again at sign-in; a changed mailbox has the library's.

        No link goes to the mailbox that the employer's people share: its mail says why, the page shows the same as for any other.
        """
        address: EmailAddress = emailconfirmation.email_address
        if not address.primary and not User.objects.get(pk=address.user_id).expects_mailbox(address.email):
            return  # its owner never asked for it
        if address.primary:
            # Signing in asks for it again; straight after registering the first one is still on its way.
            if not queries.was_asked_to_confirm(address.user, mailbox=address.email):
                actions.send_confirmation(user=address.user)
        elif unit := queries.unit_sharing(address.user, mailbox=address.email):
            mails.tell_shared_mailbox(user=address.user, mailbox=address.email, unit=unit)
        else:
            super().send_confirmation_mail(request, emailconfirmation, signup)

    def get_email_confirmation_url(self, request: Any, emailconfirmation: Any) -> str:
        """With a key of ours (``confirmation_keys``)."""
        return confirmation_keys.link_to(emailconfirmation.email_address)

    def add_message(
        self,
        request: Any,
        level: int,
        message_template: str | None = None,
        message_context: dict[str, Any] | None = None,
        extra_tags: str = "",
        message: str | None = None,
    ) -> None:
        """What the library says at the top of a page. It would say nothing by itself: it looks for Django's app of messages under another name
        than ours has (``web.apps.PageMessagesConfig``). The first recovery codes take no others' place: their page says what they are.
        """
        match = request.resolver_match
        if message_template == RECOVERY_CODES_MADE and match is not None and match.view_name == "mfa_activate_totp":
            return
        if message is None and message_template is not None:
            with suppress(TemplateDoesNotExist):  # for what nothing is said
                message = unescape(render_to_string(message_template, message_context or {}, request)).strip()
        if message:
            messages.add_message(request, level, message, extra_tags=extra_tags)

    def pre_authenticate(self, request: Any, **credentials: Any) -> None:
        """The brake on sign-in; a try it does not let through is an event of its own."""
        account = queries.account_tried(credentials)
        device = None
        if account:
            device = devices.known_device(user_id=int(account.removeprefix("user:")), cookies=request.COOKIES)
        typed = str(credentials.get("username") or credentials.get("email") or "")
        # Marked as typed: whoever types “user:12” names no account by it.
        self._try = brakes.SignInTry(
            account=account or f"typed:{typed}",
            address=self.get_client_ip(request),
            device=device.token_hash if device else "",
        )
        if not self._try.may_go_on():
            securitylog.note(event="signin.limited", result="refused", subject=account)
            words = self.error_messages["too_many_login_attempts"]
            raise ValidationError(words, code="too_many_login_attempts", params={"seconds": self._try.seconds_left()})

    def _rollback_login_failed_rl_usage(self) -> None:
        """The library calls this when the password was right."""
        if self._try is not None:
            self._try.was_right()

    def _delete_login_attempts_cached_email(self, request: Any, **credentials: Any) -> None:
        """After a password was set through a mail the library forgets its own counts; ours take care of themselves."""

    def post_login(self, request: Any, user: Any, **kwargs: Any) -> Any:
        """Everything asked for was right: know this device from now on, or not; tell staff of one that was not known."""
        response = super().post_login(request, user, **kwargs)
        browser = self.get_http_user_agent(request)
        name = devices.cookie_of(user.pk)
        known = devices.known_device(user_id=user.pk, cookies=request.COOKIES) is not None
        if request.session.pop(PUBLIC_COMPUTER, False):
            devices.forget_device(user_id=user.pk, cookies=request.COOKIES)
            if name in request.COOKIES:
                response.delete_cookie(name, path="/", samesite="Lax")
        else:
            token = devices.remember_device(user_id=user.pk, cookies=request.COOKIES, browser=browser)
            devices.set_cookie(response, user_id=user.pk, token=token)
        if not known and works_for_an_office(user.kind):
            mails.tell_of_new_device(user=user, address=self.get_client_ip(request), browser=browser)
        return response

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Whoever has just signed in is not asked a second time: the library counts only what was typed after that."""
        return super().is_reauthentication_required(app=app, **kwargs) and not _has_just_signed_in(context.request)

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, Any]]:
        """Who has a second factor proves to be himself with it: a stolen session and a known password are not enough."""
        methods: list[dict[str, Any]] = super().get_reauthentication_methods(user)
        by_code = [method for method in methods if method["id"] == "mfa_reauthenticate"]
        return by_code or methods

    def respond_user_inactive(self, request: Any, user: Any) -> Any:
        """The right password of a closed account: the page says whom to ask."""
        securitylog.note(event="signin.inactive", result="refused", subject=f"user:{user.pk}")
        return super().respond_user_inactive(request, user)

    def confirm_email(self, request: Any, email_address: EmailAddress) -> bool:
        """Together with its entry in the ledger; not a mailbox that has been replaced since the link was opened."""
        user_id = email_address.user_id
        with transaction.atomic():
            if email_address.pk and not lock_mailbox(user_id=user_id, address_id=email_address.pk):
                return False
            if not may_be_confirmed(email_address):
                return False
            first = not queries.mailbox_confirmed(email_address.user)
            confirmed: bool = super().confirm_email(request, email_address)
            if confirmed:
                actions.record_mailbox_confirmed(user_id=user_id, actor=f"user:{user_id}", first=first)
        return confirmed


def _has_just_signed_in(request: Any) -> bool:
    """Whether everything this account is asked for at sign-in was given in this session within ``REAUTHENTICATION_TIMEOUT`` seconds, by
    the machine's time: the code of the second factor where there is one, else the password. A link from a mail is neither."""
    wanted = "mfa" if second_factor.those_of(request.user.pk) else "password"
    given = [record["at"] for record in get_authentication_records(request, request.user) if record.get("method") == wanted]
    return bool(given) and 0 <= clock.machine_now().timestamp() - given[-1] < app_settings.REAUTHENTICATION_TIMEOUT


def _at_the_site(value: Any) -> Any:
    if not isinstance(value, str) or not value.startswith(("http://", "https://")):
        return value
    parts = urlsplit(value)
    return settings.SITE_ADDRESS.rstrip("/") + urlunsplit(("", "", parts.path, parts.query, parts.fragment))
