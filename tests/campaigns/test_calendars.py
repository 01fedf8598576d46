"""Calendars are data: layers loaded like notices, with every slip named, and running periods measured again (S-39)."""

from __future__ import annotations

from datetime import date
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, transaction

from tests.campaigns.files import calendar_text, line_of
from tests.support import world as w
from tests.support.told_once import told_once
from tests.support.verified import everything_holds
from zhicheng.campaigns.actions import publish_calendar, withdraw_calendar
from zhicheng.campaigns.loading import BadNotice, load_calendar_file
from zhicheng.campaigns.models import CalendarVersion
from zhicheng.campaigns.queries import calendar_named
from zhicheng.foundation import clock, outbox
from zhicheng.foundation.errors import Refused
from zhicheng.foundation.mail import read_mail
from zhicheng.foundation.models import OutboxMessage
from zhicheng.organizations.actors import SYSTEM
from zhicheng.publicity.models import PublicityPeriod
from zhicheng.standards.calendar import NotPublished, load_calendar

NEW_YEAR = """name: national-2027
title: 国务院办公厅关于2027年部分节假日安排的通知
level: national
calendars: [national, xinjiang]
source: 国办发明电〔2026〕9号
published_at: 2026-11-10
published_years: [2027]
days:
  - {date: 2027-01-01, is_workday: false, name: 元旦}
  - {date: 2027-02-06, is_workday: false, name: 春节}
  - {date: 2027-02-14, is_workday: true, name: 春节}
"""


def errors_in(text: str) -> list[tuple[int, str, str]]:
    with pytest.raises(BadNotice) as bad:
        load_calendar_file(text)
    return [(error.line, error.path, error.text) for error in bad.value.errors]


def test_file_gives_its_source_to_every_day() -> None:
    layer = load_calendar_file(calendar_text()).layer()
    (day,) = layer.days
    assert (day.source, day.published_at, day.is_workday) == ("新政办明电〔2023〕01号", date(2023, 5, 20), False)


@pytest.mark.parametrize(
    ("old", "new", "path", "reason"),
    [
        ("level: emergency", "level: county # HERE", "level", "不在可选值之内"),
        ("name: xinjiang-more", "name: xinjiang # HERE", "name", "随程序提供"),
        ("published_at: 2023-05-20", "publishd_at: 2023-05-20 # HERE", "publishd_at", "不认识的键"),
        ("date: 2023-05-26,", "date: 2023-05-32,", "days[0].date", ""),
        ("is_workday: false", "is_workday: 休息", "days[0].is_workday", "true 或 false"),
    ],
)
def test_every_slip_is_named_with_its_line(old: str, new: str, path: str, reason: str) -> None:
    assert old in calendar_text()
    text = calendar_text().replace(old, new)
    found = [error for error in errors_in(text) if error[1] == path and reason in error[2]]
    assert found, errors_in(text)
    assert found[0][0] == (line_of(text) if "# HERE" in text else 8)


def test_what_one_value_does_not_show_is_said_too() -> None:
    twice = calendar_text() + "  - {date: 2023-05-26, is_workday: true, name: 又一次}\n"
    assert any("写了两次" in text and line == 9 for line, _path, text in errors_in(twice))
    for old, new, reason in (
        ("calendars: [national, xinjiang]", "calendars: [national]", "所有日历"),
        ("date: 2027-02-14", "date: 2027-02-15", "不是周末"),
        ("published_years: [2027]", "published_years: [2027, 2028]", "没有2028年"),
    ):
        assert any(reason in text for _line, _path, text in errors_in(NEW_YEAR.replace(old, new)))


@pytest.mark.django_db
def test_new_year_needs_no_new_program() -> None:
    with pytest.raises(NotPublished):
        calendar_named("national").is_workday(date(2027, 2, 14))
    publish_calendar(text=NEW_YEAR, actor=SYSTEM)
    calendar = calendar_named("national")
    assert calendar.is_workday(date(2027, 2, 14)) and not calendar.is_workday(date(2027, 1, 1))
    assert calendar.earliest_end(date(2027, 3, 1), 5).provisional is False
    xinjiang = calendar_named("xinjiang").earliest_end(date(2027, 3, 1), 5)
    assert xinjiang.provisional and xinjiang.unconfirmed == ("region:2027",)


@pytest.mark.django_db
def test_newest_version_holds_and_a_withdrawn_layer_says_nothing() -> None:
    first = publish_calendar(text=calendar_text(), actor=SYSTEM)
    assert publish_calendar(text=calendar_text() + "# 说明\n", actor=SYSTEM).pk == first.pk
    second = publish_calendar(text=calendar_text(day="2023-05-25"), actor=SYSTEM)
    assert (second.number, calendar_named("xinjiang").is_workday(date(2023, 5, 26))) == (2, True)
    assert not calendar_named("xinjiang").is_workday(date(2023, 5, 25))
    assert calendar_named("national").is_workday(date(2023, 5, 25))
    withdraw_calendar(name="xinjiang-more", actor=SYSTEM)
    assert calendar_named("xinjiang").version == load_calendar("xinjiang").version
    assert publish_calendar(text=calendar_text(day="2023-05-25"), actor=SYSTEM).number == 4
    everything_holds()


@pytest.mark.django_db
def test_database_refuses_to_change_a_version() -> None:
    version = publish_calendar(text=calendar_text(), actor=SYSTEM)
    for change in (lambda: CalendarVersion.objects.update(content={}), lambda: version.delete()):
        with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
            change()


@told_once(at=w.IN_WINDOW)
def road() -> tuple[w.World, PublicityPeriod]:
    """A period of exactly five working days: Monday 22 to Friday 26 May 2023."""
    world = w.make_world()
    application = w.submitted(world)
    w.unit_pass(world, application)
    return world, w.open_publicity(world, application, days=4)


@pytest.mark.django_db
def test_loaded_day_off_moves_a_running_period_and_the_unit_is_told(road) -> None:
    world, period = road
    with clock.travel(w.IN_WINDOW):
        publish_calendar(text=calendar_text(), actor=world.bureau)
        outbox.drain(1000)
    period.refresh_from_db()
    assert (period.ends_on, period.working_days) == (date(2023, 5, 29), 5)
    told = [read_mail(m) for m in OutboxMessage.objects.filter(kind="mail", key__startswith="publicity:")]
    assert len(told) >= 2 and all("2023-05-29" in mail["body"] for mail in told)
    everything_holds()


@pytest.mark.django_db
def test_only_the_bureau_and_the_operator_load(road) -> None:
    world, _period = road
    for who in (world.applicant, world.unit_admin, world.county_officer):
        for call in (
            lambda who=who: publish_calendar(text=calendar_text(), actor=who),
            lambda who=who: withdraw_calendar(name="x", actor=who),
        ):
            with pytest.raises(Refused) as refused:
                call()
            assert [p.code for p in refused.value.problems] == ["not_allowed"]
    with pytest.raises(Refused) as refused:
        withdraw_calendar(name="no-such", actor=world.bureau)
    assert [p.code for p in refused.value.problems] == ["no_such_calendar"]


@pytest.mark.django_db
def test_command_checks_loads_lists_and_withdraws(tmp_path: Path) -> None:
    good, bad = tmp_path / "good.yaml", tmp_path / "bad.yaml"
    good.write_text(NEW_YEAR, encoding="utf-8")
    bad.write_text(NEW_YEAR.replace("level: national", "level: world"), encoding="utf-8")
    said, errors = StringIO(), StringIO()
    call_command("calendar", "check", str(good), stdout=said)
    assert "没有问题" in said.getvalue() and not CalendarVersion.objects.exists()
    with pytest.raises(CommandError, match="共 1 处问题"):
        call_command("calendar", "load", str(bad), stderr=errors)
    assert f"{bad}:3: level：" in errors.getvalue()
    call_command("calendar", "load", str(good), stdout=said)
    call_command("calendar", "list", stdout=said)
    assert "national-2027 v1" in said.getvalue()
    call_command("calendar", "withdraw", "national-2027", stdout=said)
    assert calendar_named("national").version == load_calendar("national").version
    with pytest.raises(CommandError, match="没有载入过日历"):
        call_command("calendar", "withdraw", "other", stdout=said)
    with pytest.raises(CommandError, match="请写明文件"):
        call_command("calendar", "load", stdout=said)
