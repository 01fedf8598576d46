"""What a unit is told of what its people report: each at once, or all of a day in one mail (``Organization.report_mails``).

Of many within an hour the first ones go as they are; the further ones are kept and told in one mail by the next round of the worker.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from zhicheng.accounts.brakes import work_turn
from zhicheng.applications.models import StatusChange, UntoldReport
from zhicheng.applications.states import State
from zhicheng.foundation import clock
from zhicheng.foundation.language import platform_language
from zhicheng.foundation.transactions import lock_rows, one_transaction
from zhicheng.messages.actions import send_message
from zhicheng.organizations.models import Organization, ReportMails
from zhicheng.organizations.readers import readers_of

HOUR = 8  # of the morning in Beijing, when the mail of a day goes out
MOST_NAMES = 50  # in one mail; how many more there are is said


def tell_unit(change: StatusChange, *, path: str) -> None:
    """Queue the mail to the unit of one 上报, or keep it for the mail of the day (:func:`tell_of_a_day`), as the unit has chosen by now;
    and for the next round what is beyond :func:`work_turn`.
    ``path``: where to look. To be called once for each, in the transaction that notes that it was."""
    application = change.application
    unit: Organization = application.employer
    turn = work_turn(kind="report", office_id=unit.pk) if unit.report_mails == ReportMails.AT_ONCE else None
    if turn is None or not turn.goes:
        UntoldReport.objects.get_or_create(change=change, defaults={"unit": unit})
        return
    named = {"name": application.applicant_name, "number": application.number}

    def words() -> tuple[str, str]:
        subject = _("{name}已上报申请书，等待本单位审核（{number}）").format(**named)
        said = _("本单位申报人{name}于{when}（北京时间）上报了申请书 {number}，等待本单位审核。").format(
            when=clock.written(change.at), **named
        )
        lines = [_("{name}：").format(name=unit.name), "", said, "", _how_to_choose()]
        if turn.is_last:
            lines += ["", _("一小时内这样的邮件已有 {n} 封。再有上报的，合并成一封邮件告知，不会遗漏。").format(n=turn.most)]
        return subject, "\n".join(lines)

    send_message(to=readers_of(unit), words=words, key=f"moved:{change.pk}:unit", path=path)


@platform_language()
def tell_of_a_day(*, path: str) -> int:
    """Queue the mails of what was kept until 8 o'clock of today (before 8 o'clock: of yesterday), however long it waits, to the units
    that read of a day at once; and to those that read of each, of all that was kept for them: since before they chose so, or beyond the number of an hour. Return to how many:
    a unit that has decided on everything hears nothing. Told twice, nothing goes out twice."""
    end = clock.now().astimezone(clock.BEIJING).replace(hour=HOUR, minute=0, second=0, microsecond=0)
    if clock.now() < end:
        end -= timedelta(days=1)
    units = Organization.objects.filter(pk__in=_due(end).values("unit")).order_by("id")
    return sum(_tell_day(unit, end, path=path) for unit in units)


def _due(end: datetime) -> QuerySet[UntoldReport]:
    return UntoldReport.objects.filter(Q(change__at__lt=end) | Q(unit__report_mails=ReportMails.AT_ONCE))


@one_transaction
def _tell_day(unit: Organization, end: datetime, *, path: str) -> bool:
    kept = UntoldReport.objects.filter(
        pk__in=lock_rows(UntoldReport.objects.filter(pk__in=_due(end).filter(unit=unit).values("pk")))
    )
    changes = StatusChange.objects.filter(pk__in=kept.values("change")).select_related("application").order_by("at", "id")
    # Of what went back to its applicant and came again, the last time is told.
    waiting = [
        one for one in changes if one.application.state == State.UNIT_REVIEW and one.application.entered_state_at == one.at
    ]
    if waiting:
        _send(unit, waiting, path=path)
    kept.delete()
    return bool(waiting)


def _send(unit: Organization, waiting: list[StatusChange], *, path: str) -> None:
    count = len(waiting)

    def words() -> tuple[str, str]:
        lines = [
            _("{name}：").format(name=unit.name),
            "",
            _("上一封提醒以后有 {n} 份申请书上报，等待本单位审核：").format(n=count),
        ]
        lines += [f"{one.application.applicant_name}　{one.application.number}" for one in waiting[:MOST_NAMES]]
        if count > MOST_NAMES:
            lines.append(_("……还有 {n} 份").format(n=count - MOST_NAMES))
        return _("{n}份申请书等待本单位审核").format(n=count), "\n".join([*lines, "", _how_to_choose()])

    send_message(to=readers_of(unit), words=words, key=f"reports:{waiting[-1].pk}:unit", path=path)


def _how_to_choose() -> str:
    return _("这样的邮件是马上发，还是每天发一封，可以在“我的信息”里选择。")
