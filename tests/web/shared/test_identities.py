"""身份核实 as a unit and a county see it, and the mark that is gone afterwards."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest
from django.urls import reverse

from tests.support import world as w
from tests.web.registering import client_of, page_of, summary_of
from zhicheng.accounts.models import AccountKind, User
from zhicheng.accounts.rules import last_characters
from zhicheng.organizations.actors import actor_for
from zhicheng.organizations.models import MembershipRole
from zhicheng.organizations.rules import card_of
from zhicheng.web.shared.kept import KeptForm
from zhicheng.web.shared.kept_words import words_of

pytestmark = pytest.mark.django_db
UNIT, OFFICE = reverse("unit_identities"), reverse("office_identities")
MARK = "身份未核实"


def claimant(world: w.World, serial: int = 500, **changes: str) -> User:
    user = w.person(AccountKind.APPLICANT, f"claimant{serial}", serial=serial, name="阿不都", held=False)
    w.member(user, world.unit, MembershipRole.EMPLOYEE)
    return user


def typed(*people: User, **changes: str) -> dict[str, str]:
    cards = {card_of(one.pk): last_characters(one.id_number) for one in people}
    return cards | {"card_seen_on": "2023.5.20", "checked": "on"} | changes


def test_a_unit_confirms_several_people_in_one_press(world: w.World) -> None:
    one, two, client = claimant(world, 500), claimant(world, 502), client_of(world.unit_admin)
    page = page_of(client.get(UNIT))
    assert [box["name"] for box in page.select("input[name^=card-]")] == [card_of(one.pk), card_of(two.pk)]
    assert one.id_number not in str(page) and one.id_number[-4:] not in str(page)
    answer = client.post(UNIT, typed(one, two), follow=True).content.decode()
    assert "已核实 2 人的身份：阿不都、阿不都。" in answer and "没有待核实的人员" in answer


def test_only_who_was_typed_is_confirmed_and_full_width_digits_are_no_mistake(world: w.World) -> None:
    one, two, client = claimant(world, 500), claimant(world, 502), client_of(world.unit_admin)
    wide = "".join(chr(ord(c) + 0xFEE0) for c in last_characters(one.id_number))
    answer = client.post(UNIT, typed() | {card_of(one.pk): f" {wide}", card_of(two.pk): " "}, follow=True)
    assert "已核实 1 人的身份" in answer.content.decode()
    assert [box["name"] for box in page_of(answer).select("input[name^=card-]")] == [card_of(two.pk)]


def test_what_is_missing_is_told_and_what_was_typed_stays(world: w.World) -> None:
    one, client = claimant(world), client_of(world.unit_admin)
    answer = client.post(UNIT, typed(one, card_seen_on="", checked=""))
    assert answer.status_code == 422 and len(summary_of(answer)) == 2
    field = page_of(answer).select_one(f"input[name={card_of(one.pk)}]")
    assert field is not None and field["value"] == last_characters(one.id_number)
    nobody = client.post(UNIT, typed(card_seen_on="2023-05-20"))
    assert nobody.status_code == 422 and summary_of(nobody) == ["请填写要核实的人员的身份证号末六位。"]
    elsewhere = client_of(world.other_admin).post(UNIT, typed(one))
    assert elsewhere.status_code == 422 and User.objects.get(pk=one.pk).identity_confirmed_at is None


def test_another_card_is_told_at_the_persons_own_field(world: w.World) -> None:
    one, two, client = claimant(world, 500), claimant(world, 502), client_of(world.unit_admin)
    answer = client.post(UNIT, typed(one, two) | {card_of(two.pk): "00000x"})
    page = page_of(answer)
    assert answer.status_code == 422 and len(summary_of(answer)) == 1
    (link,) = page.select(".error-summary a")
    field = page.select_one(str(link["href"]))
    assert field is not None and field["name"] == card_of(two.pk) and field["value"] == "00000x"
    assert field["aria-invalid"] == "true" and "与登记的身份证号不一致" in str(field.find_parent("td"))
    assert not User.objects.filter(pk__in=[one.pk, two.pk], identity_confirmed_at__isnull=False).exists()


def test_something_else_in_place_of_an_account_is_nobody(world: w.World) -> None:
    client = client_of(world.unit_admin)
    for name in ("card-", "card-x", "card-²", "card-99999999999999999999"):
        assert "请填写要核实的人员" in summary_of(client.post(UNIT, typed() | {name: "123456"}))[0]


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
    assert card_of(user.pk) in page and world.unit.name in page
    assert card_of(user.pk) not in client_of(world.other_officer).get(OFFICE).content.decode()
    administrator = w.person(AccountKind.UNIT, "third", serial=503, name="王新", held=False)
    w.member(administrator, world.unit, MembershipRole.STAFF)
    assert MARK in client_of(world.county_officer).get(reverse("office_administrators")).content.decode()
    assert client_of(world.county_officer).post(OFFICE, typed(administrator)).status_code == 303
    assert User.objects.get(pk=administrator.pk).identity_confirmed_at is not None


def test_a_unit_that_may_not_work_yet_is_told_before_it_fills_anything_in(world: w.World) -> None:
    claimant(world)
    world.unit.verified_year = 2022
    world.unit.save()
    page = page_of(client_of(world.unit_admin).get(UNIT))
    told = page.select_one("#main .callout")
    assert told is not None and "年度核实" in told.get_text() and told.select_one("a")["href"] == reverse("unit_information")
    assert page_of(client_of(world.county_officer).get(reverse("office_identities"))).select_one("#main .callout") is None


def test_words_of_a_kept_form_name_the_people(world: w.World) -> None:
    """What was typed when the session was over: shown with the names that stood beside it, and no name is looked up for it."""
    one, client = claimant(world), client_of(world.unit_admin)
    page = page_of(client.get(UNIT))
    who = page.select_one(f"input[name=who-{one.pk}]")
    assert who is not None and who["value"] == "阿不都"
    body = urlencode(typed(one) | {f"who-{one.pk}": "阿不都", "card-999999": "123456"})
    found = {one.label: one.value for one in words_of(KeptForm(UNIT, body, 0, "2023-05-22T10:00:00", False))}
    assert found["阿不都的身份证号末六位"] == last_characters(one.id_number) and found["的身份证号末六位"] == "123456"
    assert found["查验身份证原件的日期"] == "2023.5.20"


def test_prefecture_settles_on_the_page_whose_number_it_is_and_reads_who_holds_it(world: w.World) -> None:
    holder = claimant(world, 500)
    w.unit_pass(world, w.submitted(world, actor_for(holder)))
    owner = w.person(AccountKind.APPLICANT, "owner", serial=500, name="王建国", held=False)
    w.member(owner, world.other_unit, MembershipRole.EMPLOYEE)
    claimant(world, 502)  # whom unit and county can confirm: not the prefecture's
    refused = client_of(world.other_admin).post(UNIT, typed(owner))
    assert "到州人力资源和社会保障局" in summary_of(refused)[0]
    client = client_of(world.bureau)
    page = page_of(client.get(OFFICE))
    assert [box["name"] for box in page.select("input[name^=card-]")] == [card_of(owner.pk)]
    row = str(page.select_one("#people tbody tr"))
    assert holder.username in row and world.unit.name in row and "没有核实过原件" in row and owner.id_number not in str(page)
    answer = client.post(OFFICE, typed(owner))
    assert answer.status_code == 422 and len(summary_of(answer)) == 1
    link = page_of(answer).select_one(".error-summary a")
    assert link is not None and page_of(answer).select_one(str(link["href"]))["name"] == "reason"
    done = client.post(OFFICE, typed(owner, reason="查验本人身份证原件，另一账号的单位没有见过原件。"), follow=True)
    assert "已核实 1 人的身份：王建国。" in done.content.decode() and "没有待核实的人员" in done.content.decode()
    assert User.objects.get(pk=owner.pk).identity_confirmed_at is not None and User.objects.get(pk=holder.pk).id_number == ""
