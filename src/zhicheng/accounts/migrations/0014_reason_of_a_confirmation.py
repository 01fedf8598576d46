"""Why the prefecture took a number from the account that held it: empty for every confirmation of before."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0013_first_round")]

    operations = [
        migrations.AddField(
            "identityconfirmation", "reason", models.CharField(blank=True, db_default="", default="", max_length=500)
        )
    ]
