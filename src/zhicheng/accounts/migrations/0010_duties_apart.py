"""Every account at work has an identity number, and nobody has two that are kept apart.

Where an older database is otherwise, the accounts are marked and go on working: ``zhicheng check`` and ``zhicheng verify`` name them.
"""

from typing import Any

from django.db import migrations, models

SYSTEM = ("operator", "security", "auditor")
AT_WORK = (*SYSTEM, "officer")


def mark(apps: Any, schema_editor: Any) -> None:
    users = apps.get_model("accounts", "User").objects
    at_work = users.filter(kind__in=AT_WORK)
    at_work.filter(id_number_index="").update(predates_duties=True)
    running_or_unit = users.filter(models.Q(kind__in=SYSTEM) | models.Q(kind="unit", number_held_at__isnull=False))
    for kept_apart in (at_work, running_or_unit):
        seen: set[str] = set()
        rows = kept_apart.exclude(id_number_index="").filter(predates_duties=False).order_by("pk")
        for user in list(rows.only("pk", "id_number_index")):
            if user.id_number_index in seen:
                users.filter(pk=user.pk).update(predates_duties=True)
            seen.add(user.id_number_index)


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0009_factors_of_their_account'),
    ]

    operations = [
        migrations.AddField(
            model_name='user',
            name='predates_duties',
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.RunPython(mark, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name='user',
            constraint=models.UniqueConstraint(condition=models.Q(('kind__in', ['operator', 'security', 'auditor', 'officer']), models.Q(('id_number_index', ''), _negated=True), ('predates_duties', False)), fields=('id_number_index',), name='one_account_at_work_for_one_identity_number'),
        ),
        migrations.AddConstraint(
            model_name='user',
            constraint=models.UniqueConstraint(condition=models.Q(models.Q(('kind__in', ['operator', 'security', 'auditor']), models.Q(('kind', 'unit'), ('number_held_at__isnull', False)), _connector='OR'), models.Q(('id_number_index', ''), _negated=True), ('predates_duties', False)), fields=('id_number_index',), name='nobody_runs_the_system_and_keeps_a_unit'),
        ),
        migrations.AddConstraint(
            model_name='user',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('kind__in', ['operator', 'security', 'auditor', 'officer']), _negated=True), models.Q(('id_number_index', ''), _negated=True), ('predates_duties', True), _connector='OR'), name='account_at_work_has_identity_number'),
        ),
    ]
