"""Where every run begins: a few accounts of every kind, two units, one notice, one application at the unit and one at final review."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction

from tests.faults.plays.system import NEVER, notice_text
from tests.faults.stage import begin_clock
from tests.support import world as w
from zhicheng.accounts.models import AccountKind
from zhicheng.foundation import clock, outbox
from zhicheng.foundation.actions import move_clock
from zhicheng.organizations.models import MembershipRole


def begin(*, campaign_text: str = "") -> None:
    """Make the world with real actions, on an empty database, the clock at the beginning of the window."""
    begin_clock()
    world = w.make_world(with_supervising=True, campaign_text=campaign_text or notice_text())
    staff, kinds = MembershipRole.STAFF, AccountKind
    # Colleagues, so that an account can be closed; one of them applies as well, and must not review himself.
    w.member(w.person(kinds.OFFICER, "county-b", serial=101, name="申报人101"), world.county, staff)
    w.member(w.person(kinds.OFFICER, "bureau-b", name="王州"), world.prefecture, staff)
    for number, kind in enumerate((kinds.OPERATOR, kinds.SECURITY, kinds.AUDITOR), start=900):
        w.person(kind, f"the-{kind.value}", serial=number, name=f"管理{number}")
    with transaction.atomic():
        for number in range(2):
            outbox.queue(kind=NEVER, payload={}, key=f"never:{number}")
    there = world.new_applicant(unit=world.other_unit)
    application = w.submitted(world, there)
    w.unit_pass(world, application, world.other_admin)
    period = w.open_publicity(world, application, world.other_admin)
    move_clock(to=clock.now() + timedelta(11), actor="system")
    w.add_papers(world, period, world.other_admin)
    w.report(world, application, world.other_admin)
    w.pass_on(world.other_officer, application)
    w.submitted(world)
    outbox.drain(200)
