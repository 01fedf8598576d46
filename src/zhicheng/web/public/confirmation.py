"""The link that confirms a mailbox. Opened a second time it says that the mailbox is confirmed, which is what the person asks.

Who confirms it in the browser that registered a moment ago is signed in: that browser sent the password, and the mail came to its owner.
Anywhere else the link signs nobody in.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from allauth.account.internal.flows.login import perform_login
from allauth.account.models import EmailConfirmationHMAC, Login
from allauth.account.views import ConfirmEmailView
from django.http import Http404, HttpRequest, HttpResponse

from zhicheng.accounts.adapter import PUBLIC_COMPUTER
from zhicheng.accounts.confirmation_keys import address_of
from zhicheng.accounts.models import User
from zhicheng.accounts.rules import LINK_LIVES
from zhicheng.foundation import clock

_REGISTERED = "registered_here"


def remember_registered(request: HttpRequest, user: User | None) -> None:
    """This browser registered ``user`` just now; of a registration that opened no account (``None``) the same is written, for nobody."""
    request.session[_REGISTERED] = [user.pk if user is not None else 0, clock.now().isoformat()]


def _registered_here(request: HttpRequest, user_id: int) -> bool:
    """Whether this browser, in which nobody is signed in, registered the account within the life of the link."""
    who, at = request.session.get(_REGISTERED, (0, ""))
    return not request.user.is_authenticated and who == user_id and clock.now() - datetime.fromisoformat(at) <= LINK_LIVES


class ConfirmMailbox(ConfirmEmailView):
    """The library's page; a link whose mailbox is confirmed already is not called invalid, neither looked at nor sent."""

    def get_object(self, queryset: Any = None) -> EmailConfirmationHMAC:
        address = address_of(self.kwargs["key"])
        if address is None or address.verified:
            raise Http404
        return EmailConfirmationHMAC(address)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """``changed``: the mailbox is to take the place of one that is confirmed; nobody registers. ``signs_in``: in this browser."""
        context: dict[str, Any] = super().get_context_data(**kwargs)
        changed = self.object is not None and not self.object.email_address.primary
        return context | {
            "already": self.object is None and is_confirmed(self.kwargs["key"]),
            "changed": changed,
            "signs_in": self.object is not None and _registered_here(self.request, self.object.email_address.user_id),
            "key": self.kwargs["key"],
        }

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            answer: HttpResponse = super().post(request, *args, **kwargs)
        except Http404:
            if not is_confirmed(self.kwargs["key"]):
                raise
            self.object = None
            return self.render_to_response(self.get_context_data())
        address = address_of(self.kwargs["key"])
        if address is None or not address.verified or not _registered_here(request, address.user_id):
            return answer
        del request.session[_REGISTERED]
        request.session[PUBLIC_COMPUTER] = True  # nobody was asked whether others use it: the device is not remembered
        return perform_login(request, Login(user=address.user, email=address.email))


def is_confirmed(key: str) -> bool:
    """Whether ``key`` is a link of ours to a mailbox that is confirmed; only who has the mail can ask."""
    address = address_of(key)
    return address is not None and bool(address.verified)
