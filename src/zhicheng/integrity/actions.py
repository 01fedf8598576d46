"""Recording fraud, and annulling a record that was wrong."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from zhicheng.foundation import clock, ledger, outbox
from zhicheng.foundation.errors import Problem, Refused
from zhicheng.foundation.reasons import reason_problems
from zhicheng.foundation.transactions import one_transaction, require_transaction
from zhicheng.integrity.models import IntegrityRecord
from zhicheng.integrity.rules import ban_after
from zhicheng.organizations.actors import Actor, Role
from zhicheng.organizations.persons import PersonChange

_APPLICATION = "application:"


@one_transaction
def record_fraud(
    *, actor: Actor, person_index: str, name: str, application_year: int, ban_years: int, source: str, reason: str
) -> IntegrityRecord:
    """Record proven fraud: the person is barred in the ``ban_years`` years after ``application_year`` (S-80, S-81), and that year
    is closed too.

    Only the prefecture bureau records. Open applications of those years are looked at afterwards, through the
    outbox (``integrity.recorded``). Recording the same source twice gives the first record again. Raises
    :class:`Refused` without a reason or for another role.
    """
    problems = []
    if actor.role is not Role.PREFECTURE:
        problems.append(Problem(_("只有州人力资源和社会保障局可以登记诚信档案记录。"), code="not_yours"))
    problems += reason_problems(reason, least=10, said=_("请写明查实的情况，不少于10个字。"))
    if problems:
        raise Refused(problems)
    ban = ban_after(application_year, years=ban_years)
    record, created = IntegrityRecord.objects.get_or_create(
        person_index=person_index,
        source=source,
        annulled_at=None,
        defaults={
            "name": name,
            "application_year": application_year,
            "first_barred_year": ban.first_year,
            "last_barred_year": ban.last_year,
            "reason": reason.strip(),
            "recorded_by_id": actor.account_id,
            "recorded_for_id": actor.desk_id,
            "recorded_at": clock.now(),
        },
    )
    if created:
        outbox.queue(kind="integrity.recorded", payload={"record_id": record.pk}, key=f"integrity.recorded:{record.pk}")
        ledger.record(
            event="integrity.recorded",
            subject=f"integrity_record:{record.pk}",
            actor=actor.ref,
            data={
                "source": source,
                "years": [ban.first_year, ban.last_year],
                "reason": ledger.private(record.reason),
                "name": ledger.private(record.name),
                "for": record.recorded_for_id,
                "index": record.person_index,
                "at": ledger.time_text(record.recorded_at),
            },
        )
    return record


@one_transaction
def annul_record(*, actor: Actor, record_id: int, reason: str) -> IntegrityRecord:
    """Lift a record that was made in error. The record stays, with who annulled it, when and why; what it had ended is given back
    afterwards, through the outbox (``integrity.annulled``).

    Raises :class:`Refused` without a reason, for another office, or when it is annulled already.
    """
    record = (
        IntegrityRecord.objects.select_for_update(no_key=True).filter(pk=record_id, recorded_for_id=actor.organization_id).first()
        if actor.role is Role.PREFECTURE
        else None
    )
    if record is None:
        raise Refused.one(_("没有找到这条记录，或者它不归本部门管理。"), code="not_found")
    if record.annulled_at is not None:
        raise Refused.one(_("这条记录已经撤销。"), code="already_annulled")
    if problems := reason_problems(reason, least=10, said=_("请写明撤销的理由，不少于10个字。")):
        raise Refused(problems)
    record.annulled_at = clock.now()
    record.annulled_by_id = actor.user_id
    record.annulment_reason = reason.strip()
    record.save(update_fields=["annulled_at", "annulled_by", "annulment_reason"])
    ledger.record(
        event="integrity.annulled",
        subject=f"integrity_record:{record.pk}",
        actor=actor.ref,
        data={"reason": ledger.private(record.annulment_reason), "at": ledger.time_text(record.annulled_at)},
    )
    outbox.queue(kind="integrity.annulled", payload={"record_id": record.pk}, key=f"integrity.annulled:{record.pk}")
    return record


def move_records(change: PersonChange) -> int:
    """Put the person's records, annulled ones too, under the corrected index; in the transaction of the correction.

    What was found in an application goes where that goes (:func:`move_records_of`): the number's holder answers for nothing that
    an account did which only claimed it. Nothing else of a record changes: the name stays as it was found, the ledger says who
    corrected the number and when.
    """
    if change.old_index == change.new_index or not change.with_history:
        return 0
    found_elsewhere = IntegrityRecord.objects.filter(person_index=change.old_index).exclude(source__startswith=_APPLICATION)
    return _move(found_elsewhere, change.new_index)


def move_records_of(*, applications: Iterable[int], index: str) -> int:
    """Put what was found in these applications under the index that they have come under; in the transaction that moves them."""
    require_transaction("move_records_of()")
    return _move(IntegrityRecord.objects.filter(source__in=[source_in(pk) for pk in applications]), index)


def _move(records: QuerySet[IntegrityRecord], index: str) -> int:
    """Put them under ``index``, and tell the ledger of each whom it bars from now on."""
    moving = list(records.exclude(person_index=index).order_by("pk").values_list("pk", "person_index"))
    IntegrityRecord.objects.filter(pk__in=[pk for pk, _before in moving]).update(person_index=index)
    for pk, before in moving:
        ledger.record(
            event="integrity.moved", subject=f"integrity_record:{pk}", actor="system", data={"from": before, "to": index}
        )
    return len(moving)


def source_in(application_id: int) -> str:
    """What a record calls the application it was found in."""
    return f"{_APPLICATION}{application_id}"
