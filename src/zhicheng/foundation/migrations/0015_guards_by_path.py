"""Changes no table: after every migration the guards are put on anew (``apps.py``), now with a search path of their own."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("foundation", "0014_rounds_by_machine")]

    operations: list[object] = []
