"""The secrets of second factors lie sealed in the sign-in library's own table: how a new key reaches them. Loaded on start-up."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from django.apps import apps
from django.db import transaction

from zhicheng.foundation import resealing

PURPOSE, PLACE = "second-factor", "mfa_authenticator.data"


def place_of(user_id: int) -> str:
    """Where the secrets of an account lie: a value opens for its own account only, whichever row it is moved to."""
    return f"{PLACE}.{user_id}"


def _authenticators() -> Any:
    return apps.get_model("mfa", "Authenticator").objects


def _sealed_texts() -> Iterator[tuple[str, str, str]]:
    for user_id, data in _authenticators().values_list("user_id", "data").iterator():
        yield from ((sealed, place_of(user_id), f"user:{user_id}") for sealed in _sealed_in(data).values())


def _renew(fresh: Callable[[str, str], str]) -> int:
    changed = 0
    for pk in list(_authenticators().values_list("pk", flat=True)):
        with transaction.atomic():
            row = _authenticators().select_for_update(no_key=True).filter(pk=pk).first()
            if row is None:
                continue
            renewed = {name: fresh(sealed, place_of(row.user_id)) for name, sealed in _sealed_in(row.data).items()}
            if renewed.items() <= row.data.items():
                continue
            row.data = {**row.data, **renewed}
            row.save(update_fields=["data"])
            changed += 1
    return changed


def _sealed_in(data: dict[str, Any]) -> dict[str, str]:
    """What the library has sealed of one authenticator: the app's secret, the seed of the recovery codes."""
    return {name: data[name] for name in ("secret", "seed") if name in data}


resealing.also(resealing.Elsewhere(name=PLACE, read=_sealed_texts, renew=_renew, purpose=PURPOSE))
