"""Publishing: a change is a new version, nothing published is ever changed."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import DatabaseError, transaction

from tests.campaigns.files import other, other_text
from zhicheng.campaigns.actions import publish_campaign, withdraw_campaign
from zhicheng.campaigns.loading import BadNotice
from zhicheng.campaigns.models import Campaign, CampaignVersion
from zhicheng.campaigns.queries import current_version, notice_of
from zhicheng.foundation import clock
from zhicheng.foundation.canonical import digest
from zhicheng.foundation.errors import Refused
from zhicheng.foundation.ledger import verify
from zhicheng.foundation.models import LedgerEntry
from zhicheng.organizations.actors import SYSTEM, Actor, Role

pytestmark = pytest.mark.django_db
CHANGED = ("  committee_submissions: 2", "  committee_submissions: 4")


def test_first_publication_makes_campaign_version_and_ledger_entry() -> None:
    moment = dt.datetime(2025, 6, 1, 9, 30, tzinfo=clock.BEIJING)
    with clock.travel(moment):
        version = publish_campaign(text=other_text(), actor=SYSTEM)
    campaign = Campaign.objects.get()
    assert (campaign.slug, campaign.year, campaign.region_code, campaign.published) == ("kezhou-2025", 2025, "653000", True)
    assert (version.campaign, version.number, version.published_at) == (campaign, 1, moment)
    assert version.source_text == other_text()
    assert version.sha256 == digest(version.notice)
    assert notice_of(version) == other()
    entry = LedgerEntry.objects.get()
    assert (entry.event, entry.subject, entry.actor) == ("campaign.published", f"campaign:{campaign.pk}", "system")
    assert entry.data == {"slug": "kezhou-2025", "year": 2025, "version": 1, "sha256": version.sha256, "new": True}
    assert verify().ok


def test_same_notice_again_changes_nothing() -> None:
    first = publish_campaign(text=other_text(), actor=SYSTEM)
    again = publish_campaign(text="# another comment\n" + other_text(), actor=SYSTEM)
    assert again.pk == first.pk
    assert CampaignVersion.objects.count() == 1
    assert LedgerEntry.objects.count() == 1


def test_changed_notice_is_a_new_version_beside_the_old() -> None:
    first = publish_campaign(text=other_text(), actor=SYSTEM)
    second = publish_campaign(text=other_text(CHANGED), actor=SYSTEM)
    assert (second.campaign_id, second.number) == (first.campaign_id, 2)
    first.refresh_from_db()
    assert notice_of(first).limits.committee_submissions == 2
    assert notice_of(second).limits.committee_submissions == 4
    assert current_version("kezhou-2025") == second


def test_going_back_to_an_earlier_notice_is_a_version_of_its_own() -> None:
    publish_campaign(text=other_text(), actor=SYSTEM)
    publish_campaign(text=other_text(CHANGED), actor=SYSTEM)
    assert publish_campaign(text=other_text(), actor=SYSTEM).number == 3


def test_bad_file_changes_nothing() -> None:
    publish_campaign(text=other_text(), actor=SYSTEM)
    with pytest.raises(BadNotice):
        publish_campaign(text=other_text(("  ban_years: 4", "  ban_years: x")), actor=SYSTEM)
    assert CampaignVersion.objects.count() == 1
    assert LedgerEntry.objects.count() == 1


def test_year_and_region_of_a_campaign_stay_with_both_reasons() -> None:
    publish_campaign(text=other_text(), actor=SYSTEM)
    with pytest.raises(Refused) as refused:
        publish_campaign(text=other_text(("year: 2025", "year: 2026"), ('"653000"', '"653100"')), actor=SYSTEM)
    assert [problem.code for problem in refused.value.problems] == ["year_changed", "region_changed"]
    assert "2025" in str(refused.value.problems[0].text)
    assert CampaignVersion.objects.count() == 1


@pytest.mark.parametrize("role", [Role.APPLICANT, Role.UNIT, Role.SUPERVISING, Role.COUNTY, Role.ANONYMOUS])
def test_others_may_not_publish_or_withdraw(role: Role) -> None:
    publish_campaign(text=other_text(), actor=SYSTEM)
    actor = Actor(role=role, user_id=7)
    for attempt in (
        lambda: publish_campaign(text=other_text(CHANGED), actor=actor),
        lambda: withdraw_campaign(slug="kezhou-2025", actor=actor),
    ):
        with pytest.raises(Refused) as refused:
            attempt()
        assert refused.value.has("not_allowed")
    assert CampaignVersion.objects.count() == 1
    assert Campaign.objects.get().published


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.PREFECTURE])
def test_publisher_is_named_in_the_ledger(role: Role) -> None:
    publish_campaign(text=other_text(), actor=Actor(role=role, user_id=7))
    assert LedgerEntry.objects.get().actor == "user:7"


def test_withdrawn_campaign_is_put_back_by_its_own_file() -> None:
    version = publish_campaign(text=other_text(), actor=SYSTEM)
    withdraw_campaign(slug="kezhou-2025", actor=SYSTEM)
    withdraw_campaign(slug="kezhou-2025", actor=SYSTEM)
    assert current_version("kezhou-2025") is None
    assert publish_campaign(text=other_text(), actor=SYSTEM) == version
    assert current_version("kezhou-2025") == version
    assert [entry.event for entry in LedgerEntry.objects.order_by("number")] == [
        "campaign.published",
        "campaign.withdrawn",
        "campaign.published",
    ]


def test_campaign_that_does_not_exist_cannot_be_withdrawn() -> None:
    with pytest.raises(Refused) as refused:
        withdraw_campaign(slug="nowhere", actor=SYSTEM)
    assert refused.value.has("no_such_campaign")


def test_database_refuses_to_change_a_published_version() -> None:
    version = publish_campaign(text=other_text(), actor=SYSTEM)
    for change in ({"notice": {}}, {"sha256": "0" * 64}, {"published_at": clock.now()}, {"number": 9}):
        with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
            CampaignVersion.objects.filter(pk=version.pk).update(**change)
    version.source_text = "other"
    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
        version.save()
