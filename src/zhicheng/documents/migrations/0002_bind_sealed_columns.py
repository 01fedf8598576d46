"""Sealed columns are bound to their row: the key is known before the row is written, and what lies there is sealed anew."""

from django.db import migrations

from zhicheng.foundation.fields import RowNumber
from zhicheng.foundation.resealing import Column, in_migration


class Migration(migrations.Migration):
    dependencies = [("documents", "0001_initial")]

    operations = [
        # The columns stay as they are (bigint, filled from the same sequence): only Django's class for them changes.
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.AlterField("paper", "id", RowNumber(primary_key=True, serialize=False)),
            ]
        ),
        in_migration(
            Column("documents_paper", "id", "data"),
        ),
    ]
