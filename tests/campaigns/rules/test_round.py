"""Windows to the second, the chain of desks, what can be chosen: S-03, S-04, S-21, S-28, S-31, S-45, S-81, G-01, G-02."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from tests.campaigns.files import bortala, errors_in, other, other_text
from zhicheng.campaigns.notice import Notice
from zhicheng.campaigns.rules import (
    WindowPhase,
    banned_years,
    choose,
    desk_deadline,
    is_committee_arrival,
    open_levels,
    openings,
    passing_deadline,
    window_in_force,
    window_state,
)
from zhicheng.foundation.clock import BEIJING
from zhicheng.foundation.errors import Refused


def at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=BEIJING)


@pytest.mark.parametrize(
    ("moment", "phase"),
    [
        ("2023-05-08 09:59:59.999999", WindowPhase.NOT_YET),
        ("2023-05-08 10:00:00", WindowPhase.OPEN),
        ("2023-06-16 17:59:59.999999", WindowPhase.OPEN),
        ("2023-06-16 18:00:00", WindowPhase.CORRECTION_ONLY),
        ("2023-07-21 17:59:59.999999", WindowPhase.CORRECTION_ONLY),
        ("2023-07-21 18:00:00", WindowPhase.CLOSED),
    ],
)
def test_window_ends_are_exclusive_to_the_second(moment: str, phase: WindowPhase) -> None:
    state = window_state(bortala(), "junior", at(moment))
    assert state.phase is phase
    assert state.may_submit_first == (phase is WindowPhase.OPEN)
    assert state.may_correct == (phase in {WindowPhase.OPEN, WindowPhase.CORRECTION_ONLY})
    assert state.assumed


def test_window_is_the_same_moment_in_any_time_zone() -> None:
    last = dt.datetime(2023, 6, 16, 9, 59, 59, tzinfo=dt.UTC)
    assert window_state(bortala(), "junior", last).may_submit_first
    assert not window_state(bortala(), "junior", last + dt.timedelta(seconds=1)).may_submit_first


def test_level_without_window_is_closed() -> None:
    state = window_state(bortala(), "senior", at("2023-05-09 10:00"))
    assert (state.phase, state.apply_from) == (WindowPhase.CLOSED, None)
    assert open_levels(bortala()) == ["junior", "intermediate"]


def test_each_level_has_its_own_window() -> None:
    moment = at("2025-09-05 10:00")
    assert window_state(other(), "intermediate", moment).phase is WindowPhase.OPEN
    assert window_state(other(), "senior", moment).phase is WindowPhase.CLOSED


@given(st.integers(0, 400 * 86_400), st.integers(0, 400 * 86_400))
def test_window_only_moves_forward(seconds: int, more: int) -> None:
    order = list(WindowPhase)
    moment = at("2023-01-01 00:00") + dt.timedelta(seconds=seconds)
    first = window_state(bortala(), "junior", moment).phase
    second = window_state(bortala(), "junior", moment + dt.timedelta(seconds=more)).phase
    assert order.index(first) <= order.index(second)


@given(st.integers(-30, 30), st.integers(-30, 30), st.integers(0, 120))
def test_newer_version_extends_the_window_and_never_shortens_it(apply_by: int, correct_by: int, day: int) -> None:
    mine, now = bortala(), at("2023-05-08 10:00") + dt.timedelta(days=day)
    windows = tuple(
        one.model_copy(
            update={
                "apply_until": one.apply_until + dt.timedelta(days=apply_by),
                "correct_until": one.correct_until + dt.timedelta(days=correct_by),
            }
        )
        for one in mine.windows
    )
    newest = mine.model_copy(update={"windows": windows})
    held = window_in_force(mine, newest, "junior", now)
    before, after = window_state(mine, "junior", now), window_state(newest, "junior", now)
    assert held.may_submit_first == (before.may_submit_first or after.may_submit_first)
    assert held.may_correct == (before.may_correct or after.may_correct)
    assert held.correct_until == max(before.correct_until, after.correct_until)


def test_level_that_the_newest_notice_leaves_out_keeps_its_window() -> None:
    mine, now = bortala(), at("2023-05-20 10:00")
    newest = mine.model_copy(update={"windows": ()})
    assert window_in_force(mine, newest, "junior", now) == window_state(mine, "junior", now)


def test_title_of_a_level_without_a_window_is_said_to_be_closed() -> None:
    notice = bortala()
    juniors = [one.model_copy(update={"levels": ("junior",)}) for one in notice.windows if "junior" in one.levels]
    with pytest.raises(Refused) as refused:
        choose(notice.model_copy(update={"windows": tuple(juniors)}), series="engineering", specialty="water", title="engineer")
    assert refused.value.has("level_not_open")


def test_desk_deadlines_are_the_notices() -> None:
    assert desk_deadline(other(), "intermediate", "unit") == at("2025-10-24 20:00")
    assert desk_deadline(other(), "intermediate", "county") == at("2025-11-07 20:00")
    assert desk_deadline(other(), "intermediate", "prefecture") is None
    assert desk_deadline(bortala(), "junior", "unit") is None


def test_corrected_application_is_passed_on_until_corrections_end() -> None:
    ends = {
        (desk, corrected): passing_deadline(other(), "intermediate", desk, corrected=corrected)
        for desk in ("unit", "supervising", "county", "prefecture")
        for corrected in (False, True)
    }
    assert ends[("unit", False)] == at("2025-10-24 20:00")
    assert ends[("unit", True)] == at("2025-10-31 20:00")  # correct_until is the later one
    assert ends[("county", False)] == ends[("county", True)] == at("2025-11-07 20:00")  # the desk's own is
    assert {ends[(desk, c)] for desk in ("supervising", "prefecture") for c in (False, True)} == {None}


@given(
    st.sampled_from(["unit", "supervising", "county", "prefecture"]),
    st.sampled_from(["junior", "intermediate", "senior"]),
    st.booleans(),
)
def test_notice_without_these_dates_sets_no_desk_an_end(desk: str, level: str, corrected: bool) -> None:
    assert passing_deadline(bortala(), level, desk, corrected=corrected) is None


@given(st.sampled_from(["unit", "county"]))
def test_correcting_never_shortens_a_desks_time(desk: str) -> None:
    first = passing_deadline(other(), "intermediate", desk, corrected=False)
    later = passing_deadline(other(), "intermediate", desk, corrected=True)
    assert first is not None and later is not None and later >= first


def test_unit_may_end_the_day_after_the_last_publicity() -> None:
    earliest = other_text(("      unit: 2025-10-24 20:00", "      unit: 2025-10-17 00:01"))
    assert errors_in(earliest) == []


def test_ends_of_older_notices_are_read_as_the_desks() -> None:
    """A version stored before the desks stood in one table is pinned by its applications for ever."""
    stored = other().model_dump(mode="json")
    window = stored["windows"][0]
    window |= {f"{desk}_until": end for desk, end in window.pop("desk_until").items()}
    assert Notice.model_validate(stored) == other()


def test_calendar_nobody_knows_yet_is_no_error() -> None:
    assert [e for e in errors_in(other_text().replace("2025", "2031")) if "公示" in e.text] == []


DESKS = ["unit", "supervising", "county", "prefecture"]


def test_only_one_arrival_counts_and_which_is_data() -> None:
    assert [desk for desk in DESKS if is_committee_arrival(bortala(), desk)] == ["prefecture"]
    assert [desk for desk in DESKS if is_committee_arrival(other(), desk)] == ["county"]


def test_ban_starts_the_year_after_the_campaign() -> None:
    assert list(banned_years(bortala())) == [2024, 2025, 2026, 2027, 2028]
    assert list(banned_years(other())) == [2026, 2027, 2028, 2029]


def test_series_with_examinations_are_listed_with_the_reason() -> None:
    accounting = next(o for o in openings(bortala()) if o.series.code == "accounting")
    assert not accounting.choosable
    assert accounting.reason == "会计系列初、中级实行以考代评，须参加国家统一考试取得，不组织评审。"
    assert accounting.specialties == ()
    with translation.override("en"):
        assert "national examination" in next(o for o in openings(bortala()) if o.series.code == "accounting").reason
    assert "以考代评" in next(o for o in openings(other()) if o.series.code == "accounting").reason


def test_specialty_offers_only_its_titles() -> None:
    arts = next(o for o in openings(bortala()) if o.series.code == "arts")
    playwriting = next(s for s in arts.specialties if s.specialty.code == "playwright")
    assert [title.zh for title in playwriting.titles] == ["三级编剧", "四级编剧"]


@pytest.mark.parametrize("notice", [bortala(), other()], ids=["bortala", "other"])
def test_everything_listed_as_choosable_can_be_chosen(notice: Notice) -> None:
    for opening in openings(notice):
        for listed in opening.specialties:
            assert listed.titles
            for title in listed.titles:
                choice = choose(notice, series=opening.series.code, specialty=listed.specialty.code, title=title.code)
                assert (choice.series, choice.specialty, choice.title) == (opening.series, listed.specialty, title)


@pytest.mark.parametrize(
    ("series", "specialty", "title", "codes"),
    [
        ("astrology", "water", "engineer", {"series_not_open"}),
        ("accounting", "x", "y", {"series_closed"}),
        ("school_teaching", "x", "y", {"series_closed"}),
        ("engineering", "alchemy", "engineer", {"specialty_not_open"}),
        ("engineering", "water", "senior_engineer", {"title_not_open"}),
        ("engineering", "alchemy", "senior_engineer", {"specialty_not_open", "title_not_open"}),
        ("arts", "actor", "playwright_third", {"title_not_open"}),
    ],
)
def test_choice_that_is_not_open_is_refused_with_every_reason(series: str, specialty: str, title: str, codes: set[str]) -> None:
    with pytest.raises(Refused) as refused:
        choose(bortala(), series=series, specialty=specialty, title=title)
    assert {problem.code for problem in refused.value.problems} == codes


@pytest.mark.parametrize("notice", [bortala(), other()], ids=["2023", "2025"])
def test_what_was_chosen_is_found_by_its_codes_open_or_not(notice: Notice) -> None:
    for series in notice.catalogue.series:
        for specialty in series.specialties:
            for title in series.titles:
                assert notice.chosen(series.code, specialty.code, title.code) == (series, specialty, title)
        assert notice.chosen(series.code, "none", "none") == (series, None, None)
        assert notice.chosen("none", "none", "none") == (None, None, None)
