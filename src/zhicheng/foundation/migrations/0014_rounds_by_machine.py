"""What each machine's own clock showed when it last counted a round of a regular job."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("foundation", "0013_original_pulse")]

    operations = [migrations.AddField("regularrun", "round_notes", models.JSONField(blank=True, null=True))]
