"""A desk the notice of 2023 does not cross has the pages of every desk."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse

from tests.review.test_other_chains import department, with_industry
from tests.support import world as w
from tests.support.told_once import told_once
from zhicheng.campaigns.data import BORTALA_2023
from zhicheng.foundation import clock, outbox

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


def with_the_county_last() -> str:
    """The bureau between unit and county: the county counts, and accepts."""
    text = BORTALA_2023.read_text("utf-8")
    first, end = text.index("  - desk: supervising"), text.index("limits:\n", text.index("  - desk: prefecture"))
    return text[:first] + "  - desk: prefecture\n  - desk: county\n    counts_as_committee_arrival: true\n\n" + text[end:]


def test_final_words_are_those_of_the_desk_that_counts(signed_in, mailoutbox) -> None:
    with clock.travel(w.IN_WINDOW):
        world = w.make_world(campaign_text=with_the_county_last())
        application = w.submitted(world)

        def read(actor, name: str, *args) -> str:
            page = signed_in(actor).get(reverse(name, args=args))
            assert page.status_code == 200, name
            return page.content.decode()

        def timeline(actor) -> str:
            return read(actor, "my_application" if actor is world.applicant else "desk_case", application.pk)

        road = read(world.applicant, "application_receipt", application.pk, 1)
        assert f"{world.prefecture.name}审核。" in road and f"{world.county.name}终审。" in road
        w.publicise_and_report(world, application)
        for actor in (world.applicant, world.unit_admin, world.bureau):
            assert "公示期满，报州人社局" in timeline(actor) and "报州终审" not in timeline(actor)
            assert "县（市）终审" in timeline(actor)
        assert "终审" not in read(world.bureau, "desk_queue") and "予以受理" not in read(
            world.bureau, "desk_pass", application.pk
        )
        assert "待终审" in read(world.county_officer, "desk_queue")
        w.pass_on(world.bureau, application)
        for actor in (world.applicant, world.unit_admin, world.bureau, world.county_officer):
            assert "州人社局审核通过" in timeline(actor) and "终审通过" not in timeline(actor)
        assert "等待县（市）终审" in timeline(world.applicant) and "待县（市）终审" in timeline(world.county_officer)
        assert "予以受理" in read(world.county_officer, "desk_pass", application.pk)
        w.pass_on(world.county_officer, application)
        assert "县（市）终审通过，予以受理" in timeline(world.applicant) and "终审已通过" in timeline(world.applicant)
        with clock.travel(clock.now() + timedelta(hours=1)):
            outbox.drain(1000)
    told = "\n".join(mail.body for mail in mailoutbox if "applicant@example.cn" in mail.to)
    assert "州人社局审核通过" in told and "等待州人社局审核" in told and "县（市）终审通过，予以受理" in told
    assert told.count("予以受理") == 1
