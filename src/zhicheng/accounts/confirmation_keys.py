"""The key in a mailed link that confirms a mailbox. It lives a day by the machine's clock, and a day by the one clock: in a rehearsal a
link runs out when its day does."""

from __future__ import annotations

from allauth.account import app_settings
from allauth.account.models import EmailAddress
from django.conf import settings
from django.core import signing
from django.urls import reverse

from zhicheng.accounts.rules import LINK_LIVES
from zhicheng.foundation import clock


def make_key(address: EmailAddress) -> str:
    """A signed key for ``address``, made now."""
    return signing.dumps([address.pk, int(clock.now().timestamp())], salt=app_settings.SALT)


def link_to(address: EmailAddress) -> str:
    """The address, at the site's own, that confirms ``address`` when it is opened and the button there is pressed."""
    return str(settings.SITE_ADDRESS) + reverse("account_confirm_email", args=[make_key(address)])


def address_of(key: str) -> EmailAddress | None:
    """The mailbox, confirmed or not, that a key of the last day is for; ``None`` for any other key."""
    try:
        told = signing.loads(key, max_age=LINK_LIVES, salt=app_settings.SALT)
    except signing.BadSignature:
        return None
    pk, at = told if isinstance(told, list) else (told, None)  # a number alone: made before the moment stood beside it
    if at is not None and clock.now().timestamp() - at > LINK_LIVES.total_seconds():
        return None
    return EmailAddress.objects.filter(pk=pk).select_related("user").first()
