"""One head of the ledger a day and key: a row put ahead by somebody without the key keeps no day from the instance's own."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("foundation", "0011_rounds")]

    operations = [
        migrations.AddConstraint(
            "ledgercheckpoint",
            models.UniqueConstraint(fields=["day", "key_id"], name="one_head_for_one_day_and_key"),
        ),
        migrations.AlterField("ledgercheckpoint", "day", models.DateField()),
    ]
