"""Integrity records (诚信档案记录) and the years in which a person may not apply (不得申报)."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from zhicheng.accounts.models import User
from zhicheng.foundation.algorithms import HMAC_SHA_256, AlgorithmField
from zhicheng.organizations.models import Organization


class IntegrityRecord(models.Model):
    """Fraud found in one person's application of one year. Appended, never edited; lifted only by a reasoned annulment.

    The person is known by the blind index of the identity number: a new account changes nothing.
    """

    person_index = models.CharField(max_length=64)
    index_algorithm = AlgorithmField(HMAC_SHA_256, of=("person_index",))
    name = models.CharField(_("姓名"), max_length=50)
    application_year = models.PositiveSmallIntegerField(_("申报年度"))
    first_barred_year = models.PositiveSmallIntegerField(_("不得申报起始年度"))
    last_barred_year = models.PositiveSmallIntegerField(_("不得申报截止年度"))
    source = models.CharField(max_length=60)  # the application it was found in: "application:12"
    reason = models.TextField(_("查实情况"))
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    recorded_for = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()
    annulled_at = models.DateTimeField(null=True, blank=True)
    annulled_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    annulment_reason = models.TextField(blank=True)

    class Meta:
        indexes = [models.Index(fields=["person_index", "last_barred_year"]), models.Index(fields=["-recorded_at", "-id"])]
        constraints = [
            models.CheckConstraint(
                condition=Q(first_barred_year=F("application_year") + 1, last_barred_year__gte=F("first_barred_year")),
                name="ban_starts_the_year_after_the_application",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="integrity_record_has_reason"),
            models.CheckConstraint(
                condition=Q(annulled_at__isnull=True, annulled_by__isnull=True, annulment_reason="")
                | (Q(annulled_at__isnull=False, annulled_by__isnull=False) & ~Q(annulment_reason="")),
                name="annulled_integrity_record_has_reason",
            ),
            models.UniqueConstraint(
                fields=["person_index", "source"],
                condition=Q(annulled_at__isnull=True),
                name="one_live_integrity_record_per_source",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.first_barred_year}-{self.last_barred_year}"
