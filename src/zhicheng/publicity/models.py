"""The employer's publicity period (公示) for one submission, its three papers, and objections."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from zhicheng.accounts.models import User
from zhicheng.applications.models import Application, Submission
from zhicheng.evidence.models import EvidenceFile
from zhicheng.foundation.algorithms import AlgorithmField
from zhicheng.foundation.fields import EncryptedTextField, RowNumber
from zhicheng.organizations.models import Organization


class PublicityPeriod(models.Model):
    """At least five working days in which the unit shows the applicant's facts (S-38…S-40, S-65…S-71).

    Days are Beijing days, both included. ``earliest_end`` is what the calendar ``calendar_version`` says; when the
    calendar is corrected it is computed again and the unit is told. ``facts_sha256`` is the hash of what is shown:
    a resubmission that changes none of it need not be shown again (G-08).
    """

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="publicity_periods")
    submission = models.ForeignKey(Submission, on_delete=models.PROTECT, related_name="+")
    unit = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="publicity_periods")
    facts = models.JSONField()  # what T1 says and everybody may read; the masked number stands on the paper alone
    facts_sha256 = models.CharField(max_length=64)
    starts_on = models.DateField(_("公示开始日期"))
    ends_on = models.DateField(_("公示结束日期"))
    working_days = models.PositiveSmallIntegerField()
    earliest_end = models.DateField()
    calendar_version = models.CharField(max_length=64)
    provisional = models.BooleanField(default=False)
    # The calendar it was last measured with: once it is over, a correction is noted without rewriting what was announced.
    measured_with = models.CharField(max_length=64)
    version_algorithm = AlgorithmField(of=("calendar_version", "measured_with"))
    political_conduct = models.TextField(_("思想政治条件"))
    results = models.TextField(_("实践能力和业绩成果"))
    contribution = models.TextField(_("本人实际贡献"))
    office = models.CharField(_("受理异议的办公室"), max_length=60)
    phone = models.CharField(_("监督电话"), max_length=30)
    opened_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField()
    cancelled_at = models.DateTimeField(null=True, blank=True)
    cancel_reason = models.TextField(blank=True)
    # 公示、公示照片及公示结果（上传）(S-51): the unit owns these three
    notice_file = models.ForeignKey(EvidenceFile, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    photo_file = models.ForeignKey(EvidenceFile, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    result_file = models.ForeignKey(EvidenceFile, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        verbose_name = _("公示")
        indexes = [
            models.Index(fields=["ends_on", "id"], name="publicity_by_end"),
            models.Index(fields=["unit", "-opened_at"], name="publicity_of_unit"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["application"], condition=Q(cancelled_at__isnull=True), name="one_publicity_of_an_application"
            ),
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="publicity_ends_after_start"),
            models.CheckConstraint(condition=Q(ends_on__gte=F("earliest_end")), name="publicity_never_ends_early"),
            models.CheckConstraint(
                condition=Q(cancelled_at__isnull=True, cancel_reason="") | (Q(cancelled_at__isnull=False) & ~Q(cancel_reason="")),
                name="cancelled_publicity_has_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.application_id} {self.starts_on}–{self.ends_on}"


class ObjectionState(models.TextChoices):
    OPEN = "open", _("待核实")
    DISMISSED = "dismissed", _("经核实不成立")
    UPHELD = "upheld", _("经核实成立")


class Objection(models.Model):
    """An objection by phone, on paper, in person or online (S-70). Handled, never deleted.

    What was said and who said it lie sealed. ``county_only``: somebody who objected on the notice's page asked that the county alone
    read name and contact. Whoever objects there stands in no ``registered_by``, with an account or without. One that was upheld may be lifted
    by the county, with a reason: both stay on record.
    """

    id = RowNumber(primary_key=True)
    period = models.ForeignKey(PublicityPeriod, on_delete=models.PROTECT, related_name="objections")
    channel = models.CharField(_("反映方式"), max_length=10)
    from_name = EncryptedTextField(_("反映人"), blank=True)  # may stay anonymous
    from_contact = EncryptedTextField(_("联系方式"), blank=True)
    county_only = models.BooleanField(_("只让县（市）看到姓名和联系方式"), default=False, db_default=False)
    content = EncryptedTextField(_("反映内容"))
    received_at = models.DateTimeField(_("收到时间"))
    registered_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    registered_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=ObjectionState.choices, default=ObjectionState.OPEN)
    finding = models.TextField(_("核实情况和处理意见"), blank=True)
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    lifted_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    lifted_at = models.DateTimeField(null=True, blank=True)
    lift_reason = models.TextField(_("解除的理由"), blank=True, default="", db_default="")

    class Meta:
        verbose_name = _("异议")
        indexes = [
            models.Index(fields=["period", "state"]),
            models.Index(fields=["-id"], condition=Q(county_only=True), name="objection_for_county"),
            models.Index(fields=["-id"], condition=Q(state="upheld"), name="upheld_objections"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="open", decided_at__isnull=True)
                | (~Q(state="open") & Q(decided_at__isnull=False, decided_by__isnull=False) & ~Q(finding="")),
                name="decided_objection_has_finding",
            ),
            models.CheckConstraint(
                condition=Q(lifted_at__isnull=True, lifted_by__isnull=True, lift_reason="")
                | (Q(state="upheld", lifted_by__isnull=False, lifted_at__gte=F("decided_at")) & ~Q(lift_reason="")),
                name="lifted_objection_was_upheld",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.period_id} {self.channel} {self.state}"

    @property
    def stands(self) -> bool:
        """Whether it was upheld and not lifted: then it stands against the application."""
        return self.state == ObjectionState.UPHELD and self.lifted_at is None
