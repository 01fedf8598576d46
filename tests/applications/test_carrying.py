"""A draft moves with its person: what fits goes along with its files, what does not is listed, and nothing is changed where it was."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.support import world as w
from tests.support.told_once import told_once
from zhicheng.applications.actions import carry_application, discard_application, save_section
from zhicheng.applications.actions.carrying import Carried
from zhicheng.applications.carrying import moving
from zhicheng.applications.casefile import CaseFile
from zhicheng.applications.models import Application
from zhicheng.applications.queries import draft_of, get_application, materials_of
from zhicheng.applications.sections import SECTIONS
from zhicheng.applications.used_files import files_used_before
from zhicheng.foundation import clock
from zhicheng.foundation.errors import Refused

pytestmark = pytest.mark.django_db


@told_once
def road():
    """An application in which everything is filled in, and a second, empty one of the same person."""
    world = w.make_world()
    application = w.start(world)
    w.fill(world.applicant, application)
    return world, application, w.start(world, specialty="construction")


def carry(world: w.World, application: Application, second: Application) -> Carried:
    return carry_application(actor=world.applicant, application_id=second.pk, from_id=application.pk)


def save(world: w.World, application: Application, key: str, typed: Any) -> None:
    version = draft_of(application).versions[key]
    save_section(actor=world.applicant, application_id=application.pk, key=key, typed=typed, base_version=version)


def typed_of(application: Application) -> dict[str, Any]:
    return {s.key: draft_of(Application.objects.get(pk=application.pk)).contents[s.key] for s in SECTIONS}


def test_everything_that_fits_goes_along_but_what_has_to_be_signed_anew(road) -> None:
    world, application, second = road
    carried = carry(world, application, second)
    wanted = typed_of(application)
    wanted["continuing_education"] = [row for row in wanted["continuing_education"] if row["year"] != 2018]
    assert typed_of(second) == wanted
    brought = {(m.slot, m.paper, m.year, m.row, m.file_id) for m in materials_of(second)}
    before = {(m.slot, m.paper, m.year, m.row, m.file_id) for m in materials_of(application)}
    assert brought == {one for one in before if one[0] != "commitment"}
    assert (carried.files, len(before) - 1) == (len(brought), len(brought))
    year, signed = carried.left
    assert (year.what, year.why) == ("继续教育：2018", "本次申报不需要2018年度。")
    assert "重新签名" in signed.why


def test_pressed_twice_is_done_once_and_nothing_is_doubled(road) -> None:
    world, application, second = road
    carry(world, application, second)
    before = typed_of(second), list(materials_of(second).values_list("pk", flat=True))
    again = carry(world, application, second)
    assert (again.sections, again.files) == (0, 0)
    assert (typed_of(second), list(materials_of(second).values_list("pk", flat=True))) == before


def test_what_is_filled_in_stays_and_is_told(road) -> None:
    world, application, second = road
    save(world, second, "summary", {"text": "这一份另写的总结。"})
    save(world, second, "education", [])
    carried = carry(world, application, second)
    assert draft_of(second).contents["summary"] == {"text": "这一份另写的总结。"}
    assert draft_of(second).contents["education"] == draft_of(application).contents["education"]
    assert draft_of(second).versions["education"] == 2
    assert any("保留现在的内容" in left.why for left in carried.left)


def test_what_does_not_fit_is_listed_with_the_reason(road) -> None:
    world, application, second = road
    rows = draft_of(application).contents
    save(world, application, "continuing_education", [*rows["continuing_education"], {"year": "2009", "hours_total": "90"}])
    save(world, application, "publications", [{"kind": "paper", "title": "旧论文", "published_on": "2012-05-01"}])
    why = {left.what: left.why for left in carry(world, application, second).left}
    assert why["继续教育：2009"] == "本次申报不需要2009年度。"
    assert "不在任期内" in why["论文、论著、课题报告：旧论文"]
    assert [row["year"] for row in draft_of(second).contents["continuing_education"]] == list(range(2019, 2023))
    assert draft_of(second).contents["publications"] == []


def test_given_up_application_may_still_be_brought_along(road) -> None:
    world, application, second = road
    discard_application(actor=world.applicant, application_id=application.pk)
    assert carry(world, application, second).sections == len([s for s in SECTIONS if typed_of(application)[s.key]])


def test_edit_undoes_the_check_and_the_other_application_is_not_touched(road) -> None:
    world, application, second = road
    before = Application.objects.filter(pk=application.pk).values().get()
    Application.objects.filter(pk=second.pk).update(checked_at=clock.now())
    with clock.travel(clock.now() + timedelta(hours=1)):
        carry(world, application, second)
    second.refresh_from_db()
    assert second.checked_at is None
    assert Application.objects.filter(pk=application.pk).values().get() == before


def test_nobody_brings_along_anothers(road) -> None:
    world, application, second = road
    other = world.new_applicant()
    foreign = w.start(world, other)
    for actor, target, source in (
        (other, foreign, application),
        (world.applicant, second, foreign),
        (other, second, application),
    ):
        with pytest.raises(Refused) as refused:
            carry_application(actor=actor, application_id=target.pk, from_id=source.pk)
        assert refused.value.has("not_found")
    with pytest.raises(Refused):
        carry(world, second, second)
    assert not materials_of(foreign).exists()


def test_sent_application_takes_nothing_in(road) -> None:
    world, application, second = road
    w.submit(world.applicant, application)
    with pytest.raises(Refused) as refused:
        carry_application(actor=world.applicant, application_id=application.pk, from_id=second.pk)
    assert refused.value.has("not_open")


def test_files_used_before_name_where_and_are_ones_own(road) -> None:
    world, application, second = road
    w.fill(other := world.new_applicant(), w.start(world, other))
    used = files_used_before(second, ("education",))
    assert {file.number for file in used} == {application.number}
    assert {file.file_id for file in used} == set(
        materials_of(application).filter(slot="education").values_list("file_id", flat=True)
    )
    assert not files_used_before(application, ("education",))


def test_rows_of_another_number_and_the_same_words_are_not_told_to_be_left(road) -> None:
    world, application, second = road
    rows = [{name: value for name, value in row.items() if name != "id"} for row in w.sections()["education"]]
    save(world, second, "education", rows)
    assert not [left for left in carry(world, application, second).left if left.what == "学历学位"]


def test_list_of_what_was_left_says_the_same_when_it_is_opened_later(road) -> None:
    world, application, second = road
    told = carry(world, application, second).left
    again = moving(
        CaseFile(get_application(world.applicant, application.pk)), CaseFile(get_application(world.applicant, second.pk))
    )
    assert sorted(again.left, key=str) == sorted(told, key=str)
    assert not again.contents
    assert not again.files
