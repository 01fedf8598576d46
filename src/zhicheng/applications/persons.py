"""Applications and the years they are counted in follow a person whose identity number is corrected. Loaded on start-up."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from zhicheng.applications.actions.identity import follow_person
from zhicheng.applications.models import Application, PersonYear
from zhicheng.foundation.reindexing import holds_index
from zhicheng.organizations.persons import Keeper, register


def applications_under(index: str) -> int:
    """How many applications, or years without one, name this person."""
    return Application.objects.filter(person_index=index).count() or PersonYear.objects.filter(person_index=index).count()


register(Keeper(name="applications", label=_("申请书及年度计次"), count=applications_under, follow=follow_person))
holds_index("applications.PersonYear", "person_index")
holds_index("applications.Application", "person_index")
