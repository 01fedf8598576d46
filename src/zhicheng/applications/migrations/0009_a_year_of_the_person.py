"""A year is one for the person, whatever campaigns it has: of what somebody has sent in one year and prefecture, one is under way (S-19, G-09).

The version before let one be under way in each campaign. Where somebody has two, the update refuses in words before its first step:
which of them goes on is for people to say, and the version before has the buttons for it.
"""

from django.conf import settings
from django.core.management.base import CommandError
from django.db import migrations, models
from django.db.models import Count
from django.utils.translation import gettext as _

OVER = ("stopped", "rejected_fraud", "barred", "discarded")
BEFORE_THE_UNIT = ("draft", "unit_review", "returned")


def refuse_two_of_a_year(apps, schema_editor):
    """Raise ``CommandError`` with the numbers of what the constraints below would not let be, year by year."""
    live = apps.get_model("applications", "Application").objects.using(schema_editor.connection.alias).exclude(state__in=OVER)
    sent, passed = live.filter(current_submission__isnull=False), live.exclude(state__in=BEFORE_THE_UNIT)
    found = set()
    for rows, whose in ((sent, "applicant_id"), (passed, "person_index")):
        same = ("prefecture_office_id", "year", whose)
        for one in rows.order_by().values(*same).annotate(n=Count("pk")).filter(n__gt=1):
            numbers = rows.filter(**{name: one[name] for name in same}).order_by("number").values_list("number", flat=True)
            found.add((one["year"], "、".join(numbers)))
    if found:
        lines = [_("%(year)d 年度：%(numbers)s") % {"year": year, "numbers": numbers} for year, numbers in sorted(found)]
        raise CommandError(
            _(
                "没有更新：同一个人同一年度、同一地州只能有一份已上报的申请书，下列申请书各属同一个人：\n%(list)s\n"
                "数据库没有改动。请装回原来的版本，每组只留一份，其余由办理部门退回、由申报人作废，再更新"
                "（docs/operations.md，An update）。"
            )
            % {"list": "\n".join(lines)}
        )


class Migration(migrations.Migration):
    look_first = staticmethod(refuse_two_of_a_year)

    dependencies = [
        ('applications', '0008_passed_before'),
        ('campaigns', '0001_initial'),
        ('organizations', '0007_industry_desk'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunPython(refuse_two_of_a_year, migrations.RunPython.noop),
        migrations.RemoveConstraint(
            model_name='application',
            name='one_live_application_per_account_and_campaign',
        ),
        migrations.RemoveConstraint(
            model_name='application',
            name='one_passed_application_per_person_and_campaign',
        ),
        migrations.AddField(
            model_name='personyear',
            name='counted_in',
            field=models.CharField(choices=[('campaign', 'Campaign'), ('year', 'Year')], db_default='campaign', default='campaign', max_length=8),
        ),
        migrations.AddIndex(
            model_name='personyear',
            index=models.Index(fields=['person_index'], name='years_of_human'),
        ),
        migrations.AddConstraint(
            model_name='application',
            constraint=models.UniqueConstraint(condition=models.Q(('state__in', ['stopped', 'rejected_fraud', 'barred', 'discarded']), _negated=True), fields=('campaign', 'applicant', 'series', 'specialty', 'title'), name='one_live_application_per_account_and_choice'),
        ),
        migrations.AddConstraint(
            model_name='application',
            constraint=models.UniqueConstraint(condition=models.Q(('current_submission__isnull', False), models.Q(('state__in', ['stopped', 'rejected_fraud', 'barred', 'discarded']), _negated=True)), fields=('prefecture_office', 'year', 'applicant'), name='one_sent_application_per_account_and_year'),
        ),
        migrations.AddConstraint(
            model_name='application',
            constraint=models.UniqueConstraint(condition=models.Q(('state__in', ['stopped', 'rejected_fraud', 'barred', 'discarded', 'draft', 'unit_review', 'returned']), _negated=True), fields=('prefecture_office', 'year', 'person_index'), name='one_passed_application_per_person_and_year'),
        ),
    ]
