"""What a corrected name or identity number means for a person's applications (S-18, S-28)."""

from __future__ import annotations

from zhicheng.applications.models import OPEN_FOR_APPLICANT, Application, PersonYear
from zhicheng.foundation import clock
from zhicheng.organizations.persons import PersonChange


def follow_person(change: PersonChange) -> int:
    """Let applications and years follow a correction, in its transaction: count of arrivals and closed years stay the person's.

    What was submitted is frozen and stays as it was (house, decision 3). A form that is still with its owner takes the new name
    and has to be checked again (S-26). Returns how many applications and years moved.
    """
    applications = list(
        Application.objects.select_for_update(no_key=True)
        .filter(person_index=change.old_index)
        .order_by("id")
        .values_list("id", flat=True)
    )
    years = list(
        PersonYear.objects.select_for_update(no_key=True)
        .filter(person_index=change.old_index)
        .order_by("id")
        .values_list("id", flat=True)
    )
    Application.objects.filter(pk__in=applications).update(person_index=change.new_index)
    PersonYear.objects.filter(pk__in=years).update(person_index=change.new_index)
    Application.objects.filter(pk__in=applications, state__in=OPEN_FOR_APPLICANT).update(
        applicant_name=change.new_name, checked_at=None, updated_at=clock.now()
    )
    return len(applications) + len(years) if change.old_index != change.new_index else 0
