"""年度申报批次 and the versions of its notice, as stored. Written only by ``campaigns.actions``."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Campaign(models.Model):
    """One year's round in one region (S-02). What it says stands in its versions; ``published`` shows it to visitors."""

    slug = models.SlugField(max_length=60, unique=True)
    year = models.PositiveSmallIntegerField(_("年度"))
    region_code = models.CharField(_("地区"), max_length=6)
    published = models.BooleanField(default=False)
    created_at = models.DateTimeField()

    class Meta:
        verbose_name = _("年度申报批次")
        ordering = ["-year", "slug"]
        constraints = [models.CheckConstraint(condition=Q(year__gte=2000) & Q(year__lte=2100), name="campaign_year_is_plausible")]

    def __str__(self) -> str:
        return self.slug


class CalendarVersion(models.Model):
    """One state of a layer of the working-day calendar, loaded like a notice. Never changed: a change is a new version.

    ``content`` is the validated :class:`zhicheng.campaigns.calendars.CalendarFile` as JSON, ``sha256`` the digest of that JSON;
    ``source_text`` is the file it was read from. ``withdrawn``: from this version on the layer says nothing; its content is the last one's.
    """

    name = models.SlugField(_("名称"), max_length=60)
    number = models.PositiveIntegerField(_("版本"))
    content = models.JSONField()
    source_text = models.TextField()
    sha256 = models.CharField(max_length=64)
    withdrawn = models.BooleanField(default=False)
    loaded_at = models.DateTimeField()

    class Meta:
        verbose_name = _("工作日历")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["name", "number"], name="calendar_version_number_once"),
            models.CheckConstraint(condition=Q(number__gte=1), name="calendar_version_counts_from_one"),
        ]

    def __str__(self) -> str:
        return f"{self.name} v{self.number}"


class CampaignVersion(models.Model):
    """One state of a campaign's notice. Never changed (a database trigger refuses): a change is a new version.

    ``notice`` is the validated :class:`zhicheng.campaigns.notice.Notice` as JSON, ``sha256`` the digest of that JSON;
    ``source_text`` is the file it was read from, with its comments. An application pins the version it was started under.
    """

    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField(_("版本"))
    notice = models.JSONField()
    source_text = models.TextField()
    sha256 = models.CharField(max_length=64)
    published_at = models.DateTimeField()

    class Meta:
        verbose_name = _("通知版本")
        ordering = ["campaign_id", "number"]
        indexes = [models.Index(fields=["sha256"])]
        constraints = [
            models.UniqueConstraint(fields=["campaign", "number"], name="campaign_version_number_once"),
            models.CheckConstraint(condition=Q(number__gte=1), name="campaign_version_counts_from_one"),
        ]

    def __str__(self) -> str:
        return f"{self.campaign_id} v{self.number}"
