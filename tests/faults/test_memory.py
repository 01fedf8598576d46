"""What a process of the faults' tests remembers: what the ledger tells was removed is not missing, and only that."""

from __future__ import annotations

import pytest

from tests.faults.memory import told_removed
from tests.organizations import examples as ex
from tests.organizations.test_unconfirmed import LATER, THEN, at
from zhicheng.accounts.models import User
from zhicheng.foundation import clock
from zhicheng.organizations.models import AccountRequest, Organization, UnitVerification


@pytest.mark.django_db
def test_registration_that_was_removed_is_known_by_its_numbers_and_by_no_others() -> None:
    with clock.travel(THEN):
        asked = ex.registered_unit(1, confirmed=False)
    assert at(LATER) == 1
    removed = {User: {asked.submitted_by_id}, Organization: {asked.organization_id}, UnitVerification: {asked.pk}}
    for model in (*removed, AccountRequest):
        assert told_removed(model._meta.label) == removed.get(model, set()), model
