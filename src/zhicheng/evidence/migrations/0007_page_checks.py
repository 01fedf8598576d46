import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('evidence', '0006_resumable_upload'),
    ]

    operations = [
        migrations.AddField(
            model_name='evidencefile',
            name='checking',
            field=models.BooleanField(db_default=False, default=False, verbose_name='正在检查清晰度'),
        ),
        migrations.CreateModel(
            name='PageCheck',
            fields=[
                ('file', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='page_check', serialize=False, to='evidence.evidencefile')),
                ('lane', models.CharField(choices=[('people', '已登录的用户'), ('visitors', '未登录的访问者')], max_length=10)),
                ('next_page', models.PositiveIntegerField(default=1)),
                ('found', models.JSONField(blank=True, default=list)),
                ('attempts', models.PositiveSmallIntegerField(default=0)),
                ('claim', models.CharField(blank=True, max_length=32)),
                ('due_at', models.DateTimeField()),
            ],
            options={
                'verbose_name': '清晰度检查',
                'verbose_name_plural': '清晰度检查',
                'indexes': [models.Index(fields=['lane', 'due_at'], name='evidence_check_due')],
            },
        ),
    ]
