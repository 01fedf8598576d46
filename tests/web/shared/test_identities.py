"""身份核实 as a unit and a county see it, and the mark that is gone afterwards."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.urls import reverse

from tests.support import world as w
from tests.web.registering import client_of, page_of, summary_of
from zhicheng.accounts.models import AccountKind, User
from zhicheng.foundation import clock
from zhicheng.organizations.models import MembershipRole

pytestmark = pytest.mark.django_db
UNIT, OFFICE = reverse("unit_identities"), reverse("office_identities")
MARK = "身份未核实"


@pytest.fixture
def world() -> Iterator[w.World]:
    with clock.travel(w.IN_WINDOW):
        yield w.make_world()


def claimant(world: w.World, serial: int = 500, **changes: str) -> User:
    user = w.person(AccountKind.APPLICANT, f"claimant{serial}", serial=serial, name="阿不都", held=False)
    w.member(user, world.unit, MembershipRole.EMPLOYEE)
    return user


def typed(*people: User, **changes: str) -> dict[str, object]:
    return {"people": [str(one.pk) for one in people], "card_seen_on": "2023.5.20", "checked": "on"} | changes


def test_a_unit_confirms_several_people_in_one_press(world: w.World) -> None:
    one, two, client = claimant(world, 500), claimant(world, 502), client_of(world.unit_admin)
    page = page_of(client.get(UNIT))
    assert [box["value"] for box in page.select("input[name=people]")] == [str(one.pk), str(two.pk)]
    assert not page.select("input[name=people][checked]"), "nobody is ticked for the unit"
    assert len(page_of(client.get(UNIT + "?all=1")).select("input[name=people][checked]")) == 2
    assert one.id_number not in str(page) and one.id_number[-4:] not in str(page)
    answer = client.post(UNIT, typed(one, two), follow=True).content.decode()
    assert "已核实 2 人的身份：阿不都、阿不都。" in answer and "没有待核实的人员" in answer


def test_what_is_missing_is_told_and_the_ticks_stay(world: w.World) -> None:
    one, client = claimant(world), client_of(world.unit_admin)
    answer = client.post(UNIT, typed(one, card_seen_on="", checked=""))
    assert answer.status_code == 422 and len(summary_of(answer)) == 2
    assert page_of(answer).select(f"input[name=people][value='{one.pk}'][checked]")
    assert client.post(UNIT, typed(card_seen_on="2023-05-20")).status_code == 422
    elsewhere = client_of(world.other_admin).post(UNIT, typed(one))
    assert elsewhere.status_code == 422 and User.objects.get(pk=one.pk).identity_confirmed_at is None


def test_the_mark_stands_at_every_desk_until_the_card_was_seen(world: w.World) -> None:
    user = claimant(world)
    actor = w.actor_for(user)
    application = w.submitted(world, actor)
    unit = client_of(world.unit_admin)
    case, people = reverse("desk_case", args=[application.pk]), reverse("unit_people")
    own = reverse("person_information")
    for client, address in ((unit, case), (unit, people), (client_of(actor), own)):
        assert MARK in client.get(address).content.decode()
    w.unit_pass(world, application)  # nothing is blocked by the mark
    w.publicise_and_report(world, w.submitted(world))
    assert client_of(world.county_officer).post(OFFICE, typed(user)).status_code == 303
    for client, address in ((unit, case), (unit, people), (client_of(actor), own)):
        assert MARK not in client.get(address).content.decode()


def test_a_county_sees_everybody_of_its_units_and_the_neighbour_nobody(world: w.World) -> None:
    user = claimant(world)
    page = client_of(world.county_officer).get(OFFICE).content.decode()
    assert f"person-{user.pk}" in page and world.unit.name in page
    assert f"person-{user.pk}" not in client_of(world.other_officer).get(OFFICE).content.decode()
    administrator = w.person(AccountKind.UNIT, "third", serial=503, name="王新", held=False)
    w.member(administrator, world.unit, MembershipRole.STAFF)
    assert MARK in client_of(world.county_officer).get(reverse("office_administrators")).content.decode()
    assert client_of(world.county_officer).post(OFFICE, typed(administrator)).status_code == 303
    assert User.objects.get(pk=administrator.pk).identity_confirmed_at is not None
