"""What must be true of the notices: each version is what its hash says, and what was published."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhicheng.campaigns.models import CalendarVersion, Campaign, CampaignVersion
from zhicheng.foundation.canonical import digest
from zhicheng.foundation.invariants import Violation, in_batches, invariant
from zhicheng.foundation.models import LedgerEntry
from zhicheng.foundation.told import EVENT, Telling, told

told(
    "campaigns.versions_in_ledger",
    gettext_lazy("申报批次的每个通知版本都在台账中发布过"),
    Telling(
        events=("campaign.published",),
        rows=lambda: CampaignVersion.objects.select_related("campaign").defer("notice", "source_text"),
        kind="campaign",
        belongs="campaign_id",
        named="version",
        column="number",
        values={
            "sha256": lambda row: row.sha256,
            "slug": lambda row: row.campaign.slug,
            "year": lambda row: row.campaign.year,
        },
        repeated=True,  # withdrawn and published again
    ),
)


told(
    "campaigns.calendars_in_ledger",
    gettext_lazy("工作日历的每个版本都在台账中载入或撤下过"),
    Telling(
        events=("calendar.published", "calendar.withdrawn"),
        rows=lambda: CalendarVersion.objects.defer("content", "source_text"),
        kind="calendar",
        belongs="pk",
        values={
            EVENT: lambda row: "calendar.withdrawn" if row.withdrawn else "calendar.published",
            "name": lambda row: row.name,
            "version": lambda row: row.number,
            "sha256": lambda row: row.sha256,
        },
    ),
)


@invariant("campaigns.calendars", gettext_lazy("工作日历的内容与校验码一致"))
def calendars() -> Iterator[Violation]:
    """What counts as a working day is decided by the stored layers: each has its hash (S-39)."""
    for versions in in_batches(CalendarVersion.objects.defer("source_text")):
        for version in versions:
            if digest(version.content) != version.sha256:
                yield Violation(f"calendar:{version.pk}", _("日历内容与校验码不一致。"))


@invariant("campaigns.notices", gettext_lazy("通知内容与校验码一致，批次的年度、地区与通知相同，是否发布与台账一致"))
def notices() -> Iterator[Violation]:
    """What is open, to whom and until when is decided by the stored text: it has its hash. A version at a time: it is large."""
    for versions in in_batches(CampaignVersion.objects.select_related("campaign").defer("source_text", "notice")):
        for version in versions:
            notice = CampaignVersion.objects.values_list("notice", flat=True).get(pk=version.pk)
            subject = f"campaign:{version.campaign_id} version:{version.number}"
            if digest(notice) != version.sha256:
                yield Violation(subject, _("通知内容与校验码不一致。"))
            round_ = version.campaign
            if (notice.get("slug"), notice.get("year"), notice.get("region_code")) != (
                round_.slug,
                round_.year,
                round_.region_code,
            ):
                yield Violation(subject, _("批次的年度或地区与通知不同。"))
    for campaigns in in_batches(Campaign.objects.all()):
        for campaign in campaigns:
            told_of = LedgerEntry.objects.filter(subject=f"campaign:{campaign.pk}", event__in=_SHOWN).order_by("-number")
            last = told_of.values_list("event", flat=True).first()
            if last is not None and _SHOWN[last] != campaign.published:
                yield Violation(f"campaign:{campaign.pk}", _("是否发布与台账不同。"))


_SHOWN = {"campaign.published": True, "campaign.withdrawn": False}
