"""Of how many stored files the bytes had been read when every invariant was looked at."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("foundation", "0015_guards_by_path")]

    operations = [migrations.AddField("systemverification", "files", models.JSONField(null=True))]
