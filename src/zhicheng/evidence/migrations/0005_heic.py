from django.db import migrations, models

TYPES = ["application/pdf", "image/jpeg", "image/png", "image/heic"]


class Migration(migrations.Migration):
    dependencies = [
        ("evidence", "0004_refusals_in_every_language"),
    ]

    operations = [
        migrations.RemoveConstraint(model_name="evidencefile", name="evidence_file_known_type"),
        migrations.AlterField(
            model_name="evidencefile",
            name="media_type",
            field=models.CharField(
                choices=[
                    ("application/pdf", "PDF 文件"),
                    ("image/jpeg", "JPG 图片"),
                    ("image/png", "PNG 图片"),
                    ("image/heic", "HEIC 照片"),
                ],
                max_length=40,
                verbose_name="类型",
            ),
        ),
        migrations.AddConstraint(
            model_name="evidencefile",
            constraint=models.CheckConstraint(condition=models.Q(media_type__in=TYPES), name="evidence_file_known_type"),
        ),
    ]
