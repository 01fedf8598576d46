"""What the desks leave behind: decisions, and the paper dossier that travels beside the online form."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from zhicheng.accounts.models import User
from zhicheng.applications.models import Application, StatusChange, Submission
from zhicheng.organizations.models import Organization


class Verdict(models.TextChoices):
    PASSED = "passed", _("审核通过")
    RETURNED = "returned", _("退回")


class MarkState(models.TextChoices):
    """What the printed mark is: that of the current submission's paper, of an older void one, of none of this application, or a QR code
    whose verification code is not the paper's.
    """

    CURRENT = "current", _("与当前版本一致")
    VOID = "void", _("已过期版本")
    UNKNOWN = "unknown", _("不是本申请书的打印件")
    WRONG_CODE = "wrong_code", _("二维码中的核验码与编号不符")


class Decision(models.Model):
    """One desk's decision on one submission. Appended, never edited; the move it made is ``change``."""

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="decisions")
    submission = models.ForeignKey(Submission, on_delete=models.PROTECT, related_name="decisions")
    change = models.OneToOneField(StatusChange, on_delete=models.PROTECT, related_name="decision")
    desk = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=12)
    verdict = models.CharField(max_length=10, choices=Verdict.choices)
    opinion = models.TextField(_("意见"), blank=True)
    reasons = models.JSONField(default=list)
    # What the unit states at its pass of a sanction (人社部令40号 第十三条): {"kind", "since", "until"}; empty where there is none.
    sanction = models.JSONField(default=dict, db_default={})
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField()

    class Meta:
        verbose_name = _("审核决定")
        indexes = [models.Index(fields=["application", "id"])]
        constraints = [
            models.CheckConstraint(condition=Q(verdict="passed") | ~Q(reasons=[]), name="a_return_lists_its_reasons"),
            models.CheckConstraint(
                condition=Q(sanction={}) | Q(verdict="passed", role="unit"), name="the_unit_states_a_sanction_at_its_pass"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.application_id} {self.role} {self.verdict}"


class PaperDossier(models.Model):
    """The paper dossier as one desk received and checked it (S-37, S-41…S-47, S-79). A second look is a second row, and so is a
    correction: it names the row that was wrong, and why. Both stay.
    """

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="dossiers")
    submission = models.ForeignKey(Submission, on_delete=models.PROTECT, related_name="+")
    desk = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    received_on = models.DateField(_("收到日期"))
    copies = models.PositiveSmallIntegerField(_("评审表份数"))
    duplex_with_watermark = models.BooleanField(_("A4正反面打印，有水印"))
    handwritten_opinion = models.BooleanField(_("单位意见为手写规定语句"))
    signed = models.BooleanField(_("有负责人签字"))
    sealed = models.BooleanField(_("有单位公章"))
    printed_mark = models.CharField(_("评审表上的编号或校验码"), max_length=80)
    mark_state = models.CharField(max_length=10, choices=MarkState.choices)
    remark = models.CharField(_("备注"), max_length=300, blank=True)
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()
    corrects = models.OneToOneField("self", on_delete=models.PROTECT, null=True, blank=True, related_name="corrected_by")
    correction_reason = models.CharField(_("更正的原因"), max_length=300, blank=True, db_default="")

    class Meta:
        verbose_name = _("纸质材料")
        indexes = [models.Index(fields=["application", "desk", "-id"])]
        constraints = [
            models.CheckConstraint(
                condition=Q(corrects__isnull=True, correction_reason="") | (Q(corrects__isnull=False) & ~Q(correction_reason="")),
                name="a_corrected_dossier_has_a_reason",
            )
        ]

    def __str__(self) -> str:
        return f"{self.application_id} {self.received_on} {self.mark_state}"
