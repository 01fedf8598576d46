"""Which hourly round first came upon a registration that nobody confirms: unknown of all, so the next one is the first."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0012_overdue_seen")]

    operations = [migrations.AddField("user", "first_round", models.IntegerField(blank=True, null=True))]
