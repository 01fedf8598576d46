"""What must be true of the desks' decisions, and of integrity records and what they bar."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhicheng.applications.desks import DESKS
from zhicheng.applications.lifecycle import BY_NAME
from zhicheng.applications.models import Application, StatusChange
from zhicheng.applications.queries import told_year_of
from zhicheng.applications.states import OVER, State
from zhicheng.foundation.invariants import Violation, grouped, in_batches, invariant
from zhicheng.foundation.models import OutboxMessage, OutboxState
from zhicheng.foundation.told import ACTOR, Telling, moment, person, told
from zhicheng.integrity.models import IntegrityRecord
from zhicheng.integrity.rules import Ban, ban_in_force
from zhicheng.review.models import Decision, PaperDossier, Verdict

_DECIDING = {
    **{desk.passes: Verdict.PASSED for desk in DESKS},
    **{move: Verdict.RETURNED for desk in DESKS for move in (desk.returns, desk.closes) if move},
}


@invariant("review.decisions", gettext_lazy("每次审核办理恰有一个审核决定"))
def decisions() -> Iterator[Violation]:
    """A pass or return has one decision, on the same submission, by the same person at the same desk, in the same
    words; no other move has any.
    """
    for changes in in_batches(StatusChange.objects.filter(move__in=list(_DECIDING))):
        rows = Decision.objects.filter(change__in=changes)
        made = grouped(rows, lambda decision: decision.change_id)
        for change in changes:
            subject, found = f"application:{change.application_id} move:{change.pk}", made.get(change.pk, [])
            if len(found) != 1:
                yield Violation(subject, _("审核决定有 %(count)s 个，应为 1 个。") % {"count": len(found)})
                continue
            one = found[0]
            same = (
                (one.application_id, one.submission_id) == (change.application_id, change.submission_id)
                and (one.decided_by_id, one.desk_id, one.role) == (change.by_id, change.by_organization_id, change.by_role)
                and (one.verdict, one.decided_at) == (_DECIDING[change.move], change.at)
                and (one.opinion, one.reasons) == (change.note, change.reasons)
            )
            if not same:
                yield Violation(subject, _("审核决定与办理记录不一致。"))
    for decision in Decision.objects.exclude(change__move__in=list(_DECIDING)).only("pk", "application_id").iterator():
        yield Violation(f"application:{decision.application_id} decision:{decision.pk}", _("这一步办理不应有审核决定。"))


told(
    "review.dossiers_in_ledger",
    gettext_lazy("登记的每份纸质材料在台账中恰有一条记录，内容一致"),
    Telling(
        events=("dossier.recorded",),
        rows=lambda: PaperDossier.objects.select_related("submission").defer("submission__content"),
        kind="application",
        belongs="application_id",
        named="dossier",
        values={
            ACTOR: lambda row: person(row.recorded_by_id),
            "received_on": lambda row: row.received_on.isoformat(),
            "copies": lambda row: row.copies,
            "mark": lambda row: row.printed_mark,
            "mark_state": lambda row: row.mark_state,
            "checks": lambda row: [row.duplex_with_watermark, row.handwritten_opinion, row.signed, row.sealed],
            "remark": lambda row: row.remark,
            "corrects": lambda row: row.corrects_id,
            "why": lambda row: row.correction_reason,
            "desk": lambda row: row.desk_id,
            "submission": lambda row: row.submission.sha256,
            "at": lambda row: moment(row.recorded_at),
        },
    ),
)


told(
    "review.sanctions_in_ledger",
    gettext_lazy("单位审核通过时说明的每项处分在台账中恰有一条记录，内容一致"),
    Telling(
        events=("sanction.stated",),
        rows=lambda: Decision.objects.exclude(sanction={}).select_related("submission").defer("submission__content"),
        kind="application",
        belongs="application_id",
        named="decision",
        values={
            ACTOR: lambda row: person(row.decided_by_id),
            "sanction": lambda row: row.sanction,
            "submission": lambda row: row.submission.sha256,
        },
    ),
)


@invariant("review.records_bar", gettext_lazy("诚信档案记录与不得申报一致"))
def records_bar() -> Iterator[Violation]:
    """A record that holds has ended what it must end; what is ended by a record has one that holds (S-80, S-81).

    Ending and giving back are done by the worker: what still waits for it, or for somebody to look at a failure, is not named.
    """
    waiting = _waiting_records()
    for records in in_batches(IntegrityRecord.objects.filter(annulled_at__isnull=True)):
        indexes = {record.person_index for record in records}
        rows = Application.objects.filter(person_index__in=indexes).only("state", "year", "person_index")
        of = grouped(rows, lambda application: application.person_index)
        held = _ended_by_bans(indexes)
        by_source = {f"application:{a.pk}": a for mine in of.values() for a in mine}
        for record in records:
            subject = f"integrity_record:{record.pk}"
            source = by_source.get(record.source)
            if source is None and record.source.startswith("application:"):  # others were found on paper
                yield Violation(subject, _("记录所依据的申请书不是本人的，或者不存在。"))
            elif source is not None and source.state != State.REJECTED_FRAUD:
                yield Violation(subject, _("记录有效，所依据的申请书状态却是 %(state)s。") % {"state": source.state})
            ban = Ban(record.application_year, record.first_barred_year, record.last_barred_year)
            for application in of.get(record.person_index, []):
                ends = (
                    application.pk in held
                    and application.state in BY_NAME["bar"].sources
                    and ban_in_force([ban], application.year) is not None
                )
                if ends and record.pk not in waiting:
                    said = _("本年度处于不得申报年限，申请书却仍在办理。")
                    yield Violation(f"application:{application.pk} integrity_record:{record.pk}", said)
    yield from _ended_without_record(waiting)


def _ended_by_bans(indexes: set[str]) -> set[int]:
    """The applications a ban ends: of accounts that hold their number, not of those that only claim it (``accounts.claims``)."""
    looked_at = OutboxMessage.objects.filter(kind="account.identity_confirmed").exclude(state=OutboxState.DONE)
    waiting = [message.payload["user_id"] for message in looked_at]
    held = Application.objects.filter(person_index__in=indexes, applicant__number_held_at__isnull=False)
    return set(held.exclude(applicant_id__in=waiting).values_list("pk", flat=True))


def _ended_without_record(waiting: set[int]) -> Iterator[Violation]:
    ended = Application.objects.filter(state__in=[State.REJECTED_FRAUD, State.BARRED]).only(
        "state", "year", "person_index", "campaign_id"
    )
    for applications in in_batches(ended):
        records = grouped(
            IntegrityRecord.objects.filter(person_index__in={a.person_index for a in applications}),
            lambda record: record.person_index,
        )
        for application in applications:
            mine = records.get(application.person_index, [])
            holding = [record for record in mine if record.annulled_at is None]
            if application.state == State.REJECTED_FRAUD:
                holds = any(record.source == f"application:{application.pk}" for record in holding)
            else:
                bans = [Ban(r.application_year, r.first_barred_year, r.last_barred_year) for r in holding]
                holds = ban_in_force(bans, application.year) is not None
            if holds or any(record.pk in waiting for record in mine) or _stays_ended(application, mine):
                continue
            yield Violation(f"application:{application.pk}", _("因诚信档案记录终止，却没有一条有效的记录。"))


def _stays_ended(application: Application, records: list[IntegrityRecord]) -> bool:
    """A record was annulled, and what it had ended was not given back: the person has another application by now, or the year closed."""
    if not any(record.annulled_at is not None for record in records):
        return False
    others = Application.objects.filter(person_index=application.person_index, year=application.year)
    year = told_year_of(application)
    return others.exclude(pk=application.pk).exclude(state__in=OVER).exists() or (year is not None and year.closed_at is not None)


def _waiting_records() -> set[int]:
    """The records whose consequences the worker has not drawn yet."""
    rows = OutboxMessage.objects.filter(kind__in=["integrity.recorded", "integrity.annulled"]).exclude(state=OutboxState.DONE)
    return {int(message.payload["record_id"]) for message in rows.only("payload")}
