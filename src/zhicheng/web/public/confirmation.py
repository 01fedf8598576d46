"""The link that confirms a mailbox, opened a second time: it says that the mailbox is confirmed, which is what the person asks."""

from __future__ import annotations

from typing import Any

from allauth.account import app_settings
from allauth.account.models import EmailAddress
from allauth.account.views import ConfirmEmailView
from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse


class ConfirmMailbox(ConfirmEmailView):
    """The library's page; a link whose mailbox is confirmed already is not called invalid, neither looked at nor sent."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        return context | {"already": self.object is None and is_confirmed(self.kwargs["key"])}

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
    try:
        pk = signing.loads(key, max_age=60 * 60 * 24 * app_settings.EMAIL_CONFIRMATION_EXPIRE_DAYS, salt=app_settings.SALT)
    except signing.BadSignature:
        return False
    return bool(EmailAddress.objects.filter(pk=pk, verified=True).exists())
