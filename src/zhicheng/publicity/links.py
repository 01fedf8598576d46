"""The link on the posted paper: it opens list and notice for whoever stands before the wall, without an account (S-38, S-70).

Its key is made from the period's number with the instance's secret (HMAC-SHA-256, 128 bits) and lies in no column: who reads the
database cannot open a notice with it. A secret of before (``ZHICHENG_SECRET_KEY_FALLBACKS``) goes on opening what is posted. It opens
as long as the period runs (``queries.running_periods``); afterwards, while the paper hangs, it says so and where to turn.
"""

from __future__ import annotations

import base64
from datetime import date

from django.conf import settings
from django.utils.crypto import constant_time_compare, salted_hmac

from zhicheng.documents.scanning import address_in_code
from zhicheng.publicity.models import PublicityPeriod
from zhicheng.publicity.queries import running_periods

# Laid by the top floor; short and in capitals for the code's sake (``documents/scanning.py``).
LINK_PATH = "/G/"
_SALT = "zhicheng.publicity.link"
_BYTES = 16


def key_of(period_id: int) -> str:
    """The key of a period's link: 26 capitals and digits."""
    return _key_with(settings.SECRET_KEY, period_id)


def address_of(period_id: int) -> str:
    """``HTTPS://ZC.EXAMPLE.CN/G/12/7KQ2…``: the address in the code on the posted paper."""
    return address_in_code(f"{LINK_PATH}{period_id}/{key_of(period_id)}")


def period_of_link(period_id: int, key: str, today: date) -> PublicityPeriod | None:
    """The running period that the link opens; ``None`` for a wrong key, and for one that is over, cancelled or not there."""
    period = running_periods(today).filter(pk=period_id).first()
    return period if _fits(period_id, key) else None


def period_of_sheet(period_id: int, key: str) -> PublicityPeriod | None:
    """The period that the posted paper with this link is of, also when it is shown no more; ``None`` for a wrong key."""
    period = PublicityPeriod.objects.filter(pk=period_id).first()
    return period if _fits(period_id, key) else None


def _fits(period_id: int, key: str) -> bool:
    known = (_key_with(secret, period_id) for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS))
    return any(constant_time_compare(one, key.upper()) for one in known)


def _key_with(secret: str, period_id: int) -> str:
    signed = salted_hmac(_SALT, str(period_id), secret=secret, algorithm="sha256").digest()
    return base64.b32encode(signed[:_BYTES]).decode().rstrip("=")
