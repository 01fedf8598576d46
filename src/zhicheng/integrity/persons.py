"""Integrity records follow a person whose identity number is corrected: a ban is never left behind (S-81). Loaded on start-up."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from zhicheng.foundation.reindexing import holds_index
from zhicheng.integrity.actions import move_records
from zhicheng.integrity.models import IntegrityRecord
from zhicheng.organizations.persons import Keeper, register


def records_under(index: str) -> int:
    """How many integrity records name this person, annulled ones included."""
    return IntegrityRecord.objects.filter(person_index=index).count()


register(Keeper(name="integrity", label=_("诚信档案记录"), count=records_under, follow=move_records))
holds_index("integrity.IntegrityRecord", "person_index")
