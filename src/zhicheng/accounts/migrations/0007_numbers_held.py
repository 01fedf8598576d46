"""Until now one account of a kind alone could be opened with a number: each of them holds the one it has."""

from typing import Any

from django.db import migrations
from django.db.models import F

from zhicheng.accounts.frozen import CONFIRMATIONS
from zhicheng.foundation import triggers


def hold(apps: Any, schema_editor: Any) -> None:
    users = apps.get_model("accounts", "User").objects.exclude(id_number_index="")
    users.filter(number_held_at__isnull=True).update(number_held_at=F("created_at"))


def put_on(apps: Any, schema_editor: Any) -> None:
    triggers.put_on(schema_editor.connection, CONFIRMATIONS)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0006_claims")]

    operations = [migrations.RunPython(hold, migrations.RunPython.noop), migrations.RunPython(put_on, migrations.RunPython.noop)]
