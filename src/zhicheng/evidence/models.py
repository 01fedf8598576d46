"""Uploaded files: what was received, what the check found, who brought it. What a file is good for is the business of
the room that refers to it; here nothing has a state, least of all one read from a file name.
"""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class MediaType(models.TextChoices):
    """The only types that are kept. Decided by content, never by name, and served exactly as written here."""

    PDF = "application/pdf", _("PDF 文件")
    JPEG = "image/jpeg", _("JPG 图片")
    PNG = "image/png", _("PNG 图片")


class EvidenceFile(models.Model):
    """One uploaded file. The bytes live in ``foundation.blobs`` under ``sha256``; this row is who brought them and what they are.

    ``name`` is for display and download only, already sanitised (``names.clean_name``). ``warnings`` is a list of
    ``{"code": ..., "page": ...}`` findings that hinder nobody; ``queries.describe_warnings`` puts them into words.
    Rows are never changed after they are written: a better scan is a new file.
    """

    sha256 = models.CharField(max_length=64, db_index=True)
    # The same pages without scripts, actions and attachments, where the original carries any: what is shown and sent.
    safe_sha256 = models.CharField(max_length=64, null=True, blank=True, db_index=True)
    size = models.PositiveBigIntegerField(_("大小"))
    name = models.CharField(_("文件名"), max_length=200)
    media_type = models.CharField(_("类型"), max_length=40, choices=MediaType)
    pages = models.PositiveIntegerField(_("页数"), default=1)
    # Null: a visitor brought it while registering a unit (S-13); whoever refers to it knows whose it became.
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    uploaded_at = models.DateTimeField(_("上传时间"))
    warnings = models.JSONField(_("清晰度提示"), default=list, blank=True)

    class Meta:
        verbose_name = _("附件文件")
        verbose_name_plural = _("附件文件")
        constraints = [
            models.CheckConstraint(condition=models.Q(size__gt=0), name="evidence_file_not_empty"),
            models.CheckConstraint(condition=models.Q(pages__gt=0), name="evidence_file_has_pages"),
            models.CheckConstraint(condition=models.Q(media_type__in=MediaType.values), name="evidence_file_known_type"),
            models.CheckConstraint(condition=models.Q(sha256__regex=r"^[0-9a-f]{64}$"), name="evidence_file_sha256"),
            models.CheckConstraint(
                condition=models.Q(safe_sha256__isnull=True) | models.Q(safe_sha256__regex=r"^[0-9a-f]{64}$"),
                name="evidence_file_safe_sha256",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_pdf(self) -> bool:
        """Whether the content is a PDF (then ``pages`` can be more than 1)."""
        return self.media_type == MediaType.PDF

    @property
    def served_sha256(self) -> str:
        """The bytes a reader gets unless the original is asked for."""
        return self.safe_sha256 or self.sha256
