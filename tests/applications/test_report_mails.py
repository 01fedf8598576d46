"""A unit hears of what its people report: at once, or of a day in one mail, as it chooses."""

from __future__ import annotations

from datetime import datetime

import pytest

from tests.support import world as w
from zhicheng.accounts import brakes
from zhicheng.accounts.models import AccountKind
from zhicheng.applications import actions as applications
from zhicheng.applications.jobs import tell_units_of_a_day
from zhicheng.applications.models import UntoldReport
from zhicheng.foundation import clock, outbox
from zhicheng.foundation.errors import Refused
from zhicheng.foundation.mail import read_mail
from zhicheng.foundation.models import LedgerEntry, OutboxMessage
from zhicheng.organizations.actions import choose_report_mails
from zhicheng.organizations.models import MembershipRole, Organization, ReportMails

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


def test_reports_beyond_the_number_of_an_hour_are_told_in_one_mail_and_none_is_lost(
    world: w.World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(brakes, "OFFICE_MAILS_PER_HOUR", 2)
    sent = []
    with clock.travel(moment(8, 10)):
        for number in range(5):
            person = w.person(AccountKind.APPLICANT, f"colleague{number}", serial=21 + number)
            actor = w.member(person, world.unit, MembershipRole.EMPLOYEE)
            sent.append(w.submitted(world, actor=actor))
        first, second = mails_to_the_unit(world)
        assert "合并成一封邮件告知" in second["body"] and "合并成一封" not in first["body"]
        assert "如果不是您知道的办理" not in second["body"]
    assert told_of_a_day(moment(8, 10, 30)) == 1
    with clock.travel(moment(8, 10, 30)):
        *_before, gathered = mails_to_the_unit(world)
    assert "有 3 份申请书上报" in gathered["body"] and all(one.number in gathered["body"] for one in sent[2:])
    assert told_of_a_day(moment(8, 11)) == 0 and not UntoldReport.objects.exists()


def told_of_a_day(at: datetime) -> int:
    """What the worker does at this moment: the mails of what was sent, then those of a day."""
    with clock.travel(at):
        outbox.drain(1000)
        return tell_units_of_a_day()


def test_unit_that_reads_once_a_day_gets_one_mail_of_what_still_waits(world: w.World) -> None:
    choose_report_mails(actor=world.unit_admin, how=ReportMails.DAILY)
    with clock.travel(moment(8, 10)):
        application = w.submitted(world)
        assert mails_to_the_unit(world) == []
    assert told_of_a_day(moment(9, 7, 59)) == 0
    assert told_of_a_day(moment(9, 8)) == 1
    assert told_of_a_day(moment(9, 15)) == 0, "asked again: nothing goes out twice"
    with clock.travel(moment(9, 15)):
        (mail,) = mails_to_the_unit(world)
    assert "有 1 份申请书上报" in mail["body"] and f"{application.applicant_name}　{application.number}" in mail["body"]
    assert told_of_a_day(moment(10, 8)) == 0, "it waits since the day before"
    assert not UntoldReport.objects.exists()


def test_unit_that_reads_at_once_from_now_on_hears_of_what_was_kept_for_it(world: w.World) -> None:
    choose_report_mails(actor=world.unit_admin, how=ReportMails.DAILY)
    with clock.travel(moment(8, 10)):
        application = w.submitted(world)
        outbox.drain(1000)
        choose_report_mails(actor=world.unit_admin, how=ReportMails.AT_ONCE)
    assert told_of_a_day(moment(8, 10, 30)) == 1, "it does not wait for the morning"
    assert told_of_a_day(moment(9, 8)) == 0
    with clock.travel(moment(9, 8)):
        (mail,) = mails_to_the_unit(world)
    assert application.number in mail["body"]


def test_unit_that_reads_once_a_day_from_now_on_does_not_hear_twice(world: w.World) -> None:
    with clock.travel(moment(8, 10)):
        w.submitted(world)
        outbox.drain(1000)
        choose_report_mails(actor=world.unit_admin, how=ReportMails.DAILY)
    assert [told_of_a_day(moment(day, hour)) for day, hour in ((8, 12), (9, 8), (10, 8))] == [0, 0, 0]
    with clock.travel(moment(10, 8)):
        assert len(mails_to_the_unit(world)) == 1


def test_worker_that_was_down_for_two_days_tells_of_both(world: w.World) -> None:
    choose_report_mails(actor=world.unit_admin, how=ReportMails.DAILY)
    with clock.travel(moment(8, 10)):
        first = w.submitted(world)
        colleague = w.member(w.person(AccountKind.APPLICANT, "colleague", serial=21), world.unit, MembershipRole.EMPLOYEE)
    with clock.travel(moment(9, 10)):
        second = w.submitted(world, actor=colleague)
    assert told_of_a_day(moment(11, 3)) == 1, "what is late does not wait for the morning"
    with clock.travel(moment(11, 3)):
        (mail,) = mails_to_the_unit(world)
    assert "有 2 份申请书上报" in mail["body"] and first.number in mail["body"] and second.number in mail["body"]
    assert told_of_a_day(moment(11, 8)) == 0


def test_report_whose_mails_are_made_after_the_morning_is_told_of_all_the_same(world: w.World) -> None:
    choose_report_mails(actor=world.unit_admin, how=ReportMails.DAILY)
    with clock.travel(moment(8, 10)):
        w.submitted(world)
    with clock.travel(moment(9, 8)):
        assert tell_units_of_a_day() == 0, "nobody has made the mails of the move"
    assert told_of_a_day(moment(9, 8, 30)) == 1


def test_what_was_sent_again_is_told_of_once(world: w.World) -> None:
    choose_report_mails(actor=world.unit_admin, how=ReportMails.DAILY)
    with clock.travel(moment(8, 10)):
        application = w.submitted(world)
        applications.withdraw_application(application_id=application.pk, actor=world.applicant)
    with clock.travel(moment(8, 11)):
        w.submit(world.applicant, application)
    assert told_of_a_day(moment(9, 8)) == 1
    with clock.travel(moment(9, 8)):
        (mail,) = mails_to_the_unit(world)
    assert "有 1 份申请书上报" in mail["body"]


def test_what_was_decided_meanwhile_is_not_told_of(world: w.World) -> None:
    choose_report_mails(actor=world.unit_admin, how=ReportMails.DAILY)
    with clock.travel(moment(8, 10)):
        application = w.submitted(world)
        w.give_back(world.unit_admin, application)
    assert told_of_a_day(moment(9, 9)) == 0
    assert not UntoldReport.objects.exists()


def test_choice_is_the_units_and_stands_in_the_ledger(world: w.World) -> None:
    choose_report_mails(actor=world.unit_admin, how=ReportMails.DAILY)
    choose_report_mails(actor=world.unit_admin, how=ReportMails.DAILY)
    assert Organization.objects.get(pk=world.unit.pk).report_mails == "daily"
    assert LedgerEntry.objects.filter(event="unit.report_mails_chosen").count() == 1
    for actor, how, code in ((world.applicant, "daily", "not_yours"), (world.unit_admin, "never", "field")):
        with pytest.raises(Refused) as refused:
            choose_report_mails(actor=actor, how=how)
        assert [p.code for p in refused.value.problems] == [code]
