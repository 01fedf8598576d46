"""The link that confirms a mailbox, opened a second time: it says that the mailbox is confirmed, which is what the person asks."""

from __future__ import annotations

from typing import Any

from allauth.account.models import EmailConfirmationHMAC
from allauth.account.views import ConfirmEmailView
from django.http import Http404, HttpRequest, HttpResponse

from zhicheng.accounts.confirmation_keys import address_of


class ConfirmMailbox(ConfirmEmailView):
    """The library's page; a link whose mailbox is confirmed already is not called invalid, neither looked at nor sent."""

    def get_object(self, queryset: Any = None) -> EmailConfirmationHMAC:
        address = address_of(self.kwargs["key"])
        if address is None or address.verified:
            raise Http404
        return EmailConfirmationHMAC(address)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """``changed``: the mailbox is to take the place of one that is confirmed; nobody registers."""
        context: dict[str, Any] = super().get_context_data(**kwargs)
        changed = self.object is not None and not self.object.email_address.primary
        return context | {
            "already": self.object is None and is_confirmed(self.kwargs["key"]),
            "changed": changed,
            "key": self.kwargs["key"],
        }

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return super().post(request, *args, **kwargs)
        except Http404:
            if not is_confirmed(self.kwargs["key"]):
                raise
            self.object = None
            return self.render_to_response(self.get_context_data())


def is_confirmed(key: str) -> bool:
    """Whether ``key`` is a link of ours to a mailbox that is confirmed; only who has the mail can ask."""
    address = address_of(key)
    return address is not None and bool(address.verified)
