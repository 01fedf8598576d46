"""Secrets of second factors are sealed for their account, no longer for the table alone: a row copied to another account opens nothing.

Until the services are restarted with this version, the one before cannot read them: whoever has a factor waits that minute to sign in.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import migrations

from zhicheng.foundation.sealing import seal, unseal

PURPOSE, PLACE = "second-factor", "mfa_authenticator.data"


def _move(apps: Any, place_before: Callable[[int], str], place: Callable[[int], str]) -> None:
    for row in apps.get_model("mfa", "Authenticator").objects.select_for_update(no_key=True):
        for name in ("secret", "seed"):
            if name in row.data:
                plain = unseal(row.data[name], purpose=PURPOSE, place=place_before(row.user_id))
                row.data[name] = seal(plain, purpose=PURPOSE, place=place(row.user_id))
        row.save(update_fields=["data"])


def _of_the_table(user_id: int) -> str:
    return PLACE


def _of_the_account(user_id: int) -> str:
    return f"{PLACE}.{user_id}"


def forth(apps: Any, schema_editor: Any) -> None:
    _move(apps, _of_the_table, _of_the_account)


def back(apps: Any, schema_editor: Any) -> None:
    _move(apps, _of_the_account, _of_the_table)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0008_algorithms"), ("mfa", "0003_authenticator_type_uniq")]
    operations = [migrations.RunPython(forth, back)]
