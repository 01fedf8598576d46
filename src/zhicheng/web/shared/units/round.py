"""The campaign whose 注册须知 is shown and for whose year a unit is verified."""

from __future__ import annotations

from zhicheng.campaigns.queries import CampaignNow, published_campaigns
from zhicheng.foundation import clock


def current_round() -> CampaignNow | None:
    """The newest campaign that takes submissions now; when none does, the newest that was published. One query."""
    published = published_campaigns()
    return next((campaign for campaign in published if campaign.may_submit_first), published[0] if published else None)


def current_year() -> int:
    """The year of :func:`current_round`; the calendar year in Beijing while nothing was ever published."""
    campaign = current_round()
    return campaign.notice.year if campaign is not None else clock.today().year
