"""The digits of the prefecture on the application's own row, told by its campaign (``regions.prefecture_digits``)."""

from django.db import migrations, models

FILL = """
UPDATE applications_application SET prefecture =
    (SELECT substr(c.region_code, 1, 4) FROM campaigns_campaign c WHERE c.id = applications_application.campaign_id)
"""


class Migration(migrations.Migration):
    dependencies = [("applications", "0013_withdrawn_corrections"), ("campaigns", "0002_calendars")]
    operations = [
        migrations.AddField(
            model_name="application",
            name="prefecture",
            field=models.CharField(db_default="", default="", max_length=4),
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
    ]
