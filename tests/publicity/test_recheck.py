"""A correction of the calendar: what runs gets a later end and everybody is told, what is over stays as it was announced."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import transaction
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from tests.support import world as w
from tests.support.told_once import told_once
from zhicheng.applications.models import Application
from zhicheng.applications.states import State
from zhicheng.documents.actions import void_papers
from zhicheng.documents.queries import papers_of
from zhicheng.foundation import clock, jobs
from zhicheng.foundation.errors import Refused
from zhicheng.foundation.ledger import verify
from zhicheng.foundation.mail import read_mail
from zhicheng.foundation.models import LedgerEntry, OutboxMessage
from zhicheng.organizations.models import Organization
from zhicheng.publicity import rules
from zhicheng.publicity.actions import Rechecked, make_publicity_result, recheck_periods
from zhicheng.publicity.models import PublicityPeriod
from zhicheng.standards.calendar import Calendar, Day, Layer, load_calendar

XINJIANG = load_calendar("xinjiang")


def corrected(*days: date, working: bool = False) -> Callable[[str], Calendar]:
    """The calendars after an emergency notice that makes these days free (or working)."""
    layer = Layer("correction", "临时安排", "emergency", (), tuple(Day(d, working, source="临时通知") for d in sorted(days)))
    return lambda name: load_calendar(name).with_layer(layer)


WEDNESDAY_FREE = corrected(date(2023, 5, 24))


@told_once
def road() -> tuple[w.World, PublicityPeriod]:
    """A period of exactly five working days: Monday 22 to Friday 26 May 2023."""
    world = w.make_world()
    application = w.submitted(world)
    w.unit_pass(world, application)
    return world, w.open_publicity(world, application, days=4)


def events(period: PublicityPeriod) -> list[LedgerEntry]:
    measured = ["publicity.end_moved", "publicity.measured_again", "publicity.found_short"]
    return list(LedgerEntry.objects.filter(subject=f"publicity:{period.pk}", event__in=measured).order_by("number"))


def mails() -> list[OutboxMessage]:
    return list(OutboxMessage.objects.filter(kind="mail", key__startswith="publicity:").order_by("key"))


@pytest.mark.django_db
def test_calendar_that_did_not_change_changes_nothing(road) -> None:
    assert recheck_periods() == Rechecked()
    assert mails() == []


@pytest.mark.django_db
def test_running_period_gets_the_later_end_and_both_are_told(road) -> None:
    world, period = road
    assert recheck_periods(calendar_named=WEDNESDAY_FREE) == Rechecked(measured=1, moved=1)
    period.refresh_from_db()
    assert (period.ends_on, period.earliest_end, period.working_days) == (date(2023, 5, 29), date(2023, 5, 29), 5)
    assert period.calendar_version == WEDNESDAY_FREE("xinjiang").version != XINJIANG.version
    (entry,) = events(period)
    assert (entry.event, entry.data["from"], entry.data["to"]) == ("publicity.end_moved", "2023-05-26", "2023-05-29")
    assert verify().ok
    to_applicant, to_unit = mails()
    assert to_applicant.payload["to"] == ["applicant@example.cn"] and to_unit.payload["to"] == [world.unit.email]
    assert "公示结束日期由2023-05-26改为2023-05-29" in read_mail(to_applicant)["body"]
    assert (
        "重新上传" in read_mail(to_unit)["body"]
        and f"/unit/applications/{period.application_id}/publicity/" in read_mail(to_unit)["body"]
    )
    notices = papers_of(f"application:{period.application_id}").filter(kind="publicity_notice").order_by("id")
    assert [(p.void_reason != "", "2023年5月29日" in p.data) for p in notices] == [(True, False), (False, True)]


@pytest.mark.django_db
def test_unit_without_a_mailbox_is_told_through_its_administrators(road) -> None:
    world, _period = road
    Organization.objects.filter(pk=world.unit.pk).update(email="")
    with translation.override("en"):
        recheck_periods(calendar_named=WEDNESDAY_FREE)
    sent = {m.payload["to"][0]: read_mail(m) for m in mails()}
    assert set(sent) == {"applicant@example.cn", "unitadmin@example.cn"}
    assert "重新上传" in sent["unitadmin@example.cn"]["body"]


@pytest.mark.django_db
def test_measuring_twice_tells_nobody_twice(road) -> None:
    _world, period = road
    for _ in range(2):
        recheck_periods(calendar_named=WEDNESDAY_FREE)
    assert recheck_periods(calendar_named=WEDNESDAY_FREE) == Rechecked()
    assert len(events(period)) == 1 and len(mails()) == 2


@pytest.mark.django_db
def test_reporting_waits_for_the_new_end(road) -> None:
    world, period = road
    application = Application.objects.get()
    with clock.travel(datetime(2023, 5, 26, 23, 50, tzinfo=clock.BEIJING)):  # the last day still counts
        recheck_periods(calendar_named=WEDNESDAY_FREE)
    with clock.travel(datetime(2023, 5, 27, 9, tzinfo=clock.BEIJING)), pytest.raises(Refused) as refused:
        w.report(world, application)
    assert "公示到2023-05-29 24:00期满" in str(refused.value.problems[0].text)
    with clock.travel(datetime(2023, 5, 30, 9, tzinfo=clock.BEIJING)):
        w.add_papers(world, period)
        w.report(world, application)


@pytest.mark.django_db
def test_announced_end_is_never_brought_forward(road) -> None:
    _world, period = road
    recheck_periods(calendar_named=WEDNESDAY_FREE)
    moved = len(mails())
    recheck_periods()  # the correction is withdrawn: 26 May would do again
    period.refresh_from_db()
    assert (period.ends_on, period.earliest_end, period.working_days) == (date(2023, 5, 29), date(2023, 5, 26), 6)
    assert [e.event for e in events(period)] == ["publicity.end_moved", "publicity.measured_again"]
    assert len(mails()) == moved


@pytest.mark.django_db
def test_end_with_room_stays(road) -> None:
    _world, period = road
    PublicityPeriod.objects.update(ends_on=date(2023, 5, 31))
    assert recheck_periods(calendar_named=WEDNESDAY_FREE) == Rechecked(measured=1)
    period.refresh_from_db()
    assert (period.ends_on, period.earliest_end, period.working_days) == (date(2023, 5, 31), date(2023, 5, 29), 7)
    assert mails() == []


@pytest.mark.django_db
def test_period_that_is_over_is_noted_and_not_rewritten(road) -> None:
    _world, period = road
    before = PublicityPeriod.objects.values().get()
    with clock.travel(datetime(2023, 5, 27, 0, 0, 1, tzinfo=clock.BEIJING)):
        assert recheck_periods(calendar_named=WEDNESDAY_FREE) == Rechecked(measured=1, found_short=1)
        assert recheck_periods(calendar_named=WEDNESDAY_FREE) == Rechecked()
    now = {"measured_with": WEDNESDAY_FREE("xinjiang").version, "working_days": 4}  # what T2, not made yet, will print
    assert PublicityPeriod.objects.values().get() == before | now
    (entry,) = events(period)
    assert (entry.event, entry.data["ended_on"], entry.data["earliest_end"]) == (
        "publicity.found_short",
        "2023-05-26",
        "2023-05-29",
    )
    assert mails() == []


@pytest.mark.django_db
def test_result_that_was_made_keeps_its_days_and_one_made_afterwards_says_what_was_held(road) -> None:
    world, period = road
    with clock.travel(datetime(2023, 5, 29, 9, tzinfo=clock.BEIJING)):
        made = make_publicity_result(actor=world.unit_admin, period_id=period.pk)
        recheck_periods(calendar_named=WEDNESDAY_FREE)
        period.refresh_from_db()
        assert period.working_days == 5 and "5个工作日" in made.data
        with transaction.atomic():
            void_papers(
                subject=f"application:{period.application_id}", kinds=["publicity_result"], reason="打印有误", actor="system"
            )
        recheck_periods()
        recheck_periods(calendar_named=WEDNESDAY_FREE)
        assert "4个工作日" in make_publicity_result(actor=world.unit_admin, period_id=period.pk).data


@pytest.mark.django_db
def test_period_that_is_over_and_long_enough_is_not_mentioned(road) -> None:
    _world, period = road
    with clock.travel(datetime(2023, 6, 20, tzinfo=clock.BEIJING)):
        assert recheck_periods(calendar_named=corrected(date(2023, 6, 1))) == Rechecked(measured=1)
    assert events(period) == []


@pytest.mark.django_db
def test_broken_off_and_cancelled_periods_are_left_alone(road) -> None:
    world, period = road
    application = Application.objects.get()
    w.give_back(world.unit_admin, application)
    assert application.state == State.RETURNED
    assert recheck_periods(calendar_named=WEDNESDAY_FREE) == Rechecked(measured=1)
    PublicityPeriod.objects.update(cancelled_at=clock.now(), cancel_reason="已重新公示")
    assert recheck_periods() == Rechecked()
    period.refresh_from_db()
    assert period.ends_on == date(2023, 5, 26) and events(period) == [] and mails() == []


@pytest.mark.django_db
def test_calendar_that_forgot_the_year_is_asked_again_later(road) -> None:
    _world, period = road

    def forgetful(name: str) -> Calendar:
        return Calendar(name, (Layer("none", "无", "national", (), ()),))

    assert recheck_periods(calendar_named=forgetful) == Rechecked()
    assert recheck_periods(calendar_named=WEDNESDAY_FREE) == Rechecked(measured=1, moved=1)
    period.refresh_from_db()
    assert period.ends_on == date(2023, 5, 29)


@pytest.mark.django_db
def test_command_says_what_it_did_and_the_worker_has_the_job(road) -> None:
    PublicityPeriod.objects.update(measured_with="0" * 64)
    out = StringIO()
    call_command("publicity", "recheck", stdout=out)
    assert out.getvalue().strip() == "按现行工作日历重新计算了 1 个公示期：0 个顺延，0 个已结束的不足规定天数（已记入台账）。"
    assert {(job.name, job.minutes) for job in jobs.regular_jobs()} >= {("publicity.recheck", 60)}


@given(
    start=st.dates(date(2023, 2, 1), date(2023, 9, 1)),
    more=st.integers(0, 20),
    free=st.sets(st.integers(0, 30), max_size=8),
    least=st.integers(1, 10),
    counting=st.sampled_from(["incl", "excl"]),
)
def test_measured_period_never_ends_before_the_announced_nor_the_legal_day(start, more, free, least, counting) -> None:
    announced = XINJIANG.earliest_end(start, least, counting).end + timedelta(days=more)
    calendar = corrected(*(start + timedelta(days=d) for d in free))("xinjiang")
    plan = rules.measure(calendar, starts_on=start, ends_on=announced, least=least, counting=counting)
    assert plan.ends_on >= announced and plan.ends_on >= plan.earliest_end and plan.working_days >= least
    assert plan.ends_on in {announced, plan.earliest_end}
