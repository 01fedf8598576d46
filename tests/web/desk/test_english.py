"""A case read in English: the notice's own English words for what is applied for."""

from __future__ import annotations

import pytest
from django.urls import reverse

from tests.support import world as w

pytestmark = pytest.mark.django_db


def test_what_is_applied_for_is_said_in_the_readers_language(world, signed_in):
    application = w.submitted(world)
    client = signed_in(world.unit_admin)
    case = reverse("desk_case", args=[application.pk])
    assert "工程师 · 中级 · 工程技术 · 林业和草原" in client.get(case).content.decode()
    client.cookies["django_language"] = "en"
    page = client.get(case).content.decode()
    assert "Engineer · Intermediate · Engineering · Forestry and grassland" in page
