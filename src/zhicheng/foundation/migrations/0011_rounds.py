"""How many rounds of each regular job were made, by the clock that nobody sets: from now on."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("foundation", "0010_algorithms")]

    operations = [
        migrations.AddField("regularrun", "rounds", models.PositiveIntegerField(db_default=0, default=0)),
        migrations.AddField("regularrun", "round_began", models.FloatField(blank=True, null=True)),
    ]
