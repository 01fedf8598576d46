"""One head of the ledger a day and key: a row put ahead by somebody without the key keeps no day from the instance's own."""

from typing import Any

from django.db import migrations, models


class MayStayTwice(migrations.AlterField):
    """Going back, a day that has two heads keeps them: the version before reads what there is, and signs none where one is."""

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        rows = from_state.apps.get_model(app_label, self.model_name).objects.using(schema_editor.connection.alias)
        if not rows.values("day").annotate(n=models.Count("pk")).filter(n__gt=1).exists():
            super().database_backwards(app_label, schema_editor, from_state, to_state)


class Migration(migrations.Migration):
    dependencies = [("foundation", "0011_rounds")]

    operations = [
        migrations.AddConstraint(
            "ledgercheckpoint",
            models.UniqueConstraint(fields=["day", "key_id"], name="one_head_for_one_day_and_key"),
        ),
        MayStayTwice("ledgercheckpoint", "day", models.DateField()),
    ]
