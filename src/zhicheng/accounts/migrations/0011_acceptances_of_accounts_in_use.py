"""What a registration nobody confirmed accepted goes with it: the guard that refused this always makes room for one that asks.

The new one is put on after the migrations (``foundation.triggers``).
"""

from typing import Any

from django.db import migrations

TABLE, OLD = "accounts_noticeacceptance", "accounts_noticeacceptance_no_delete"


def take_off(apps: Any, schema_editor: Any) -> None:
    on = f" ON {TABLE}" if schema_editor.connection.vendor == "postgresql" else ""
    schema_editor.execute(f"DROP TRIGGER IF EXISTS {OLD}{on}")


class Migration(migrations.Migration):
    dependencies = [("accounts", "0010_duties_apart")]

    operations = [migrations.RunPython(take_off, migrations.RunPython.noop, elidable=True)]
