"""A unit hears of what its people report: at once, or of a day in one mail, as it chooses."""

from __future__ import annotations

from datetime import datetime

import pytest

from tests.support import world as w
from zhicheng.applications.jobs import tell_units_of_a_day
from zhicheng.foundation import clock, outbox
from zhicheng.foundation.errors import Refused
from zhicheng.foundation.mail import read_mail
from zhicheng.foundation.models import LedgerEntry, OutboxMessage
from zhicheng.organizations.actions import choose_report_mails
from zhicheng.organizations.models import Organization, ReportMails

pytestmark = pytest.mark.django_db


def moment(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2023, 5, day, hour, minute, tzinfo=clock.BEIJING)


def mails_to_the_unit(world: w.World) -> list[dict[str, object]]:
    """Those that wait, about reports."""
    outbox.drain(1000)
    rows = [read_mail(row) for row in OutboxMessage.objects.filter(kind="mail").order_by("id")]
    return [mail for mail in rows if "等待本单位审核" in mail["subject"]]


def test_report_is_told_to_the_unit_at_once(world: w.World) -> None:
    with clock.travel(w.IN_WINDOW):
        application = w.submitted(world)
        (mail,) = mails_to_the_unit(world)
    assert application.number in mail["subject"] and application.applicant_name in mail["body"]
    assert f"/desk/applications/{application.pk}/" in mail["body"] and "我的信息" in mail["body"]


def test_unit_that_reads_once_a_day_gets_one_mail_of_what_still_waits(world: w.World) -> None:
    choose_report_mails(actor=world.unit_admin, how=ReportMails.DAILY)
    with clock.travel(moment(8, 10)):
        application = w.submitted(world)
        assert mails_to_the_unit(world) == []
    with clock.travel(moment(9, 7, 59)):
        assert tell_units_of_a_day() == 0
    with clock.travel(moment(9, 8)):
        assert tell_units_of_a_day() == 1
    with clock.travel(moment(9, 15)):
        assert tell_units_of_a_day() == 1  # asked again: nothing goes out twice
        (mail,) = mails_to_the_unit(world)
    assert "过去一天有 1 份" in mail["body"] and f"{application.applicant_name}　{application.number}" in mail["body"]
    with clock.travel(moment(10, 8)):
        assert tell_units_of_a_day() == 0  # it waits since the day before


def test_what_was_decided_meanwhile_is_not_told_of(world: w.World) -> None:
    choose_report_mails(actor=world.unit_admin, how=ReportMails.DAILY)
    with clock.travel(moment(8, 10)):
        application = w.submitted(world)
        w.give_back(world.unit_admin, application)
    with clock.travel(moment(9, 9)):
        assert tell_units_of_a_day() == 0


def test_choice_is_the_units_and_stands_in_the_ledger(world: w.World) -> None:
    choose_report_mails(actor=world.unit_admin, how=ReportMails.DAILY)
    choose_report_mails(actor=world.unit_admin, how=ReportMails.DAILY)
    assert Organization.objects.get(pk=world.unit.pk).report_mails == "daily"
    assert LedgerEntry.objects.filter(event="unit.report_mails_chosen").count() == 1
    for actor, how, code in ((world.applicant, "daily", "not_yours"), (world.unit_admin, "never", "field")):
        with pytest.raises(Refused) as refused:
            choose_report_mails(actor=actor, how=how)
        assert [p.code for p in refused.value.problems] == [code]
