"""Saving sections: nothing typed is lost, nothing newer is overwritten (house, decision 7)."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from tests.support import world as w
from tests.support.told_once import told_once
from zhicheng.applications.actions import confirm_check, save_section
from zhicheng.applications.actions.draft import MOST_ROWS
from zhicheng.applications.models import Application, DraftSection
from zhicheng.applications.queries import draft_of
from zhicheng.applications.states import State
from zhicheng.foundation import clock
from zhicheng.foundation.errors import Refused


@told_once
def road():
    world = w.make_world()
    return world, w.start(world)


def save(road, key="summary", typed=None, base=0, actor=None):
    world, application = road
    return save_section(
        actor=actor or world.applicant,
        application_id=application.pk,
        key=key,
        typed=typed if typed is not None else {},
        base_version=base,
    )


def code_of(call) -> str:
    with pytest.raises(Refused) as refused:
        call()
    assert len(refused.value.problems) == 1
    return refused.value.problems[0].code


def test_every_save_is_a_version_and_wrong_values_are_kept(road):
    first = save(road, "basic", {"mobile": "12", "work_started_on": "2013年2月30日"})
    assert first.version == 1
    assert (first.content["mobile"], first.content["work_started_on"]) == ("12", "2013年2月30日")
    assert {p.where for p in first.problems} >= {"basic.mobile", "basic.work_started_on"}
    assert save(road, "basic", {"mobile": "13812345678"}, base=1).version == 2
    assert draft_of(road[1]).contents["basic"]["mobile"] == "13812345678"


def test_form_never_saved_offers_the_accounts_mobile_and_mailbox(road):
    user = road[1].applicant
    basic = draft_of(road[1]).contents["basic"]
    assert user.mobile and (basic["mobile"], basic["email"]) == (user.mobile, user.email)
    save(road, "basic", {"mobile": ""})
    assert not draft_of(road[1]).contents["basic"].get("mobile"), "what was emptied stays empty"


def test_save_from_an_older_page_is_refused_and_changes_nothing(road):
    save(road, typed={"text": "第一版"})
    save(road, typed={"text": "第二版"}, base=1)
    before = list(DraftSection.objects.values("version", "saved_at"))
    for base in (0, 1, 3):
        assert code_of(lambda base=base: save(road, typed={"text": "旧页面"}, base=base)) == "conflict"
    assert list(DraftSection.objects.values("version", "saved_at")) == before
    assert draft_of(road[1]).contents["summary"]["text"] == "第二版"


def test_same_content_again_is_no_conflict_and_no_version(road):
    save(road, typed={"text": "同样"})
    again = save(road, typed={"text": " 同样 "}, base=0)
    assert again.version == 1


def test_sections_do_not_conflict_with_each_other(road):
    save(road, typed={"text": "一"})
    assert save(road, "appointment", {"post": "工程师"}).version == 1


def test_fixed_fields_cannot_be_typed(road):
    save(road, "basic", {"name": "冒名", "id_number": "110101199003077774", "employer_nature": "enterprise", "post": "科长"})
    basic = draft_of(road[1]).contents["basic"]
    assert (basic["id_number"], basic["employer_nature"], basic["post"]) == (w.identity_number(12), "institution", "科长")
    assert "冒名" not in DraftSection.objects.get().content


def test_rows_keep_their_ids_and_get_one_where_it_is_missing_twice_or_foreign(road):
    rows = [{"name": "甲", "id": "0a1b2c3d"}, {"name": "乙", "id": "0a1b2c3d"}, {"name": "丙", "id": "<script>"}, {"name": "丁"}]
    ids = [r["id"] for r in save(road, "awards", rows).content]
    assert ids[0] == "0a1b2c3d" and len(set(ids)) == 4
    assert all(len(i) == 8 and set(i) <= set("0123456789abcdef") for i in ids)
    again = save(road, "awards", save(road, "awards", rows[:1], base=1).content, base=2)
    assert [r["id"] for r in again.content] == ["0a1b2c3d"]


def test_blank_rows_fall_away(road):
    assert save(road, "awards", [{"name": " "}, {"id": "0a1b2c3d"}, {}, "x", None]).content == []


def test_more_than_the_form_can_hold_is_refused(road):
    assert code_of(lambda: save(road, "awards", [{"name": str(n)} for n in range(MOST_ROWS + 1)])) == "too_long"
    assert len(save(road, "awards", [{"name": str(n)} for n in range(MOST_ROWS)]).content) == MOST_ROWS
    assert code_of(lambda: save(road, typed={"text": "字" * 210_000})) == "too_long"
    assert DraftSection.objects.count() == 1


def test_unknown_section_and_strangers(road):
    world, _ = road
    assert code_of(lambda: save(road, "secrets")) == "not_found"
    for actor in (world.new_applicant(), world.unit_admin, world.bureau):
        assert code_of(lambda actor=actor: save(road, actor=actor, typed={"text": "x"})) in {"not_found"}
    assert DraftSection.objects.count() == 0


@pytest.mark.parametrize("state", sorted(set(State) - {State.DRAFT, State.RETURNED, State.BARRED, State.DISCARDED}))
@pytest.mark.usefixtures("unprotected")
def test_locked_form_is_not_written(db, state):
    with clock.travel(w.IN_WINDOW):
        world = w.make_world()
        application = w.submitted(world)
        Application.objects.filter(pk=application.pk).update(state=state)
        before = draft_of(application)
        assert code_of(lambda: save((world, application), typed={"text": "x"}, base=1)) == "not_open"
        assert draft_of(application) == before


def test_any_edit_undoes_the_check(db):
    with clock.travel(w.IN_WINDOW):
        world = w.make_world()
        application = w.start(world)
        w.fill(world.applicant, application)
        confirm_check(actor=world.applicant, application_id=application.pk)
        text = draft_of(application).contents["summary"]
        save((world, application), typed=text, base=1)
        assert Application.objects.get().checked_at is not None  # the same again is no edit
        save((world, application), typed={"text": text["text"] + "补充。"}, base=1)
        assert Application.objects.get().checked_at is None


class AnyTextTest(TestCase):
    """Whatever is typed comes back as it was meant."""

    @settings(max_examples=25)
    @given(st.text(alphabet=st.characters(exclude_categories=["Cs", "Cc"]), max_size=200))
    def test_any_text_survives_a_save(self, text: str) -> None:
        with clock.travel(w.IN_WINDOW):
            world = w.make_world()
            application = w.start(world)
            saved = save((world, application), typed={"text": text})
            stored = draft_of(application).contents["summary"]["text"]
            assert stored == saved.content["text"]
            assert save((world, application), typed={"text": stored}, base=saved.version).version == saved.version
