"""People of the unit object on the notice's page (S-70): what is kept, what is sealed, who is told."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.db import connection

from tests.support import world as w
from tests.support.told_once import told_once
from tests.support.verified import everything_holds
from zhicheng.foundation import clock
from zhicheng.foundation.errors import Refused
from zhicheng.foundation.mail import read_mail
from zhicheng.foundation.models import LedgerEntry, OutboxMessage
from zhicheng.organizations.actors import ANONYMOUS, Actor
from zhicheng.organizations.models import Organization
from zhicheng.publicity import actions, links
from zhicheng.publicity.models import Objection, PublicityPeriod
from zhicheng.publicity.queries import objections_for_county

pytestmark = pytest.mark.django_db
WORDS, NAME, CONTACT = "反映业绩成果为集体完成，并非本人主持。", "买买提·某", "0909-2312345"


@told_once
def period(world) -> PublicityPeriod:
    application = w.submitted(world)
    w.unit_pass(world, application)
    return w.open_publicity(world, application)


def raised(period: PublicityPeriod, actor: Actor = ANONYMOUS, *, key: str | None = None, **changes: object) -> Objection:
    said = {"content": WORDS, "from_name": NAME, "from_contact": CONTACT, "county_only": True} | changes
    key = links.key_of(period.pk) if key is None else key
    return actions.raise_objection(actor=actor, period_id=period.pk, said=actions.Said(**said), key=key)  # type: ignore[arg-type]


def mails() -> dict[str, str]:
    found = [read_mail(message) for message in OutboxMessage.objects.filter(kind="mail", key__startswith="objection:")]
    return {mail["to"][0]: mail["subject"] + mail["body"] for mail in found}


def test_words_name_and_contact_lie_sealed_and_in_no_entry_and_no_mail(world, period) -> None:
    Organization.objects.filter(pk=world.county.pk).update(email="county@mail.example")
    colleague = world.new_applicant()
    raised(period, colleague, key="")
    with connection.cursor() as cursor:
        cursor.execute("SELECT content, from_name, from_contact FROM publicity_objection")
        stored = "".join(cursor.fetchone())
    entry = LedgerEntry.objects.get(event="publicity.objection_registered")
    assert entry.actor == "anonymous"
    told = mails()
    assert len(told) == 2, "the unit, and the county whose the name is"
    for text in (stored, json.dumps(entry.data, ensure_ascii=False), *told.values()):
        assert not any(secret in text for secret in (WORDS, NAME, CONTACT))
    objection = Objection.objects.get()
    assert (objection.content, objection.from_name, objection.from_contact) == (WORDS, NAME, CONTACT)
    assert objection.registered_by is None and objection.channel == "online"
    everything_holds()


def test_county_is_told_only_of_what_is_for_it_alone(world, period) -> None:
    Organization.objects.filter(pk=world.county.pk).update(email="county@mail.example")
    raised(period, county_only=False)
    assert "county@mail.example" not in mails() and len(mails()) == 1
    assert not objections_for_county(world.county_officer).exists()
    objection = raised(period)
    assert "county@mail.example" in mails()
    assert objections_for_county(world.county_officer).get() == objection
    for other in (world.other_officer, world.bureau, world.unit_admin, world.applicant):
        assert not objections_for_county(other).exists()


def test_open_objection_holds_the_application_back_until_the_unit_has_answered(world, period) -> None:
    objection = raised(period)
    with clock.travel(clock.now() + timedelta(days=10)):
        with pytest.raises(Refused, match="异议"):
            actions.make_publicity_result(actor=world.unit_admin, period_id=period.pk)
        actions.decide_objection(
            actor=world.unit_admin, objection_id=objection.pk, upheld=False, finding="经查阅任务书，不属实。"
        )
        actions.make_publicity_result(actor=world.unit_admin, period_id=period.pk)


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"content": "不"}, "content"),
        ({"content": "长" * 2001}, "content"),
        ({"from_name": "长" * 51}, "from_name"),
        ({"from_contact": "1" * 61}, "from_contact"),
        ({"from_name": " ", "from_contact": ""}, "county_only"),
    ],
)
def test_what_is_wrong_is_told_and_nothing_is_kept(period, changes, where) -> None:
    with pytest.raises(Refused) as refused:
        raised(period, **changes)
    assert [problem.where for problem in refused.value.problems] == [where]
    assert not Objection.objects.exists()


def test_nobody_objects_without_the_link_who_is_not_of_the_unit(world, period) -> None:
    for actor in (ANONYMOUS, world.other_admin, world.county_officer):
        with pytest.raises(Refused) as refused:
            raised(period, actor, key="")
        assert refused.value.has("not_found")
    with pytest.raises(Refused):
        raised(period, world.applicant, key=links.key_of(period.pk + 1))
    assert raised(period, world.unit_admin, key="") and raised(period)


def test_nobody_objects_once_it_is_over(world, period) -> None:
    with clock.travel(clock.now() + timedelta(days=30)), pytest.raises(Refused) as over:
        raised(period)
    with pytest.raises(Refused) as unknown:
        actions.raise_objection(actor=ANONYMOUS, period_id=987654, said=actions.Said(WORDS), key="")
    assert str(over.value) == str(unknown.value) and not Objection.objects.exists()


def test_people_who_object_without_end_send_the_unit_no_mail_without_end(world, period) -> None:
    for _turn in range(30):
        raised(period, county_only=False)
    assert OutboxMessage.objects.filter(kind="mail", key__startswith="objection:").count() < 30
