"""The newest head of the ledger stands in small type on every public notice, on paper and on the page."""

from __future__ import annotations

from io import BytesIO

import pytest
from django.urls import reverse
from pypdf import PdfReader

from tests.support import world as w
from tests.web.registering import client_of
from zhicheng.documents.actions import pdf_of
from zhicheng.documents.queries import papers_of
from zhicheng.foundation import checkpoints, clock

pytestmark = pytest.mark.django_db


def _printed(application_id: int) -> str:
    paper = papers_of(f"application:{application_id}").get(kind="publicity_notice", voided_at=None)
    pages = PdfReader(BytesIO(pdf_of(paper))).pages
    assert len(pages) == 1
    return "".join("".join(page.extract_text() for page in pages).replace("\u200b", "").split())


def test_notice_carries_the_newest_head_in_small_type() -> None:
    with clock.travel(w.IN_WINDOW):
        world = w.make_world()
        application = w.submitted(world)
        w.unit_pass(world, application)
        head = checkpoints.make_checkpoint()
        assert head is not None
        period = w.open_publicity(world, application)
        assert f"{head.number}:{head.root}" in _printed(application.pk)
        page = client_of(world.unit_admin).get(reverse("publicity_notice", args=[period.pk])).content.decode()
        assert f"台账校验点 2023-05-22 {head.number}:{head.root}" in page


def test_notice_without_any_head_says_nothing_of_it() -> None:
    with clock.travel(w.IN_WINDOW):
        world = w.make_world()
        application = w.submitted(world)
        w.unit_pass(world, application)
        period = w.open_publicity(world, application)
        assert "校验点" not in _printed(application.pk)
        page = client_of(world.unit_admin).get(reverse("publicity_notice", args=[period.pk])).content.decode()
        assert "公示" in page and "校验点" not in page
