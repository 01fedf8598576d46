"""What follows a move, after its commit: mail to the people concerned, and applications a ban closes."""

from __future__ import annotations

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from zhicheng.applications.actions import bar_applications, restore_applications
from zhicheng.applications.lifecycle import BY_NAME, STATES
from zhicheng.applications.models import State, StatusChange
from zhicheng.foundation import clock, outbox
from zhicheng.foundation.mail import queue_mail
from zhicheng.foundation.models import OutboxMessage
from zhicheng.integrity.models import IntegrityRecord

# Moves after which the unit is told as well: what comes back from above is its business too (S-45).
_UNIT_IS_TOLD = {
    "supervising_return", "supervising_close", "county_return", "county_close", "prefecture_return", "prefecture_close",
    "prefecture_pass", "reopen", "reject_fraud",
}  # fmt: skip


@outbox.handler("application.moved")
def tell_of_move(message: OutboxMessage) -> None:
    """Queue the mails of one move. Their keys name the move, so a repeated job sends nothing twice."""
    change = StatusChange.objects.select_related("application__applicant", "application__employer", "by_organization").get(
        pk=message.payload["change_id"]
    )
    application = change.application
    with translation.override("zh-hans"):
        body = _body(change)
        subject = _("申报进展：{state}（{number}）").format(
            state=STATES[State(change.to_state)].applicant, number=application.number
        )
        queue_mail(to=application.applicant.email, subject=subject, body=body, key=f"moved:{change.pk}:applicant")
        if change.move in _UNIT_IS_TOLD and application.employer.email:
            unit_subject = _("{name}的申报进展：{state}（{number}）").format(
                name=application.applicant_name, state=STATES[State(change.to_state)].staff, number=application.number
            )
            queue_mail(to=application.employer.email, subject=unit_subject, body=body, key=f"moved:{change.pk}:unit")


def _body(change: StatusChange) -> str:
    application = change.application
    what = _("新增申请书") if change.move == "start" else str(BY_NAME[change.move].label)
    lines = [
        _("{name}：").format(name=application.applicant_name),
        "",
        _("您的申请书 {number} 有新的进展。").format(number=application.number),
        _("办理事项：{what}").format(what=what),
        _("办理时间：{when}（北京时间）").format(when=clock.written(change.at)),
        _("当前状态：{state}").format(state=STATES[State(change.to_state)].applicant),
    ]
    if change.by_organization is not None and change.by_role != "applicant":
        lines.append(_("办理部门：{office}").format(office=change.by_organization.name))
    if change.reasons:
        lines += ["", _("需要修改的全部内容：")]
        lines += [f"{number}. {reason['text']}" for number, reason in enumerate(change.reasons, start=1)]
    if change.note:
        lines += ["", _("说明：{note}").format(note=change.note)]
    lines += ["", _("查看详情：{address}").format(address=f"{settings.SITE_ADDRESS}/my/applications/{application.pk}/")]
    return "\n".join(lines)


@outbox.handler("integrity.recorded")
def look_at_open_applications(message: OutboxMessage) -> None:
    """A ban was recorded: end the person's applications of the closed years that are under way (S-80, S-81). Idempotent."""
    record = IntegrityRecord.objects.get(pk=message.payload["record_id"])
    if record.annulled_at is None:
        bar_applications(
            person_index=record.person_index,
            first_year=record.application_year,
            last_year=record.last_barred_year,
            note="",
        )


@outbox.handler("integrity.annulled")
def give_back_what_was_ended(message: OutboxMessage) -> None:
    """A record was annulled: what it had ended is the applicant's again. Idempotent."""
    record = IntegrityRecord.objects.get(pk=message.payload["record_id"])
    restore_applications(
        person_index=record.person_index,
        source=record.source,
        first_year=record.application_year,
        last_year=record.last_barred_year,
    )
