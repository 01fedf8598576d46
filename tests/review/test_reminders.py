"""Reminders from the stored facts: into the inboxes once, into one mail a day, never at night, to nobody who has done it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.support import world as w
from tests.support.asked import asking
from tests.support.told_once import told_once
from zhicheng.applications.actions import discard_application
from zhicheng.applications.models import Application, ReminderWatch
from zhicheng.campaigns.actions import publish_campaign
from zhicheng.campaigns.data import BORTALA_2023
from zhicheng.campaigns.queries import window_now
from zhicheng.foundation import clock, outbox
from zhicheng.foundation.mail import read_mail
from zhicheng.foundation.models import OutboxMessage
from zhicheng.messages.digests import send_digests
from zhicheng.messages.models import Digest, Message
from zhicheng.messages.reading import Told, told
from zhicheng.organizations.actors import SYSTEM
from zhicheng.publicity.models import PublicityPeriod
from zhicheng.review.jobs import remind

pytestmark = pytest.mark.django_db
DAY, HOUR = timedelta(days=1), timedelta(hours=1)


def worker(at: datetime) -> None:
    """What the worker does at a moment: what follows the moves, the look at what is due, the mail of the day."""
    with clock.travel(at):
        outbox.drain(1000)
        remind()
        send_digests()


def reminders(**of: Any) -> list[Told]:
    return [told(row) for row in Message.objects.filter(is_reminder=True, **of).order_by("id")]


def digests() -> list[dict[str, Any]]:
    return [read_mail(mail) for mail in OutboxMessage.objects.filter(kind="mail", key__startswith="digest:").order_by("id")]


def end_of(application: Application, which: str) -> datetime:
    end: datetime = getattr(window_now(application.campaign_version, application.level, w.IN_WINDOW), which)
    return end


@told_once
def draft(world: w.World) -> Application:
    application = w.start(world)
    w.fill(world.applicant, application)
    outbox.drain(1000)
    return application


@told_once
def returned(world: w.World) -> Application:
    application = w.submitted(world)
    w.give_back(world.unit_admin, application)
    outbox.drain(1000)
    return application


def test_draft_is_reminded_of_four_times_each_by_a_mail_of_its_day(world: w.World, draft: Application) -> None:
    end = end_of(draft, "apply_until")
    for before in (14 * DAY, 7 * DAY, 2 * DAY, DAY):
        for minutes in (-10, 0, 10, 20):
            worker(end - before + timedelta(minutes=minutes))
    found = reminders(user=world.applicant.account_id)
    assert [one.subject for one in found] == [
        f"申请书还没有上报，还有{left}截止（{draft.number}）" for left in ("14天", "7天", "2天", "24小时")
    ]
    assert [mail["subject"] for mail in digests()] == [one.subject for one in found]
    assert all(mail["to"] == ["applicant@example.cn"] and f"/my/applications/{draft.pk}/" in mail["body"] for mail in digests())
    assert not Message.objects.filter(is_reminder=True, organization__isnull=False).exists(), "a unit sees no draft"


def test_who_has_sent_or_given_up_is_reminded_no_more(world: w.World, draft: Application) -> None:
    end = end_of(draft, "apply_until")
    with clock.travel(end - 3 * DAY):
        discard_application(actor=world.applicant, application_id=draft.pk)
    worker(end - 2 * DAY)
    assert not reminders() and not ReminderWatch.objects.exists()


def test_what_was_done_between_the_reminder_and_the_mail_is_left_out(world: w.World, draft: Application) -> None:
    at = end_of(draft, "apply_until") - 2 * DAY
    with clock.travel(at):
        remind()
        discard_application(actor=world.applicant, application_id=draft.pk)
        assert send_digests() == 0
    assert reminders() and not digests() and not Message.objects.filter(waits=True).exists()


def test_draft_beside_a_sent_one_cannot_be_sent_and_reminds_nobody(world: w.World, draft: Application) -> None:
    with clock.travel(w.IN_WINDOW + HOUR):
        w.submitted(world, title="assistant_engineer")
    worker(end_of(draft, "apply_until") - 2 * DAY)
    assert not [one for one in reminders(user=world.applicant.account_id) if draft.number in one.subject]


def test_return_is_told_to_applicant_and_unit(world: w.World, returned: Application) -> None:
    worker(end_of(returned, "correct_until") - 2 * DAY)
    (mine,), (units,) = reminders(user=world.applicant.account_id), reminders(organization=world.unit)
    assert "还没有重新上报，还有2天截止" in mine.subject and "视为放弃" in mine.text
    assert world.applicant.name in units.subject and "请提醒本人" in units.text


def test_longer_window_of_a_newer_notice_is_followed(world: w.World, draft: Application) -> None:
    old = end_of(draft, "apply_until")
    worker(old - 14 * DAY)
    text = BORTALA_2023.read_text("utf-8").replace(f"apply_until: {old:%Y-%m-%d %H:%M}", "apply_until: 2023-07-10 18:00")
    with clock.travel(old - 10 * DAY):
        publish_campaign(text=text, actor=SYSTEM)
    worker(old - 7 * DAY)
    worker(old - 2 * DAY)
    assert len(reminders()) == 1, "the ends of before are no ends any more"
    worker(datetime(2023, 7, 9, 18, tzinfo=clock.BEIJING))
    assert "还有24小时截止" in reminders()[-1].subject and len(reminders()) == 2


def test_unit_that_has_not_acted_is_reminded_after_working_days(world: w.World) -> None:
    application = w.submitted(world)  # a Monday
    worker(w.IN_WINDOW + 2 * DAY)
    assert not reminders()
    worker(w.IN_WINDOW + 3 * DAY)
    (one,) = reminders(organization=world.unit)
    assert one.subject == f"{world.applicant.name}的申请书等待本单位审核（{application.number}）"
    worker(w.IN_WINDOW + 9 * DAY)
    assert "0909-2312345" in reminders(user=world.applicant.account_id)[-1].text
    w.unit_pass(world, application)
    worker(w.IN_WINDOW + 9 * DAY + HOUR)
    assert len(reminders(organization=world.unit)) == 2


def test_last_day_of_a_publicity_and_papers_that_are_missing_are_told(world: w.World) -> None:
    application = w.submitted(world)
    w.unit_pass(world, application)
    w.open_publicity(world, application)
    last = PublicityPeriod.objects.get().ends_on
    worker(datetime(last.year, last.month, last.day, 9, tzinfo=clock.BEIJING))
    assert {one.subject for one in reminders()} == {
        f"{world.applicant.name}的公示即将期满（{application.number}）",
        f"公示即将期满（{application.number}）",
    }


def test_paper_dossier_that_was_not_handed_in_is_told_until_it_is(world: w.World) -> None:
    first, second = w.submitted(world), w.submitted(world, world.new_applicant())
    for application in (first, second):
        w.publicise_and_report(world, application)
    arrived = w.IN_WINDOW + w.UNTIL_REPORT
    outbox.drain(1000)
    with clock.travel(arrived + HOUR):
        w.record_dossier(world.county_officer, second)
    worker(arrived + 6 * DAY)
    mine = [one.subject for one in reminders(organization=world.unit) if "纸质材料" in one.subject]
    assert mine == [f"纸质材料还没有送到{world.county.name}（{world.applicant.name}，{first.number}）"]


def test_nothing_is_reminded_of_at_night(world: w.World, draft: Application, settings: Any) -> None:
    settings.QUIET_HOURS = "17:00-19:30"
    end = end_of(draft, "apply_until")  # 18:00: the last reminder is brought forward
    worker(end - 7 * DAY)
    assert not reminders() and not digests()
    worker(end - 7 * DAY + 2 * HOUR)
    assert len(digests()) == 1
    worker(end - DAY - 2 * HOUR)
    assert len(reminders()) == 2 and len(digests()) == 2


def test_instance_without_quiet_hours_names_none(world: w.World, draft: Application, settings: Any) -> None:
    settings.QUIET_HOURS = ""
    worker((end_of(draft, "apply_until") - 2 * DAY).replace(hour=23))
    (mail,) = digests()
    assert "一天最多发一封；" in mail["body"] and "不发" not in mail["body"]


def test_mail_of_the_day_that_waits_into_the_night_waits_for_the_morning(
    world: w.World, draft: Application, mailoutbox: list[Any]
) -> None:
    end = end_of(draft, "apply_until")
    worker(end - 7 * DAY)
    (mail,) = OutboxMessage.objects.filter(key__startswith="digest:")
    with clock.travel(end - 7 * DAY + 5 * HOUR):
        outbox.process_message(mail.pk)
    assert not [sent for sent in mailoutbox if "截止" in sent.subject] and OutboxMessage.objects.get(pk=mail.pk).attempts == 0


def test_all_that_falls_due_on_one_day_is_in_its_one_mail(world: w.World, returned: Application) -> None:
    """What comes in the evening is brought forward into the mail of the morning: there is no second one."""
    evening = end_of(returned, "correct_until") - 2 * DAY
    shown = w.submitted(world, world.new_applicant())
    w.unit_pass(world, shown)
    with clock.travel(evening - 9 * DAY):
        w.open_publicity(world, shown)
    worker(evening - 5 * DAY)
    morning = evening.replace(hour=9)
    worker(morning)
    before, mail = [mail for mail in digests() if mail["to"] == [world.unit.email]]
    assert "还有7天截止" in before["subject"]
    assert mail["subject"].startswith("2件事请留意：")
    assert "的公示即将期满" in mail["body"] and f"{world.applicant.name}的申请书退回后还没有重新上报" in mail["body"]
    worker(evening)
    assert len([mail for mail in digests() if mail["to"] == [world.unit.email]]) == 2
    assert Digest.objects.filter(organization=world.unit).count() == 2


def test_look_costs_what_is_due_and_not_what_is_there(world: w.World, draft: Application) -> None:
    for _number in range(6):
        w.start(world, world.new_applicant())
    outbox.drain(1000)
    worker(w.IN_WINDOW + HOUR)
    with clock.travel(w.IN_WINDOW + 2 * HOUR), asking() as asked:
        assert remind() == 0
    assert asked.count <= 3, [sql for sql, _values in asked.statements]
