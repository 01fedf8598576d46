"""The papers that were issued: what each one says (encrypted), its number, and whether it still holds."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from zhicheng.documents.base import SIGNED, Kind
from zhicheng.foundation.fields import EncryptedTextField, RowNumber
from zhicheng.standards.names import is_cjk

__all__ = ["Kind", "MissingCharacter", "Paper", "PaperState", "SerialCounter"]


class PaperState(models.TextChoices):
    """Where the making of the PDF stands. Whether the paper still holds is another question: ``voided_at``."""

    QUEUED = "queued", _("生成中")
    READY = "ready", _("已生成")
    FAILED = "failed", _("生成失败")


class SerialCounter(models.Model):
    """The last number given out in one series of serials (prefix and campaign year). Its row is locked while one is taken."""

    prefix = models.CharField(max_length=8)
    year = models.PositiveIntegerField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["prefix", "year"], name="serial_counter_once")]

    def __str__(self) -> str:
        return f"{self.prefix}{self.year}-{self.last:06d}"


class MissingCharacter(models.Model):
    """A character that was left out of a paper, with a frame in its place, because no font of that day had it: for the operator."""

    character = models.CharField(_("字符"), max_length=1, unique=True)
    serial = models.CharField(_("编号"), max_length=20)  # of the newest paper with its frame
    at = models.DateTimeField(_("时间"))  # when that one was made

    class Meta:
        verbose_name = _("缺字")
        verbose_name_plural = _("缺字")

    def __str__(self) -> str:
        return f"{self.character}（U+{ord(self.character):04X}）"


class Paper(models.Model):
    """One issued paper. ``subject`` names what it is about (``application:12``), which this room never looks into.

    ``data`` is the JSON of the paper's model (``papers.paper_of``); it holds identity numbers and so is encrypted. The PDF lies
    in ``foundation.blobs`` under ``pdf_sha256``. A paper is never changed: a correction issues a new one and voids this (G-12).
    """

    id = RowNumber(primary_key=True)
    kind = models.CharField(_("文书种类"), max_length=32, choices=Kind)
    serial = models.CharField(_("编号"), max_length=20, unique=True)
    verification_code = models.CharField(_("核验码"), max_length=40)
    subject = models.CharField(max_length=64, db_index=True)
    title = models.CharField(_("标题"), max_length=200)
    data = EncryptedTextField()
    snapshot_sha256 = models.CharField(_("数据校验码"), max_length=64)
    version_label = models.CharField(_("版本"), max_length=40, blank=True)
    draft = models.BooleanField(_("草稿"), default=False)
    state = models.CharField(_("状态"), max_length=10, choices=PaperState, default=PaperState.QUEUED)
    failure = models.TextField(_("失败原因"), blank=True)
    pdf_sha256 = models.CharField(max_length=64, blank=True)
    # What the PDF is signed with (documents/signatures.py); empty: not signed.
    certificate_sha256 = models.CharField(_("签名证书指纹"), max_length=64, blank=True, default="", db_default="")
    pages = models.PositiveIntegerField(_("页数"), default=0)
    created_at = models.DateTimeField(_("签发时间"))
    ready_at = models.DateTimeField(_("生成时间"), null=True, blank=True)
    voided_at = models.DateTimeField(_("作废时间"), null=True, blank=True)
    void_reason = models.CharField(_("作废原因"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("文书")
        verbose_name_plural = _("文书")
        ordering = ["-created_at", "-pk"]
        indexes = [models.Index(fields=["pdf_sha256"], name="paper_by_its_file")]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=Kind.values), name="paper_known_kind"),
            models.CheckConstraint(condition=Q(state__in=PaperState.values), name="paper_known_state"),
            models.CheckConstraint(
                condition=(Q(state=PaperState.READY) & ~Q(pdf_sha256="") & Q(ready_at__isnull=False) & Q(pages__gt=0))
                | (~Q(state=PaperState.READY) & Q(pdf_sha256="") & Q(ready_at__isnull=True) & Q(pages=0)),
                name="paper_ready_means_pdf",
            ),
            models.CheckConstraint(
                condition=(Q(state=PaperState.FAILED) & ~Q(failure="")) | (~Q(state=PaperState.FAILED) & Q(failure="")),
                name="paper_failed_means_reason",
            ),
            models.CheckConstraint(
                condition=(Q(voided_at__isnull=True) & Q(void_reason="")) | (Q(voided_at__isnull=False) & ~Q(void_reason="")),
                name="paper_void_means_reason",
            ),
            models.CheckConstraint(condition=Q(snapshot_sha256__regex=r"^[0-9a-f]{64}$"), name="paper_snapshot_sha256"),
            models.CheckConstraint(
                condition=Q(certificate_sha256="") | (Q(kind__in=SIGNED) & ~Q(pdf_sha256="")), name="paper_signed_when_made"
            ),
        ]

    def __str__(self) -> str:
        return self.serial

    def get_kind_display(self) -> str:
        """What the paper is called: in Chinese by its own title, as the notice has it; elsewhere by its kind."""
        in_chinese = not (get_language() or "").startswith("en")
        return self.title if in_chinese and any(map(is_cjk, self.title)) else str(Kind(self.kind).label)

    @property
    def is_ready(self) -> bool:
        """Whether the PDF can be fetched."""
        return self.state == PaperState.READY

    @property
    def is_void(self) -> bool:
        """Whether the paper no longer holds."""
        return self.voided_at is not None
