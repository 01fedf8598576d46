"""The table of the desks: what it must hold, and the road of an application through a notice's chain."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from tests.campaigns.files import bortala, other
from zhicheng.applications.desks import BY_ROLE, DESKS, HOLDER, TABS, desk_after, organization_at, road_of
from zhicheng.applications.lifecycle import BY_NAME
from zhicheng.applications.models import Application
from zhicheng.applications.states import State
from zhicheng.campaigns.notice import Desk
from zhicheng.organizations.actors import Role


def test_every_desk_a_notice_can_name_has_one_row() -> None:
    assert [desk.role.value for desk in DESKS] == [desk.value for desk in Desk]


def test_rows_name_columns_and_moves_that_exist() -> None:
    columns = {field.name for field in Application._meta.get_fields()}
    for desk in DESKS:
        assert {desk.column, *([desk.reached, desk.passed] if desk.reached else [])} <= columns
        assert {desk.passes, desk.returns} <= BY_NAME.keys()
        assert all(move in BY_NAME for move in (desk.closes, desk.report) if move)
        assert desk.words.coming.keys() == set(desk.holds)


def test_no_state_is_held_by_two_desks_and_every_tab_is_reached() -> None:
    assert len(HOLDER) == sum(len(desk.holds) for desk in DESKS)
    for role, tabs in TABS.items():
        for state in State:
            listing = [key for key, tab in tabs.items() if state in tab.states]
            assert len(listing) == 1, (role, state)
        assert next(iter(tabs.values())).states == BY_ROLE[role].holds[:1]
        assert [key for key, tab in tabs.items() if tab.passed] == (["passed"] if BY_ROLE[role].reached else [])


def naming(**organizations: int | None) -> Any:
    """What an application names: the ids of the organizations, at most desks none."""
    always = {desk.column_id: number for number, desk in enumerate(DESKS, start=1) if desk.always}
    return SimpleNamespace(**{desk.column_id: None for desk in DESKS} | always | organizations)


@pytest.mark.parametrize(
    ("notice", "body", "roles"),
    [
        (bortala, None, ["unit", "county", "prefecture"]),
        (bortala, 2, ["unit", "supervising", "county", "prefecture"]),
        (other, 2, ["unit", "supervising", "county"]),
        (other, None, ["unit", "supervising", "county"]),  # mandatory: 上报 is refused (route_problems)
    ],
)
def test_road_follows_the_chain(notice, body: int | None, roles: list[str]) -> None:
    application = naming(supervising_body_id=body, industry_body_id=body)
    road = road_of(application, notice())
    assert [desk.role.value for desk in road] == roles
    after = [desk_after(application, desk.role, notice()) for desk in road]
    assert after == [*road[1:], None]


def test_organization_of_a_role_is_the_one_its_column_names() -> None:
    named = {desk.column_id: number for number, desk in enumerate(DESKS, start=10)}
    assert [organization_at(naming(**named), desk.role) for desk in DESKS] == list(named.values())
    assert organization_at(naming(**named), Role.APPLICANT) is None
