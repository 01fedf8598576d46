"""What a corrected name or identity number means for a person's applications (S-18, S-28)."""

from __future__ import annotations

from django.utils.translation import gettext as _

from zhicheng.applications.casefile import CaseFile
from zhicheng.applications.models import Application, PersonYear
from zhicheng.applications.read_papers import read_again_for_names
from zhicheng.applications.states import OPEN_FOR_APPLICANT, OVER
from zhicheng.applications.years import same_year
from zhicheng.foundation import clock
from zhicheng.foundation.errors import Refused
from zhicheng.foundation.transactions import lock_rows
from zhicheng.integrity.actions import move_records_of
from zhicheng.organizations.persons import PersonChange


def follow_person(change: PersonChange) -> int:
    """Let applications and years follow a correction, in its transaction: count of arrivals and closed years stay the person's.

    What was submitted is frozen and stays as it was (house, decision 3). A form that is still with its owner takes the new name
    and has to be checked again (S-26); its papers are held against the new name and number. Returns how many applications and years moved.
    """
    applications = lock_rows(Application.objects.filter(person_index=change.old_index, applicant_id__in=change.accounts))
    moved = len(applications)
    if change.old_index != change.new_index:
        moved += _move_years(change, applications)
    Application.objects.filter(pk__in=applications).update(person_index=change.new_index)
    move_records_of(applications=applications, index=change.new_index)
    Application.objects.filter(pk__in=applications, state__in=OPEN_FOR_APPLICANT).update(
        applicant_name=change.new_name, checked_at=None, updated_at=clock.now()
    )
    going = Application.objects.filter(pk__in=applications).exclude(state__in=OVER).select_related("campaign_version")
    for application in going.order_by("pk"):
        read_again_for_names(CaseFile(application))
    return moved if change.old_index != change.new_index else 0


def _move_years(change: PersonChange, applications: list[int]) -> int:
    """The years go with the number's holder, whose applications they count; whoever only claimed the old number, or the new one,
    keeps an empty one, which makes room where the number goes to somebody with years of their own.
    """
    takes_years = change.with_history or change.with_years
    locked = lock_rows(PersonYear.objects.filter(person_index=change.old_index))
    years = list(PersonYear.objects.filter(pk__in=locked).select_related("campaign").order_by("id"))
    there = list(PersonYear.objects.filter(person_index=change.new_index).select_related("campaign"))
    begun = {year.campaign_id for year in there}
    limits = {y.campaign_id: {"arrivals_allowed": y.arrivals_allowed, "counted_in": y.counted_in} for y in years}
    goes = [y for y in years if takes_years or (change.with_empty_years and not y.arrivals and y.closed_at is None)]
    moving = [year for year in goes if year.campaign_id not in begun]
    meet = [y for y in years if any(same_year(y.campaign, other.campaign) for other in there)]
    if takes_years and any(y.arrivals or y.closed_at for y in meet):
        raise Refused.one(
            _(
                "更正后的身份证号名下在同一批次已有另一账号的申请书，两边的计次不能自动合并，须由州人力资源和社会保障局核实处理。没有作任何改动。"
            ),
            code="records_on_both_sides",
        )
    PersonYear.objects.filter(pk__in=[year.pk for year in moving]).update(person_index=change.new_index)
    begun |= {year.campaign_id for year in moving}
    here = Application.objects.filter(pk__in=applications).values_list("campaign_id", flat=True)
    left = Application.objects.filter(person_index=change.old_index).exclude(pk__in=applications)
    kept = {year.campaign_id for year in years} - {year.campaign_id for year in moving}
    fresh = [(change.new_index, c) for c in set(here) - begun]
    fresh += [(change.old_index, c) for c in set(left.values_list("campaign_id", flat=True)) - kept]
    PersonYear.objects.bulk_create(
        PersonYear(person_index=index, campaign_id=campaign, **limits[campaign]) for index, campaign in sorted(fresh)
    )
    return len(moving)
