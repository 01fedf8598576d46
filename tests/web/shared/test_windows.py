"""Every page says the same of what is open until when."""

from __future__ import annotations

from datetime import datetime

import pytest
from bs4 import BeautifulSoup
from django.test import Client
from django.urls import reverse

from tests.support import world as w
from tests.web.applicant.kit import client_of, page
from zhicheng.campaigns.data import BORTALA_2023
from zhicheng.campaigns.queries import published_campaigns
from zhicheng.foundation import clock
from zhicheng.web.shared.windows import statuses_of

pytestmark = pytest.mark.django_db

SAID = {
    datetime(2023, 5, 8, 9, 59, tzinfo=clock.BEIJING): "尚未开放",
    datetime(2023, 5, 22, 10, 0, tzinfo=clock.BEIJING): "正在申报",
    datetime(2023, 6, 20, 10, 0, tzinfo=clock.BEIJING): "首次上报已截止",
    datetime(2023, 7, 21, 18, 0, tzinfo=clock.BEIJING): "已截止",
}


def statuses(html: str) -> list[str]:
    """The words of the status tags of a page, in order."""
    return [" ".join(tag.get_text(" ").split()) for tag in BeautifulSoup(html, "html.parser").select(".status")]


@pytest.mark.parametrize("moment", SAID)
def test_home_and_the_applicants_page_say_the_same(moment: datetime) -> None:
    with clock.travel(w.IN_WINDOW):
        world = w.make_world()
    with clock.travel(moment):
        visitor, applicant = Client().get("/"), client_of(world.applicant).get(reverse("my_titles"))
    assert SAID[moment] in statuses(page(visitor)) and SAID[moment] in statuses(page(applicant))


def test_levels_that_stand_differently_are_named() -> None:
    text = BORTALA_2023.read_text("utf-8")
    start, end = text.index("  - levels: [junior, intermediate]"), text.index("\nchain:")
    both = text[start:end]
    junior = both.replace("[junior, intermediate]", "[junior]")
    middle = both.replace("[junior, intermediate]", "[intermediate]").replace("2023-06-16 18:00", "2023-06-30 18:00")
    with clock.travel(w.IN_WINDOW):
        world = w.make_world(campaign_text=text[:start] + junior + middle + text[end:])
        assert statuses_of(published_campaigns()[0]) == [("", "open")]
    with clock.travel(datetime(2023, 6, 20, 10, 0, tzinfo=clock.BEIJING)):
        assert statuses_of(published_campaigns()[0]) == [("初级", "correcting"), ("中级", "open")]
        shown = BeautifulSoup(page(client_of(world.applicant).get(reverse("my_titles"))), "html.parser")
    assert "初级 首次上报已截止 中级 正在申报" in " ".join(shown.select_one(".round-state").get_text(" ").split())
