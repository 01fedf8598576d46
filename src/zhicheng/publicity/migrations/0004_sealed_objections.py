"""What objections say and who said it lie sealed; somebody may ask that the county alone reads who it was (S-70)."""

from django.db import migrations, models
from django.db.models import Q

from zhicheng.foundation.fields import FIELD, EncryptedTextField, RowNumber
from zhicheng.foundation.sealing import seal, unseal

TABLE = "publicity_objection"
COLUMNS = ("from_name", "from_contact", "content")


def change_each(schema_editor, change):
    """Every value that is there, by ``change(value, place)``."""
    with schema_editor.connection.cursor() as cursor:
        for column in COLUMNS:
            cursor.execute(f"SELECT id, {column} FROM {TABLE} WHERE {column} <> '' ORDER BY id")  # noqa: S608 - names of ours
            for key, text in cursor.fetchall():
                changed = change(text, f"{TABLE}.{column}.{key}")
                cursor.execute(f"UPDATE {TABLE} SET {column} = %s WHERE id = %s", [changed, key])  # noqa: S608


def seal_each(apps, schema_editor):
    change_each(schema_editor, lambda text, place: seal(text, purpose=FIELD, place=place))


def open_each(apps, schema_editor):
    change_each(schema_editor, lambda text, place: unseal(text, purpose=FIELD, place=place))


class Migration(migrations.Migration):
    dependencies = [("publicity", "0003_words")]

    operations = [
        # The column stays as it is (bigint, filled from the same sequence): only Django's class for it changes.
        migrations.SeparateDatabaseAndState(
            state_operations=[migrations.AlterField("objection", "id", RowNumber(primary_key=True, serialize=False))]
        ),
        migrations.AlterField("objection", "from_name", EncryptedTextField(blank=True, verbose_name="反映人")),
        migrations.AlterField("objection", "from_contact", EncryptedTextField(blank=True, verbose_name="联系方式")),
        migrations.AlterField("objection", "content", EncryptedTextField(verbose_name="反映内容")),
        migrations.AddField(
            "objection",
            "county_only",
            models.BooleanField(db_default=False, default=False, verbose_name="只让县（市）看到姓名和联系方式"),
        ),
        migrations.RunPython(seal_each, open_each),
        migrations.AddIndex(
            "objection", models.Index(fields=["-id"], condition=Q(county_only=True), name="objection_for_county")
        ),
    ]
