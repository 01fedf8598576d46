"""A desk the notice of 2023 does not cross has the pages of every desk."""

from __future__ import annotations

import pytest
from django.urls import reverse

from tests.review.test_other_chains import department, with_industry
from tests.support import world as w
from tests.support.told_once import told_once

pytestmark = pytest.mark.django_db


@told_once
def world() -> w.World:
    return w.make_world(with_supervising=True, campaign_text=with_industry())


def test_everybody_reads_of_the_department_on_the_way(world, signed_in) -> None:
    officer = department("engineering")
    application = w.submitted(world)
    w.publicise_and_report(world, application)
    w.pass_on(world.supervisor, application)
    for actor, address in (
        (world.applicant, reverse("my_application", args=[application.pk])),
        (officer, reverse("desk_queue")),
        (officer, reverse("desk_case", args=[application.pk])),
        (officer, reverse("desk_pass", args=[application.pk])),
        (officer, reverse("desk_return", args=[application.pk])),
        (world.unit_admin, reverse("desk_queue") + "?show=reported"),
    ):
        page = signed_in(actor).get(address)
        assert page.status_code == 200, address
        text = page.content.decode()
        assert "行业主管部门" in text or "博州水利局" in text, address
    assert signed_in(officer).get(reverse("office_registrations")).status_code == 403
