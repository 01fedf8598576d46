"""A long list of radio buttons has a field to search in it, shown by the script alone and never sent."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup
from django.urls import reverse

from tests.support import world as w
from tests.web.applicant.kit import client_of, page
from zhicheng.campaigns.queries import notice_of

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("query", [{}, {"series": "engineering"}])
def test_every_long_list_and_no_short_one_can_be_searched(world, query: dict[str, str]) -> None:
    w.accept_prompt(world.applicant, world.version)
    here = reverse("application_choose", args=[notice_of(world.version).slug])
    soup = BeautifulSoup(page(client_of(world.applicant).get(here, query)), "html.parser")
    lists = [group for group in soup.select("main fieldset") if group.select(".choice")]
    assert lists
    for group in lists:
        box = group.select_one("[data-narrow]")
        assert (box is not None) is (len(group.select(".choice")) > 8)
        if box is not None:
            assert box.has_attr("hidden") and not box.input.has_attr("name")
            assert group.select_one(f"label[for={box.input['id']}]").get_text() == "在列表中查找"
