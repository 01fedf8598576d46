"""What follows a move, after its commit: mail to the people concerned, and applications a ban closes. And a file brought for a box."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse

from zhicheng.accounts.models import User
from zhicheng.applications import lifecycle
from zhicheng.applications.actions import (
    abandon_overdue,
    add_material,
    add_unit_material,
    bar_applications,
    count_durations,
    land_scans,
    restore_applications,
)
from zhicheng.applications.move_mails import tell_of_a_move, tell_of_an_annulment
from zhicheng.applications.queries import files_beside
from zhicheng.applications.receipts import ORDERED, issue_receipt
from zhicheng.applications.report_mails import tell_of_a_day
from zhicheng.applications.scans import SCAN, is_gathered, is_read, scans_of_batch
from zhicheng.evidence import intake
from zhicheng.evidence.codes import Code, codes_of
from zhicheng.evidence.inspection.verdicts import Rejected
from zhicheng.evidence.models import EvidenceFile, Intake
from zhicheng.foundation import clock, jobs, outbox
from zhicheng.foundation.models import OutboxMessage
from zhicheng.integrity.models import IntegrityRecord
from zhicheng.integrity.queries import live_records
from zhicheng.organizations.actors import actor_for

# What a record does to several applications: each is a transaction of its own, so that none waits locked for the next, and what was
# done with one stays when another fails. A lease is how a message runs outside of a transaction.
ONE_BY_ONE = timedelta(minutes=5)
READ_CODES = "scans.brought"


@outbox.handler(lifecycle.MOVED)
def tell_of_move(message: OutboxMessage) -> None:
    """Queue the mails of one move. Idempotent."""
    tell_of_a_move(change_id=message.payload["change_id"])


@outbox.handler(ORDERED)
def give_the_receipt(message: OutboxMessage) -> None:
    """Make the receipt that was ordered with a 上报 (S-27, S-64). Idempotent."""
    issue_receipt(message.payload["submission_id"])


@outbox.handler("arrival.annulled")
def tell_of_annulment(message: OutboxMessage) -> None:
    """Queue the mail about an arrival that no longer counts and left the application where it is (S-28). Idempotent."""
    tell_of_an_annulment(**message.payload)


@jobs.regular("applications.abandon", minutes=5)
def let_the_corrections_end() -> int:
    """End what was returned and not sent again in time, and give it back where there is more time (G-02). Mostly three queries."""
    return abandon_overdue()


@jobs.regular("applications.reports", minutes=30)
def tell_units_of_a_day() -> int:
    """上报 of a day in one mail, from 8 o'clock on; return to how many units. Mostly one query."""
    return tell_of_a_day(path=reverse("desk_queue"))


@jobs.regular("applications.durations", minutes=24 * 60)
def count_how_long_steps_take() -> int:
    """This year's usual working days of each step at each desk, for the timeline; return for how many there are enough cases."""
    return count_durations()


@outbox.handler("integrity.recorded", lease=ONE_BY_ONE)
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


@outbox.handler("integrity.annulled", lease=ONE_BY_ONE)
def give_back_what_was_ended(message: OutboxMessage) -> None:
    """A record was annulled: what it had ended is the applicant's again. Idempotent."""
    record = IntegrityRecord.objects.get(pk=message.payload["record_id"])
    restore_applications(
        person_index=record.person_index,
        source=record.source,
        first_year=record.application_year,
        last_year=record.last_barred_year,
    )


def _beside(row: Intake) -> QuerySet[EvidenceFile]:
    replaced = row.payload["replaces"]  # of a PDF that was put together several
    return files_beside(row.payload["application"], replaces=[replaced] if isinstance(replaced, int) else replaced)


@intake.handler("material", beside=_beside)
def attach_material(row: Intake, file: EvidenceFile) -> dict[str, Any]:
    """Put a file that has been examined into the box it was brought for; what was made of one that lay there, only in its stead. Raises
    ``Refused`` like ``add_material``.
    """
    material = add_material(
        actor=actor_for(row.brought_by),
        application_id=row.payload["application"],
        file_id=file.pk,
        slot=row.payload["slot"],
        paper=row.payload["paper"],
        year=row.payload["year"],
        row=row.payload["row"],
        replaces=row.payload["replaces"],
        only_in_stead=intake.original_of(row) is not None,
    )
    return {"material": material.pk}


@intake.handler("unit_material", beside=_beside)
def attach_unit_material(row: Intake, file: EvidenceFile) -> dict[str, Any]:
    """Put a file that has been examined into the unit's box it was brought for. Raises ``Refused`` like ``add_unit_material``."""
    material = add_unit_material(
        actor=actor_for(row.brought_by),
        application_id=row.payload["application"],
        file_id=file.pk,
        box=row.payload["box"],
        paper=row.payload["paper"],
        replaces=row.payload["replaces"],
    )
    return {"material": material.pk}


@intake.handler(SCAN)
def have_codes_read(row: Intake, file: EvidenceFile) -> dict[str, Any]:
    """A scan of signed sheets was examined: its codes are read next."""
    upload = {"application_id": row.payload["application"], "batch": row.payload["batch"]}
    outbox.queue(kind=READ_CODES, payload=upload, key=f"{row.payload['batch']}:{row.pk}")
    return {}


@outbox.handler(READ_CODES, lease=timedelta(minutes=5))
def read_the_codes(message: OutboxMessage) -> None:
    """Read the codes on the files of one upload, outside of any transaction, and let each sheet go into its place. Idempotent: what was done
    is not done again. Raises ``Postponed`` until all files are there, and where no process is free to read.
    """
    rows = list(scans_of_batch(**message.payload).select_related("file"))
    due = [row for row in rows if not is_read(row)]
    if not due:
        return
    if not is_gathered(rows):
        raise outbox.Postponed("other files of the upload are awaited", until=clock.machine_now() + timedelta(seconds=1))
    codes: dict[int, list[Code]] = {}
    for row in due:
        if row.file is not None:
            try:
                codes[row.pk] = codes_of(row.file)
            except Rejected as refusal:
                if refusal.code == "busy":
                    soon = clock.machine_now() + timedelta(seconds=5)
                    raise outbox.Postponed("no process is free to read codes", until=soon) from refusal
                codes[row.pk] = []  # nobody can read its pages: they are put into a box by hand
    land_scans(**message.payload, codes=codes)


@outbox.handler("account.identity_confirmed", lease=ONE_BY_ONE)
def look_at_bans_of_the_number(message: OutboxMessage) -> None:
    """Somebody saw the card: from now on the number's bans hold for what this account has begun (S-80). Idempotent."""
    index = User.objects.get(pk=message.payload["user_id"]).id_number_index
    for record in live_records(index):
        bar_applications(person_index=index, first_year=record.application_year, last_year=record.last_barred_year, note="")
