"""Uploaded files: what was received, what the check found, and who may see it."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class EvidenceFile(models.Model):
    """One uploaded file. The bytes live in ``foundation.blobs`` under ``sha256``; this row is who brought them and what they are."""

    sha256 = models.CharField(max_length=64, db_index=True)
    size = models.PositiveBigIntegerField(_("大小"))
    name = models.CharField(_("文件名"), max_length=200)
    media_type = models.CharField(max_length=40)
    pages = models.PositiveIntegerField(_("页数"), default=1)
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField()
    warnings = models.JSONField(default=list)

    class Meta:
        verbose_name = _("附件文件")

    def __str__(self) -> str:
        return self.name
