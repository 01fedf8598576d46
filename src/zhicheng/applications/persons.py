"""Applications and the years they are counted in follow a person whose identity number is corrected. Loaded on start-up."""

from __future__ import annotations

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from zhicheng.applications.actions.identity import follow_person
from zhicheng.applications.models import Application, PersonYear
from zhicheng.foundation.reindexing import holds_index, holds_number
from zhicheng.organizations.persons import Keeper, register


def applications_under(index: str) -> int:
    """How many applications of the number's holder, or years that count for something, name this person; mere claims not."""
    held = Application.objects.filter(person_index=index, applicant__number_held_at__isnull=False).count()
    counted = Q(arrivals__gt=0) | Q(closed_at__isnull=False)
    return held or PersonYear.objects.filter(counted, person_index=index).count()


register(Keeper(name="applications", label=_("申请书及年度计次"), count=applications_under, follow=follow_person))
holds_index("applications.PersonYear", "person_index")
holds_index("applications.Application", "person_index")
holds_index("applications.FirstAuthorship", "work_index")
holds_number("applications.FirstAuthorship", "work")
