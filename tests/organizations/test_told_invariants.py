"""What units are told to be by their requests: no lawful history is named."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from tests.organizations import examples as ex
from tests.organizations.test_account_requests import ask_correction, ask_mailbox, decide
from tests.organizations.test_unconfirmed import LATER, at
from tests.support import world as w
from tests.support.keys import new_key
from tests.support.verified import violated
from zhicheng.accounts import actions as accounts
from zhicheng.accounts.models import IdentityCorrection, User
from zhicheng.foundation import clock, ledger, reindexing, triggers
from zhicheng.foundation.models import LedgerEntry
from zhicheng.organizations import actions
from zhicheng.organizations.actions.registering import end_memberships
from zhicheng.organizations.actors import actor_for
from zhicheng.organizations.models import Membership, Organization, UnitVerification, VerificationState

pytestmark = pytest.mark.django_db
NAME = "organizations.units_as_approved"
REQUESTS = "organizations.requests_in_ledger"


def test_unit_put_in_by_hand_is_known_from_its_first_approval_on() -> None:
    with clock.travel(w.IN_WINDOW):
        world = w.make_world()
        unit = Organization.objects.get(pk=world.unit.pk)
        given = {"licence": ex.licence(), "year": ex.YEAR, "note": "搬了办公楼。"}
        asked = actions.request_change(actor=world.unit_admin, unit=ex.unit_particulars(77, uscc=unit.uscc), **given)
        assert not violated(NAME)
        actions.decide_unit_verification(verification_id=asked.pk, actor=world.county_officer, approve=True)
        assert not violated(NAME)
        Organization.objects.filter(pk=unit.pk).update(address="别的地方")
        assert violated(NAME) == {(NAME, f"organization:{unit.pk}")}


def test_what_a_unit_was_before_a_request_is_what_was_approved_before() -> None:
    """Also where the entry of the request, as those of earlier versions, does not tell it."""
    with clock.travel(w.IN_WINDOW):
        unit = ex.approved_unit(1)
        given = {"licence": ex.licence(), "year": ex.YEAR, "note": "换了联系人。", "still_newest": True}
        typed = ex.unit_particulars(1, contact_person="赵敏")
        asked = actions.request_change(actor=ex.unit_actor(unit), unit=typed, **given)
        decider = actor_for(User.objects.get(memberships__organization=asked.office))
        actions.decide_unit_verification(verification_id=asked.pk, actor=decider, approve=True)
        assert not violated(NAME, REQUESTS)
        with transaction.atomic(), pytest.raises(DatabaseError, match="stays as it was handed in"), transaction.atomic():
            UnitVerification.objects.filter(pk=asked.pk).update(previous={"name": "别的名称"})
        triggers.take_off(connection)
        entry = LedgerEntry.objects.get(event="unit.change_requested")
        LedgerEntry.objects.filter(pk=entry.pk).update(
            data={key: value for key, value in entry.data.items() if key not in {"previous", "confirmed"}}
        )
        for invented in ({"name": "别的名称"}, asked.previous | {"address": "别的地方"}, {}, []):
            assert not violated(NAME, REQUESTS)
            UnitVerification.objects.filter(pk=asked.pk).update(previous=invented)
            assert violated(NAME, REQUESTS) == {(NAME, f"organization:{unit.pk} unitverification:{asked.pk}")}
            UnitVerification.objects.filter(pk=asked.pk).update(previous=asked.previous)


def test_unit_whose_last_registration_was_removed_is_named_by_nobody() -> None:
    """One registers and does not confirm; another takes the code over, never confirms, and is removed; the first confirms late."""
    with clock.travel(w.IN_WINDOW):
        ex.county()
        first = ex.registered_unit(1, confirmed=False)
    with clock.travel(w.IN_WINDOW + timedelta(days=2)):
        second = ex.registered_unit(2, confirmed=False, uscc=ex.uscc(1), address="另一条街 2 号")
        assert second.organization_id == first.organization_id
        accounts.confirm_mailbox(user_id=first.submitted_by_id, actor=f"user:{first.submitted_by_id}")
    with clock.travel(w.IN_WINDOW + timedelta(days=60)):
        UnitVerification.objects.filter(pk=second.pk).delete()
    assert {row.state for row in UnitVerification.objects.filter(organization_id=first.organization_id)} <= {
        VerificationState.REPLACED
    }
    assert not violated(NAME)


ASKED = "organizations.account_requests_in_ledger"
PLACES = ("organizations.places_in_ledger", "organizations.places_left_in_ledger")


def test_places_of_before_the_ledger_told_of_them_are_named_by_nobody() -> None:
    """Where nothing was told at all; where somebody left before; and what they leave afterwards is told."""
    with clock.travel(w.IN_WINDOW):
        unit, other = ex.approved_unit(1), ex.approved_unit(2)
        people = [ex.registered_applicant(unit, number) for number in (1, 2, 3)]
        actions.change_employer(user_id=people[0].pk, employer_id=other.pk)
        triggers.take_off(connection)
        _forget_places()
        assert not violated(*PLACES)
    with clock.travel(w.IN_WINDOW + timedelta(days=1)):
        actions.change_employer(user_id=people[1].pk, employer_id=other.pk)
        ex.registered_applicant(unit, 4)
        assert not violated(*PLACES)
        told, older = (Membership.objects.get(user=user, until__isnull=True) for user in people[1:])
        Membership.objects.filter(pk=older.pk).update(until=clock.now())
        Membership.objects.filter(pk=told.pk).update(organization=unit)
        assert violated(*PLACES) == {
            (PLACES[0], f"user:{told.user_id} membership:{told.pk}"),
            (PLACES[1], f"user:{older.user_id} membership:{older.pk}"),
        }


def test_places_left_by_a_clock_that_was_ahead_are_named_by_nobody() -> None:
    """The clock was put three weeks ahead and back before the ledger told of places. What it tells the beginning of is not excused."""
    with clock.travel(w.IN_WINDOW):
        unit, other = ex.approved_unit(1), ex.approved_unit(2)
        people = [ex.registered_applicant(unit, number) for number in (1, 2)]
    with clock.travel(w.IN_WINDOW + timedelta(weeks=3)):
        actions.change_employer(user_id=people[0].pk, employer_id=other.pk)
    triggers.take_off(connection)
    _forget_places()
    with clock.travel(w.IN_WINDOW + timedelta(hours=1)):
        told = ex.registered_applicant(unit, 3)
        assert not violated(*PLACES)
        ended = Membership.objects.filter(user=told)
        ended.update(until=clock.now())
        assert violated(*PLACES) == {(PLACES[1], f"user:{told.pk} membership:{ended.get().pk}")}
        ended.update(until=None)
        Membership.objects.filter(user=people[1]).update(until=w.IN_WINDOW + timedelta(weeks=4))
        assert {name for name, _subject in violated(*PLACES)} == {PLACES[1]}


def test_everybody_who_leaves_at_once_is_written_at_once_and_told() -> None:
    with clock.travel(w.IN_WINDOW):
        unit = ex.approved_unit(1)
        people = [ex.registered_applicant(unit, number) for number in (1, 2, 3)]
        of_them = Membership.objects.filter(user__in=people)
        with CaptureQueriesContext(connection) as queries, transaction.atomic():
            end_memberships(of_them, actor="system")
            end_memberships(of_them, actor="system")
        assert sum(one["sql"].startswith('UPDATE "organizations_membership"') for one in queries) == 1
        assert not of_them.filter(until__isnull=True).exists() and not violated(*PLACES)


CORRECTIONS = "accounts.corrections_in_ledger"


@pytest.mark.parametrize("named", [True, False])
def test_correction_of_before_a_new_key_of_the_index_is_named_by_nobody(settings: Any, named: bool) -> None:
    """Its entry holds the indexes of before; one of before entries named the correction is found by the rest that it tells."""
    with clock.travel(w.IN_WINDOW):
        unit = ex.approved_unit(1)
        admin, people = ex.unit_actor(unit), [ex.registered_applicant(unit, number) for number in (1, 2)]
        for user, number in ((people[0], 201), (people[0], 301), (people[1], 202)):
            decide(ask_correction(admin, user, id_number=ex.id_number(number)))
        triggers.take_off(connection)
        if not named:
            for entry in LedgerEntry.objects.filter(event="account.identity_corrected"):
                entry.data = {key: entry.data[key] for key in ("source", "fields", "from", "to", "name")}
                entry.save()
        triggers.put_on(connection)
        assert not violated(CORRECTIONS)
        settings.BLIND_INDEX_KEY_BEFORE, settings.BLIND_INDEX_KEY = settings.BLIND_INDEX_KEY, f"test-only-{new_key()}"
        reindexing.reindex_all(connection)
        assert not violated(CORRECTIONS)
        decide(ask_correction(admin, people[1], id_number=ex.id_number(302)))
        assert not violated(CORRECTIONS)
        triggers.take_off(connection)
        row = IdentityCorrection.objects.filter(user=people[0]).earliest("pk")
        IdentityCorrection.objects.filter(pk=row.pk).update(source="account_request:99")
        assert (CORRECTIONS, f"user:{row.user_id} identitycorrection:{row.pk}") in violated(CORRECTIONS)


def test_registration_that_was_removed_takes_its_places_along() -> None:
    with clock.travel(w.IN_WINDOW):
        ex.registered_unit(1, confirmed=False)
    assert at(LATER) == 1 and not Membership.objects.exists()
    assert not violated(*PLACES)


def test_request_of_before_a_new_key_of_the_index_is_named_by_nobody(settings: Any) -> None:
    with clock.travel(w.IN_WINDOW):
        unit = ex.approved_unit(1)
        ask_mailbox(ex.unit_actor(unit), ex.registered_applicant(unit))
        assert not violated(ASKED)
        settings.BLIND_INDEX_KEY = "f" * 64
        assert {name for name, _subject in violated(ASKED)} == {ASKED}
        with transaction.atomic():
            ledger.record(event="keys.reindexed", subject="keys", actor="system", data={})
        assert not violated(ASKED)


def test_link_that_ran_out_and_gave_way_is_told() -> None:
    with clock.travel(w.IN_WINDOW):
        unit = ex.approved_unit(1)
        user = ex.registered_applicant(unit)
        decide(ask_mailbox(ex.unit_actor(unit), user))
    with clock.travel(w.IN_WINDOW + timedelta(days=2)):
        ask_mailbox(ex.unit_actor(unit), user, email="newer@mail.example")
        assert not violated(ASKED, "organizations.account_requests_decided")


def _forget_places() -> None:
    """The ledger as one of before, which told of no places."""
    LedgerEntry.objects.filter(event__startswith="account.place_").update(event="account.older")
