"""A number the original counts up, so that a copy laid exactly where it lay is known as one."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("foundation", "0012_heads_by_key")]

    operations = [
        migrations.AddField("originalplace", "pulse", models.BigIntegerField(db_default=0, default=0)),
        migrations.AddField("originalplace", "pulse_name", models.CharField(blank=True, db_default="", default="", max_length=32)),
    ]
