"""Whoever asks whether a unit, its code or a login name is there is told, and braked: each address that tells is found by asking it."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import cache
from django.db import transaction
from django.test import Client
from django.urls import reverse

from tests.organizations import examples as ex
from tests.support import world as w
from tests.support.forms import token_for
from tests.web.posts import EXAMPLES, THROUGH_THE_OUTBOX, Press
from tests.web.registering import client_of, page_of, read_and_accept
from tests.web.shared.addresses import address, patterns
from tests.web.test_oracles import seen
from zhicheng.accounts.models import AccountKind
from zhicheng.foundation import clock
from zhicheng.organizations.actors import Actor, Role, actor_for
from zhicheng.web.access import ACCESS, REHEARSAL
from zhicheng.web.shared import limits

pytestmark = pytest.mark.django_db

# Every address that answers whether something is there, and what it looks up. Another one is found below and needs its brake.
TOLD_TO_READERS = {"register_credit_code": "uscc", "register_employers": "employer_words", "person_employer": "employer_words"}
TOLD_TO_SENDERS = {
    "register_person": {"username", "employer_words", "employer_id"},
    "register_unit": {"username", "uscc"},
    "person_employer": {"employer_words", "employer_id"},
    "unit_information_edit": {"uscc"},
    "unit_colleague": {"username"},
    "office_officer_new": {"username"},
}

# Not asked: it lists the units its own person invited, by their numbers, which PostgreSQL counts on in each try.
OF_ONES_OWN = {"person_invitation"}
FORMS = sorted(EXAMPLES.keys() - REHEARSAL.keys() - OF_ONES_OWN)


@pytest.fixture(autouse=True)
def in_the_window() -> Iterator[None]:
    with clock.travel(w.IN_WINDOW):
        yield


@pytest.fixture(autouse=True)
def _through_the_outbox(settings: Any) -> None:
    settings.EMAIL_BACKEND = THROUGH_THE_OUTBOX


def both(world: w.World) -> dict[str, tuple[str, str]]:
    """For each field that names something: what is there, and what is not."""
    return {
        "employer_words": (world.unit.name, "查无此单位"),
        "employer_id": (str(world.unit.pk), "987654"),
        "uscc": (world.unit.uscc, ex.unit_particulars(7).uscc),
        "unit_name": (world.unit.name, "查无此单位"),
        "username": ("applicant", "nobodyhasit"),
    }


def readers(world: w.World) -> dict[Role, Client]:
    """A browser of everybody the site knows; the visitor has read both notices."""
    visitor = Client()
    for audience in ("person", "unit"):
        read_and_accept(visitor, audience)
    staff = {
        kind: actor_for(w.person(kind, kind.value)) for kind in (AccountKind.OPERATOR, AccountKind.SECURITY, AccountKind.AUDITOR)
    }
    actors: list[Actor] = [world.applicant, world.unit_admin, world.county_officer, world.bureau, *staff.values()]
    return {Role.ANONYMOUS: visitor} | {actor.role: client_of(actor) for actor in actors}


def told(response: Any, *typed: str) -> str:
    """What an answer tells, without the address it was asked by, which its links repeat."""
    return re.sub(r"([?&]|&amp;)(employer_words|employer_id|uscc|unit_name|username)=[^\"'&\s]*", "", seen(response, *typed))


def test_every_address_that_tells_a_reader_what_is_there_is_known(world: w.World) -> None:
    known, found = both(world), set()
    there, not_there = ({key: values[n] for key, values in known.items()} for n in range(2))
    clients = readers(world)
    for name, chain in sorted(patterns(), key=lambda route: route[0]):
        for role in sorted(ACCESS.get(name, ()) & clients.keys(), key=str):
            first = clients[role].get(address(chain), there) if name != "account_logout" else None
            if first is None or first.status_code != 200 or first.streaming:
                continue
            again = clients[role].get(address(chain), not_there)
            if told(first, *there.values(), *not_there.values()) != told(again, *there.values(), *not_there.values()):
                found.add(name)
    assert found == set(TOLD_TO_READERS)


def sent(good: Press, changes: dict[str, str]) -> Any:
    """The good form with other contents, and nothing of it kept."""
    press = copy.deepcopy(good)
    press.data |= changes
    with transaction.atomic():
        answer = seen(press.send(token_for(press.client)), *changes.values())
        transaction.set_rollback(True)
    cache.clear()
    return answer


def test_what_tells_senders_is_a_form() -> None:
    assert TOLD_TO_SENDERS.keys() <= set(FORMS)


@pytest.mark.parametrize("name", FORMS)
def test_form_that_tells_what_is_there_is_known(world: w.World, ready: tuple[Press, str], name: str) -> None:
    press, known, found = ready[0], both(world), set()
    names = {*press.data} | ({"employer_words"} if "employer_id" in press.data else set())
    for key in sorted(names & known.keys()):
        finds = {"find": "1"} if key == "employer_words" else {}
        if len({sent(press, {key: value} | finds) for value in known[key]}) > 1:
            found.add(key)
    assert found == TOLD_TO_SENDERS.get(name, set())


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two of everything an hour."""
    monkeypatch.setattr(limits, "PER_HOUR", 2)
    monkeypatch.setattr(limits, "LOOKUPS_PER_HOUR", 2)


@pytest.mark.usefixtures("few")
@pytest.mark.parametrize("name", TOLD_TO_READERS)
def test_reader_who_asks_without_end_is_braked(world: w.World, name: str) -> None:
    client = readers(world)[Role.APPLICANT if name == "person_employer" else Role.ANONYMOUS]
    key = TOLD_TO_READERS[name]
    answers = [client.get(reverse(name), {key: both(world)[key][turn % 2]}) for turn in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 429, 429] and answers[2]["Retry-After"] == "3600"
    assert client.get(reverse("register_person")).status_code in {200, 302}, "nobody is kept from the forms"


@pytest.mark.usefixtures("few")
@pytest.mark.parametrize("name", TOLD_TO_SENDERS)
def test_sender_who_asks_without_end_is_braked(world: w.World, name: str) -> None:
    press = EXAMPLES[name](world)
    cache.clear()  # what made the example ready counts for nothing
    press.data |= {"username": "applicant", "find": "1"} if "employer_id" in press.data else {"username": "applicant"}
    codes = [press.send(token_for(press.client)).status_code for _turn in range(4)]
    assert codes[2:] == [429, 429] and 429 not in codes[:2], codes


def test_script_that_is_braked_says_so_in_words_and_changes_nothing_on_the_page(
    world: w.World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "LOOKUPS_PER_HOUR", 1)
    client = Client()
    for name in ("register_employers", "register_credit_code"):
        cache.clear()
        answers = [client.get(reverse(name), {"employer_words": "水利"}, headers={"HX-Request": "true"}) for _turn in range(2)]
        assert [answer.status_code for answer in answers] == [200, 429]
        assert answers[1]["Content-Type"].startswith("text/plain")  # shown in the box of the page, put in the place of nothing
        assert "可以照常提交" in answers[1].content.decode()


def test_lookups_of_a_whole_office_take_nobody_a_registration(world: w.World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "PER_HOUR", 1)
    client = Client()
    read_and_accept(client, "person")
    for _turn in range(20):
        assert client.get(reverse("register_employers"), {"employer_words": "水利"}).status_code == 200
    answer = client.post(reverse("register_person"), {"name": "努尔兰", "employer_words": "水利", "find": "1"})
    assert answer.status_code == 200 and page_of(answer).select_one("input[name=name]")["value"] == "努尔兰"
    assert client.post(reverse("register_person"), {"name": "努尔兰"}).status_code == 422, "the first of the hour"


def test_everybody_together_leaves_each_network_a_few(world: w.World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "LOOKUPS_PER_HOUR_IN_ALL", 3)
    monkeypatch.setattr(limits, "LOOKUPS_PER_HOUR_IN_A_CROWD", 1)
    crowd = [Client(REMOTE_ADDR=f"10.2.{n}.7").get(reverse("register_employers")).status_code for n in range(5)]
    assert crowd == [200] * 5
    late = Client(REMOTE_ADDR="10.2.4.7")
    assert late.get(reverse("register_employers")).status_code == 429
