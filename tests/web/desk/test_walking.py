"""The walk of the journeys meets every kind of page there is, and opens each address once."""

from __future__ import annotations

import re
from html import unescape
from types import SimpleNamespace
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest
from django.urls import reverse

from tests.journeys.test_every_page import pages_of
from tests.support import world as w

pytestmark = pytest.mark.django_db


class Reader:
    """What the walk asks of a browser, asked of a test's client, which is told of links within the desk alone."""

    def __init__(self, client: Any, address: str) -> None:
        self.client, self.within = client, address
        self.opened: list[str] = []
        self.url = urljoin("http://testserver", address)
        self.text = ""

    def goto(self, link: str) -> SimpleNamespace:
        answer = self.client.get(link)
        self.opened.append(link)
        self.url, self.text = urljoin(self.url, link), answer.content.decode()
        return SimpleNamespace(status=answer.status_code)

    def evaluate(self, _links: str) -> list[str]:
        links = [unescape(href) for href in re.findall(r'<a [^>]*href="([^"]+)"', self.text)]
        return [there for there in (urljoin(self.url, link) for link in links) if urlsplit(there).path.startswith(self.within)]


def test_case_that_two_lists_lead_to_is_met_in_both_and_opened_once(world, signed_in):
    application = w.submitted(world)
    reader = Reader(signed_in(world.unit_admin), reverse("desk_queue"))
    met = list(pages_of(reader, set()))  # type: ignore[arg-type]
    assert len(reader.opened) == len(set(reader.opened)) == len([one for one in met if one.here])
    case = [one for one in met if one.address.endswith(reverse("desk_case", args=[application.pk]))]
    assert {"desk_queue", "show=waiting"} <= {one.kind[-1] for one in case}
    assert [one.here for one in case] == [True] + [False] * (len(case) - 1)
