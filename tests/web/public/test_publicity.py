"""公示: who reads what of a running publicity on the pages, signed in, by the posted paper's link, and from the open internet (S-38)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from tests.support import world as w
from tests.support.told_once import told_once
from tests.web.applicant.kit import client_of
from zhicheng.accounts.models import User
from zhicheng.applications.models import Application
from zhicheng.campaigns.data import BORTALA_2023
from zhicheng.foundation import clock
from zhicheng.organizations.actors import Actor
from zhicheng.publicity import links
from zhicheng.publicity.models import Objection, PublicityPeriod
from zhicheng.rehearsal import acts
from zhicheng.web.shared import limits

pytestmark = pytest.mark.django_db
WORDS, NAME, CONTACT = "反映业绩成果为集体完成，并非本人主持。", "买买提·某", "0909-2312345"
WITHIN = ("sex", "ethnic_group", "political_status", "current_title", "title", "series", "specialty")


@told_once(at=w.IN_WINDOW + timedelta(days=1))
def period(world) -> PublicityPeriod:
    with clock.travel(w.IN_WINDOW):
        application = w.submitted(world)
        w.unit_pass(world, application)
        return w.open_publicity(world, application)


def words_at(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200, address
    main = BeautifulSoup(response.content, "html.parser").find("main")
    assert main is not None
    return " ".join(main.get_text(" ").split())


@pytest.mark.parametrize(("office", "read"), [("综合", "综合办公室"), ("职改办公室", "职改办公室")])
def test_office_is_called_as_on_the_paper(world, office: str, read: str) -> None:
    with clock.travel(w.IN_WINDOW):
        application = w.submitted(world)
        w.unit_pass(world, application)
        text = replace(w.NOTICE_TEXT, office=office)
        shown = acts.open_publicity(world.unit_admin, application, ends_on=clock.today() + timedelta(days=9), text=text)
        page = words_at(client_of(world.unit_admin), reverse("publicity_notice", args=[shown.pk]))
    assert f"{world.unit.name} {read}，监督电话" in page


@told_once(at=w.IN_WINDOW + timedelta(days=1))
def open_to_all() -> tuple[w.World, PublicityPeriod]:
    """A world whose notice lets everybody read who is shown."""
    text = BORTALA_2023.read_text("utf-8").replace("publicity_audience: unit", "publicity_audience: public")
    with clock.travel(w.IN_WINDOW):
        world = w.make_world(campaign_text=text)
        application = w.submitted(world)
        w.unit_pass(world, application)
        return world, w.open_publicity(world, application)


def by_link(period: PublicityPeriod, name: str = "publicity_link") -> str:
    return reverse(name, args=[period.pk, links.key_of(period.pk)])


def test_people_of_the_unit_read_the_list_and_the_notice_with_labels(world, period) -> None:
    colleague = world.new_applicant()
    for actor in (world.unit_admin, world.applicant, colleague):
        client = client_of(actor)
        assert reverse("publicity_notice", args=[period.pk]) in client.get(reverse("home")).content.decode()
        listed = words_at(client, reverse("publicity_list"))
        assert period.facts["name"] in listed and period.facts["title"] in listed
        shown = words_at(client, reverse("publicity_notice", args=[period.pk]))
        for label, key in (("单位", "employer"), ("性别", "sex"), ("族别", "ethnic_group"), ("政治面貌", "political_status")):
            assert f"{label} {period.facts[key]}" in shown
        assert period.facts["id_number"] not in shown


def outsiders(world: w.World) -> dict[str, Actor]:
    return {"another unit": world.other_admin, "county": world.county_officer, "bureau": world.bureau}


def test_nobody_else_finds_anything_by_default(world, period) -> None:
    for client in (Client(), *map(client_of, outsiders(world).values())):
        for name in ("home", "publicity_list"):
            assert period.facts["name"] not in words_at(client, reverse(name)), name
    assert "在申报单位范围内" in words_at(Client(), reverse("publicity_list"))
    notice = reverse("publicity_notice", args=[period.pk])
    for who, actor in outsiders(world).items():
        assert client_of(actor).get(notice).status_code == 404, who
    asked = [Client().get(address) for address in (notice, reverse("publicity_notice", args=[999]))]
    assert [one.status_code for one in asked] == [302, 302], "whoever is not signed in learns nothing of what is there"


def test_everybody_reads_who_and_until_when_and_where_to_turn_where_the_notice_says_so_and_nothing_more(
    open_to_all,
) -> None:
    world, period = open_to_all
    for client in (Client(), *map(client_of, outsiders(world).values())):
        listed = words_at(client, reverse("publicity_list"))
        assert period.facts["name"] in listed and world.unit.name in listed
        assert f"{period.starts_on} — {period.ends_on}" in listed and f"{period.office} {period.phone}" in listed
        for address in (reverse("home"), reverse("publicity_list")):
            page = client.get(address).content.decode()
            assert period.facts["name"] in page and reverse("publicity_notice", args=[period.pk]) not in page
            said = words_at(client, address)
            assert not [key for key in WITHIN if period.facts[key] and period.facts[key] in said.split()]
        assert client.get(reverse("publicity_notice", args=[period.pk])).status_code in (302, 404)


def test_list_of_a_unit_says_nothing_of_others(world, period) -> None:
    own = words_at(client_of(world.applicant), reverse("publicity_list"))
    assert "本单位正在公示的申报人" in own and "向社会公开" not in own


def test_words_of_the_list_are_those_of_who_reads_it(open_to_all) -> None:
    world, _period = open_to_all
    anybody = words_at(Client(), reverse("publicity_list"))
    assert "向社会公开姓名、单位和公示时间" in anybody and "公示在申报单位范围内进行。" not in anybody
    other = words_at(client_of(world.other_admin), reverse("publicity_list"))
    assert (
        "也列出其他单位的申报人" in other and "本单位现在没有正在公示的申报" in other and "本单位正在公示的申报人。" not in other
    )
    assert "不向社会公开" in other and "— —" not in other
    english = Client(headers={"accept-language": "en"})
    assert "open to the public" in words_at(english, reverse("publicity_list"))


def test_employee_whose_identity_nobody_has_seen_reads_nothing_of_colleagues(world, period) -> None:
    stranger = world.new_applicant()
    User.objects.filter(pk=stranger.user_id).update(number_held_at=None, identity_confirmed_at=None)
    client = client_of(stranger)
    assert client.get(reverse("publicity_notice", args=[period.pk])).status_code == 404
    listed = words_at(client, reverse("publicity_list"))
    assert period.facts["name"] not in listed and "核实您的身份后" in listed


def test_link_on_the_paper_opens_notice_and_list_without_an_account(world, period) -> None:
    second = w.submitted(world, world.new_applicant())
    with clock.travel(w.IN_WINDOW):
        w.unit_pass(world, second)
        other = w.open_publicity(world, second)
    visitor = Client()
    assert period.facts["ethnic_group"] in words_at(visitor, by_link(period))
    assert (
        f'<a href="{by_link(period, "publicity_link_list")}">本单位正在公示的全部申报人</a>'
        in visitor.get(by_link(period)).content.decode()
    )
    listed = visitor.get(by_link(period, "publicity_link_list")).content.decode()
    assert by_link(period) in listed and by_link(other) in listed
    assert visitor.get(by_link(other)).status_code == 200


def test_link_opens_nothing_with_another_key_and_of_what_is_over_where_to_turn(world, period) -> None:
    other = reverse("publicity_link", args=[period.pk, links.key_of(period.pk + 1)])
    assert Client().get(other).status_code == 404
    assert Client().get(by_link(period).lower().replace("/g/", "/G/")).status_code == 200, "a code typed by hand"
    with clock.travel(clock.now() + timedelta(days=30)):
        assert Client().get(other).status_code == 404
        for address in (by_link(period), by_link(period, "publicity_link_list")):
            says_where_to_turn(Client(), address, period, f"公示已于 {period.ends_on} 期满")
    w.give_back(world.unit_admin, Application.objects.get(pk=period.application_id))
    says_where_to_turn(Client(), by_link(period), period, "这次公示已经提前结束")
    with clock.travel(clock.now() + timedelta(days=30)):
        says_where_to_turn(Client(), by_link(period), period, "这次公示已经提前结束")


def says_where_to_turn(client: Client, address: str, period: PublicityPeriod, said: str) -> None:
    """And nothing of the person."""
    page = words_at(client, address)
    assert said.replace(" ", "") in page.replace(" ", "")
    assert period.office in page and period.phone in page and period.application.county_office.name in page
    whole = client.get(address)
    assert "noindex" in whole["X-Robots-Tag"]
    assert not [key for key in ("name", *WITHIN) if period.facts[key] and period.facts[key] in whole.content.decode()]


def test_objection_that_comes_by_the_link_too_late_is_given_back_as_it_was_written(world, period) -> None:
    with clock.travel(clock.now() + timedelta(days=30)):
        answer = Client().post(by_link(period), {"content": WORDS})
    assert answer.status_code == 422 and WORDS in answer.content.decode() and not Objection.objects.exists()


def test_notice_of_a_period_that_is_over_is_gone_for_the_unit_as_well(world, period) -> None:
    address = reverse("publicity_notice", args=[period.pk])
    with clock.travel(clock.now() + timedelta(days=30)):
        says_where_to_turn(client_of(world.unit_admin), address, period, f"公示已于 {period.ends_on} 期满")
        assert client_of(world.other_admin).get(address).status_code == 404


def test_end_that_may_move_is_called_provisional_wherever_it_is_read(world, period) -> None:
    unit = client_of(world.unit_admin)
    addresses = [reverse(name) for name in ("home", "publicity_list")] + [reverse("publicity_notice", args=[period.pk])]
    assert all("暂定" not in words_at(unit, address) for address in addresses)
    PublicityPeriod.objects.filter(pk=period.pk).update(provisional=True)
    assert all("暂定" in words_at(unit, address) for address in addresses)


def test_every_page_of_a_publicity_is_kept_out_of_search_engines(world, period) -> None:
    unit = client_of(world.unit_admin)
    for client, address in ((unit, reverse("publicity_notice", args=[period.pk])), (Client(), by_link(period))):
        assert "noindex" in client.get(address)["X-Robots-Tag"]


def objects(client: Client, address: str, **words: str) -> HttpResponse:
    """Write what the page's form asks for and press."""
    form = BeautifulSoup(client.get(address).content, "html.parser").select_one("#object form")
    assert form is not None
    hidden = {str(one["name"]): str(one.get("value", "")) for one in form.select("input[type=hidden]")}
    return client.post(address, {**hidden, "content": WORDS, **words})


def test_objection_by_the_link_reaches_the_unit_and_its_author_the_county_alone(world, period) -> None:
    visitor = Client()
    answer = objects(visitor, by_link(period), from_name=NAME, from_contact=CONTACT, county_only="on")
    assert answer.status_code == 303
    assert "只有县（市）能看到" in words_at(visitor, by_link(period))
    unit = client_of(world.unit_admin)
    objection = Objection.objects.get()
    for address in (
        reverse("unit_publicity", args=[period.application_id]),
        reverse("unit_objection_decide", args=[period.application_id, objection.pk]),
    ):
        page = unit.get(address).content.decode()
        assert WORDS in page and NAME not in page and CONTACT not in page
    county = words_at(client_of(world.county_officer), reverse("office_objections"))
    assert WORDS in county and NAME in county and CONTACT in county
    assert NAME not in words_at(client_of(world.other_officer), reverse("office_objections"))
    assert client_of(world.applicant).get(reverse("office_objections")).status_code in (403, 404)
    for address in (by_link(period), reverse("my_application", args=[period.application_id])):
        assert WORDS not in client_of(world.applicant).get(address).content.decode()


def test_name_that_is_not_kept_from_the_unit_is_read_by_it(world, period) -> None:
    answer = objects(client_of(world.new_applicant()), reverse("publicity_notice", args=[period.pk]), from_name=NAME)
    assert answer.status_code == 303
    page = client_of(world.unit_admin).get(reverse("unit_publicity", args=[period.application_id])).content.decode()
    assert NAME in page
    assert NAME not in words_at(client_of(world.county_officer), reverse("office_objections"))


def test_refused_objection_keeps_what_was_typed(world, period) -> None:
    answer = objects(Client(), by_link(period), content="不", from_name=NAME)
    assert answer.status_code == 422 and not Objection.objects.exists()
    assert "5至2000个字" in answer.content.decode() and NAME in answer.content.decode()


def test_one_network_objects_so_often_an_hour_and_no_oftener(world, period, monkeypatch) -> None:
    monkeypatch.setattr(limits, "OBJECTIONS_PER_HOUR", 2)
    answers = [objects(Client(), by_link(period), content=f"{WORDS}{n}").status_code for n in range(3)]
    assert answers == [303, 303, 429] and Objection.objects.count() == 2
