"""Which campaigns are open, and how little it costs to know."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from tests.campaigns.files import other_text
from zhicheng.campaigns import queries
from zhicheng.campaigns.actions import publish_campaign, withdraw_campaign
from zhicheng.campaigns.data import BORTALA_2023
from zhicheng.campaigns.models import CampaignVersion
from zhicheng.campaigns.queries import (
    campaigns_open_now,
    current_version,
    current_versions,
    notice_of,
    published_campaigns,
    versions_named_to_all,
    window_now,
    windows_in_force,
)
from zhicheng.foundation import clock
from zhicheng.organizations.actors import SYSTEM

pytestmark = pytest.mark.django_db


def at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=clock.BEIJING)


@pytest.fixture
def _both() -> None:
    publish_campaign(text=BORTALA_2023.read_text(encoding="utf-8"), actor=SYSTEM)
    publish_campaign(text=other_text(("  ban_years: 4", "  ban_years: 3")), actor=SYSTEM)
    publish_campaign(text=other_text(), actor=SYSTEM)


@pytest.mark.usefixtures("_both")
def test_open_campaigns_follow_the_clock() -> None:
    for moment, slugs in [
        ("2023-05-08 09:59:59", []),
        ("2023-05-08 10:00", ["bortala-2023"]),
        ("2023-06-16 17:59:59", ["bortala-2023"]),
        ("2023-06-16 18:00", []),
        ("2025-07-10 12:00", ["kezhou-2025"]),  # only its senior level
        ("2025-08-01 12:00", []),
    ]:
        with clock.travel(at(moment)):
            assert [campaign.version.campaign.slug for campaign in campaigns_open_now()] == slugs, moment


@pytest.mark.usefixtures("_both")
def test_campaign_in_its_correction_time_is_not_open_but_takes_corrections() -> None:
    bortala = next(c for c in published_campaigns(at("2023-07-01 12:00")) if c.notice.year == 2023)
    assert (bortala.may_submit_first, bortala.may_correct) == (False, True)


@pytest.mark.usefixtures("_both")
def test_published_campaigns_are_the_newest_versions_newest_year_first() -> None:
    found = published_campaigns()
    assert [(c.version.campaign.slug, c.version.number) for c in found] == [("kezhou-2025", 2), ("bortala-2023", 1)]
    assert list(found[0].windows) == ["intermediate", "senior"]


@pytest.mark.usefixtures("_both")
def test_withdrawn_campaign_is_not_listed() -> None:
    withdraw_campaign(slug="kezhou-2025", actor=SYSTEM)
    assert [v.campaign.slug for v in current_versions()] == ["bortala-2023"]
    assert current_version("kezhou-2025") is None


@pytest.mark.usefixtures("_both")
def test_reading_all_campaigns_costs_one_query(django_assert_num_queries: Any) -> None:
    published_campaigns()
    with django_assert_num_queries(1):
        assert len(published_campaigns()) == 2


@pytest.mark.usefixtures("_both")
def test_notice_is_parsed_once_for_a_version(django_assert_num_queries: Any) -> None:
    version = CampaignVersion.objects.get(campaign__slug="bortala-2023")
    notice = notice_of(version)
    again = CampaignVersion.objects.defer("notice").get(pk=version.pk)
    with django_assert_num_queries(0):
        assert notice_of(again) is notice


@pytest.mark.usefixtures("_both")
def test_asking_every_version_costs_the_same_however_many_there_are(
    django_assert_num_queries: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """More versions than notices stay in memory: a visitor of the first page, or a round of the worker, parses none of them again."""
    moment = at("2025-07-10 12:00")
    monkeypatch.setattr(queries, "KEPT_NOTICES", 32)
    last = CampaignVersion.objects.get(campaign__slug="kezhou-2025", number=2)
    notice = last.notice | {"policies": last.notice["policies"] | {"publicity_audience": "unit"}}
    for number in range(3, 43):
        CampaignVersion.objects.create(
            campaign=last.campaign, number=number, notice=notice, source_text="", sha256=f"{number:064x}", published_at=moment
        )
    with django_assert_num_queries(2):  # the first to ask after versions were published
        assert versions_named_to_all() == [last.pk - 1, last.pk]
    with django_assert_num_queries(1):
        assert versions_named_to_all() == [last.pk - 1, last.pk]
    with django_assert_num_queries(1):
        assert len(windows_in_force(moment)) == 43


@pytest.mark.usefixtures("_both")
def test_windows_in_force_are_those_of_the_version_with_the_ends_of_the_newest() -> None:
    moment = at("2025-07-10 12:00")
    found = windows_in_force(moment)
    for version in CampaignVersion.objects.all():
        levels = {level: window_now(version, level, moment) for level in found[version.pk]}
        assert found[version.pk] == levels and levels
