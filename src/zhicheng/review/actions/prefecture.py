"""What only the prefecture bureau does: annul an arrival that was its own mistake, and act on proven fraud."""

from __future__ import annotations

from django.utils.translation import gettext as _

from zhicheng.applications import lifecycle, queries
from zhicheng.applications.casefile import CaseFile
from zhicheng.applications.counting import LockedYear, lock_person_year
from zhicheng.applications.models import Application, CommitteeArrival, CountedIn, PersonYear
from zhicheng.applications.papers import void_all_papers
from zhicheng.applications.states import State
from zhicheng.applications.years import counted
from zhicheng.foundation import clock, ledger, outbox
from zhicheng.foundation.errors import Problem, Refused
from zhicheng.foundation.transactions import lock_rows, one_transaction
from zhicheng.integrity.actions import record_fraud, source_in
from zhicheng.integrity.models import IntegrityRecord
from zhicheng.organizations.actors import Actor, Role
from zhicheng.standards.regions import prefecture_digits


@one_transaction
def annul_arrival(*, actor: Actor, arrival_id: int, reason: str) -> CommitteeArrival:
    """撤销计次: an arrival does not count, because of an error of the office; with a reason, recorded (S-28, S-29).

    When it had closed the person's year, the year opens again and the application goes back to the applicant. Raises
    :class:`Refused` (``not_found``, ``reason_missing``, ``already_annulled``, ``still_here`` while that arrival is being reviewed).
    """
    found = CommitteeArrival.objects.filter(pk=arrival_id).values_list("application_id", flat=True).first()
    if actor.role is not Role.PREFECTURE or found is None:
        raise Refused.one(_("没有找到这次提交，或者它不归本部门办理。"), code="not_found")
    case = _lock_all(found, actor)
    application = case.application
    arrival = CommitteeArrival.objects.select_for_update(no_key=True).get(pk=arrival_id)
    problems = []
    if actor.person_index == application.person_index:
        problems.append(Problem(_("这是您本人的申请书，须由本部门另一位经办人办理。"), code="self_review"))
    if len(reason.strip()) < 10:
        problems.append(Problem(_("请写明撤销的理由，不少于10个字。"), where="reason", code="reason_missing"))
    if arrival.annulled_at is not None:
        problems.append(Problem(_("这次提交的计次已经撤销。"), code="already_annulled"))
    elif (
        application.state in {State.PREFECTURE_REVIEW, State.ACCEPTED}
        and arrival.submission_id == application.current_submission_id
    ):
        problems.append(Problem(_("这次提交正在审核或已经受理，不能撤销计次；请先作出退回决定。"), code="still_here"))
    if problems:
        raise Refused(problems)
    _annul(case, arrival, actor, reason.strip())
    return arrival


def _lock_all(application_id: int, actor: Actor) -> CaseFile:
    """Lock every application of the person in the year, in one order, always: the count is shown on each. Return the arrival's."""
    row = Application.objects.filter(pk=application_id).values("year", "campaign__region_code", "person_index").get()
    same = {"year": row["year"], "person_index": row["person_index"]}
    digits = prefecture_digits(row["campaign__region_code"])
    lock_rows(Application.objects.filter(**same, campaign__region_code__startswith=digits))
    return lifecycle.lock(application_id, actor)


def _annul(case: CaseFile, arrival: CommitteeArrival, actor: Actor, reason: str) -> None:
    application, year = case.application, lock_person_year(case)
    before = year.count.arrivals
    arrival.annulled_at = max(clock.now(), arrival.arrived_at)  # the clock may have been put back since
    arrival.annulled_by_id = actor.user_id
    arrival.annulment_reason = reason
    arrival.save(update_fields=["annulled_at", "annulled_by", "annulment_reason"])
    year.row.arrivals -= 1
    year.row.save(update_fields=["arrivals"])
    _count_anew(year)
    reopened = _open_again(year)
    _show_count(year)
    ledger.record(
        event="arrival.annulled",
        subject=f"application:{application.pk}",
        actor=actor.ref,
        data={
            "arrival": arrival.pk,
            "number": arrival.number,
            "counts_now": year.count.arrivals,
            "reason": ledger.private(reason),
        }
        | {"person_year": year.row.pk, "reopened": reopened is not None}
        | ({"reopened_year": reopened.pk} if reopened is not None and reopened is not year.row else {}),
    )
    closed = queries.closed_application_beside(application) if reopened is not None else None
    if reopened is not None and closed is not None:
        case.year = year.count
        other = case if closed.pk == application.pk else lifecycle.lock(closed.pk, actor)
        other.application.arrivals = counted(reopened, year.together)
        lifecycle.make_move(other, "reopen", actor=actor, note=reason)
        return
    # No move, so no mail of a move: the person is told of the count alone.
    counts = {"before": before, "after": year.count.arrivals}
    outbox.queue(kind="arrival.annulled", payload={"arrival_id": arrival.pk, **counts}, key=f"arrival.annulled:{arrival.pk}")


def _open_again(year: LockedYear) -> PersonYear | None:
    """The row that a last return had closed and that this annulment opens: its count has one left again."""
    for row in year.together:
        if row.closed_at is not None and counted(row, year.together) < row.arrivals_allowed:
            row.closed_at = None
            row.save(update_fields=["closed_at"])
            return row
    return None


def _count_anew(year: LockedYear) -> None:
    """第 1, 第 2 …: the arrivals that count, numbered without the annulled one."""
    counting = list(
        CommitteeArrival.objects.filter(person_year__in=year.together, annulled_at__isnull=True).order_by("arrived_at", "id")
    )
    for row in year.together:
        its = [a for a in counting if row.counted_in == CountedIn.YEAR or a.person_year_id == row.pk]
        for number, arrival in enumerate(its, start=1):
            if arrival.person_year_id == row.pk and arrival.number != number:
                arrival.number = number
                arrival.save(update_fields=["number"])


def _show_count(year: LockedYear) -> None:
    """第 n / 3 次 on every application of the person in the year."""
    for row in year.together:
        held = Application.objects.filter(applicant__number_held_at__isnull=False)
        held.filter(campaign_id=row.campaign_id, person_index=row.person_index).update(arrivals=counted(row, year.together))


@one_transaction
def reject_for_fraud(*, actor: Actor, application_id: int, reason: str) -> IntegrityRecord:
    """弄虚作假: end the application and bar the person in the years after its campaign's (S-80, S-81). Both or neither.

    Every paper of the application becomes void. The campaign's year is closed for the person too; what else is open in it or in the barred years
    is ended by the job that follows.
    """
    case = lifecycle.lock(application_id, actor)
    application = case.application
    problems = lifecycle.objections_to(case, lifecycle.BY_NAME["reject_fraud"], actor)
    if len(reason.strip()) < 10:
        problems.append(Problem(_("请写明查实的情况，不少于10个字。"), where="reason", code="reason_missing"))
    if problems:
        raise Refused(problems)
    lifecycle.make_move(case, "reject_fraud", actor=actor, note=reason.strip())
    void_all_papers(application_id=application.pk, reason="弄虚作假，不予受理", actor=actor)
    return record_fraud(
        actor=actor,
        person_index=application.person_index,
        name=application.applicant_name,
        application_year=application.year,
        ban_years=case.notice.limits.ban_years,
        source=source_in(application.pk),
        reason=reason,
    )
