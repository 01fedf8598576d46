"""Since when the machine's clock finds that a registration nobody confirms shall go: unknown of all, so the next round begins."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0011_acceptances_of_accounts_in_use")]

    operations = [migrations.AddField("user", "overdue_seen_at", models.DateTimeField(blank=True, null=True))]
