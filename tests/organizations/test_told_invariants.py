"""What units are told to be by their requests: no lawful history is named."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.organizations import examples as ex
from tests.support import world as w
from tests.support.verified import violated
from zhicheng.accounts import actions as accounts
from zhicheng.foundation import clock
from zhicheng.organizations import actions
from zhicheng.organizations.models import Organization, UnitVerification, VerificationState

pytestmark = pytest.mark.django_db
NAME = "organizations.units_as_approved"


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
