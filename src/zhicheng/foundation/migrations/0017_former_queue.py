"""The tables of the former queue (django-q2) go, and the pickles in them: decision 9. Nothing reads them since the outbox is the queue.

They are there only where an instance was updated from a version that had that queue; a new one never had them. There is nothing to take back:
the version before this one does not read them either.
"""

from django.db import migrations

TABLES = ("django_q_ormq", "django_q_schedule", "django_q_task")


class Migration(migrations.Migration):
    dependencies = [("foundation", "0016_files_read")]

    operations = [migrations.RunSQL([f"DROP TABLE IF EXISTS {name}" for name in TABLES], migrations.RunSQL.noop)]
