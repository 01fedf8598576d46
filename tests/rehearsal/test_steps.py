"""The road told once: every state is reached by its steps in the tests' world, and every step of it has a name the walk knows."""

from __future__ import annotations

import pytest

from tests.campaigns.files import bortala
from tests.review.test_other_chains import department, with_industry
from tests.support import world as w
from tests.support.told_once import told_once
from tests.support.verified import everything_holds
from zhicheng.applications.desks import BY_ROLE, DESKS
from zhicheng.applications.states import State
from zhicheng.organizations.actors import Role
from zhicheng.rehearsal import steps

pytestmark = pytest.mark.django_db


@told_once
def longest() -> w.World:
    """A world whose notice crosses every desk there is."""
    world = w.make_world(with_supervising=True, campaign_text=with_industry())
    world.departments[Role.INDUSTRY] = department("engineering")
    return world


@pytest.mark.parametrize("state", State)
def test_way_leads_to_every_state(longest: w.World, state: State) -> None:
    application = w.reach(longest, state)
    assert application.state == state
    everything_holds()


def test_way_crosses_the_desks_of_the_road_in_their_order(longest: w.World) -> None:
    road = w.Traveller(longest).road
    assert road == DESKS
    names = [step.name for step in steps.way_to(State.ACCEPTED, road)]
    assert [name for name in names if name.startswith("pass:")] == [f"pass:{desk.role.value}" for desk in DESKS]


def test_way_to_a_desk_that_lies_not_on_the_road_is_refused() -> None:
    road = [BY_ROLE[Role(step.desk)] for step in bortala().chain]
    with pytest.raises(LookupError, match="industry"):
        steps.way_to(State.INDUSTRY_REVIEW, road)
