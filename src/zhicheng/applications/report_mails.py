"""What a unit is told of what its people report: each at once, or all of a day in one mail (``Organization.report_mails``)."""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta

from django.utils.translation import gettext as _

from zhicheng.accounts.notices import queue_notice
from zhicheng.applications.models import Application, StatusChange
from zhicheng.applications.states import State
from zhicheng.foundation import clock
from zhicheng.foundation.language import platform_language
from zhicheng.foundation.mail import queue_mail
from zhicheng.foundation.transactions import one_transaction
from zhicheng.organizations.models import Organization, ReportMails
from zhicheng.organizations.queries import mailboxes_of

HOUR = 8  # of the morning in Beijing, when the mail of a day goes out
MOST_NAMES = 50  # in one mail; how many more there are is said


def tell_unit(change: StatusChange, *, see: str) -> None:
    """Queue the mail to the unit of one 上报, unless it reads of a day at once. ``see``: where to look."""
    application = change.application
    unit: Organization = application.employer
    if unit.report_mails != ReportMails.AT_ONCE:
        return
    subject = _("{name}已上报申请书，等待本单位审核（{number}）").format(
        name=application.applicant_name, number=application.number
    )
    said = _("本单位申报人{name}于{when}（北京时间）上报了申请书 {number}，等待本单位审核。").format(
        name=application.applicant_name, when=clock.written(change.at), number=application.number
    )
    lines = [_("{name}：").format(name=unit.name), "", said, "", see, "", _how_to_choose()]
    for who, address in mailboxes_of(unit):
        queue_notice(
            kind="report",
            about="reported",
            whose=who,
            of_office=True,
            to=address,
            subject=subject,
            body="\n".join(lines),
            key=f"moved:{change.pk}:unit:{who}",
        )


@platform_language()
def tell_of_a_day(*, see: str) -> int:
    """Queue the mails of what was reported from 8 o'clock yesterday until 8 o'clock today and still waits, to the units that read of a
    day at once; return to how many. Before 8 o'clock nothing is due; told twice, nothing goes out twice."""
    end = clock.now().astimezone(clock.BEIJING).replace(hour=HOUR, minute=0, second=0, microsecond=0)
    if clock.now() < end:
        return 0
    waiting: dict[int, list[Application]] = defaultdict(list)
    rows = Application.objects.filter(
        employer__report_mails=ReportMails.DAILY,
        state=State.UNIT_REVIEW,
        entered_state_at__gte=end - timedelta(days=1),
        entered_state_at__lt=end,
    )
    for row in rows.order_by("employer_id", "entered_state_at", "id").only("employer_id", "applicant_name", "number"):
        waiting[row.employer_id].append(row)
    for unit in Organization.objects.filter(pk__in=waiting):
        _tell_day(unit, waiting[unit.pk], day=f"{end:%Y-%m-%d}", see=see)
    return len(waiting)


@one_transaction
def _tell_day(unit: Organization, rows: list[Application], *, day: str, see: str) -> None:
    count = len(rows)
    lines = [_("{name}：").format(name=unit.name), "", _("过去一天有 {n} 份申请书上报，等待本单位审核：").format(n=count)]
    lines += [f"{row.applicant_name}　{row.number}" for row in rows[:MOST_NAMES]]
    if count > MOST_NAMES:
        lines.append(_("……还有 {n} 份").format(n=count - MOST_NAMES))
    lines += ["", see, "", _how_to_choose()]
    for who, address in mailboxes_of(unit):
        queue_mail(
            to=address,
            subject=_("{n}份申请书等待本单位审核").format(n=count),
            body="\n".join(lines),
            key=f"reports:{day}:{who}",
        )


def _how_to_choose() -> str:
    return _("这样的邮件是马上发，还是每天发一封，可以在“我的信息”里选择。")
