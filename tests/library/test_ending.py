"""A library that nobody uses goes after years, with notice; papers that end are told in time."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from tests.support import world as w
from zhicheng.foundation import clock
from zhicheng.foundation.mail import read_mail
from zhicheng.foundation.models import LedgerEntry, OutboxMessage
from zhicheng.library import jobs
from zhicheng.library.actions import keep_item, keep_on, tell_of_ends
from zhicheng.library.models import Library, LibraryItem
from zhicheng.messages.digests import send_digests
from zhicheng.messages.models import Message

pytestmark = pytest.mark.django_db
AWARD = {"name": "科技进步奖", "awarded_on": "2021-05-08"}
DAY = timedelta(days=1)


def after(years: int) -> datetime:
    return w.IN_WINDOW.replace(year=w.IN_WINDOW.year + years)


def mails(subject: str) -> list[str]:
    read = [read_mail(message) for message in OutboxMessage.objects.filter(kind="mail")]
    return [mail["body"] for mail in read if subject in mail["subject"]]


@pytest.fixture
def kept(world: w.World) -> w.World:
    with clock.travel(w.IN_WINDOW):
        keep_item(actor=world.applicant, kind="awards", content=AWARD)
    return world


def forget_at(moment: datetime) -> int:
    with clock.travel(moment):
        return int(str(jobs.forget()))


def test_unused_library_goes_after_its_owner_was_told(kept: w.World) -> None:
    assert forget_at(after(5) - 61 * DAY) == 0
    assert not mails("长期没有使用")
    assert [forget_at(after(5) - 59 * DAY), forget_at(after(5) - DAY)] == [0, 0]
    [body] = mails("长期没有使用")
    assert "继续保留" in body
    assert Library.objects.exists()
    assert forget_at(after(5) + 2 * DAY) == 1
    assert not LibraryItem.objects.exists()
    entry = LedgerEntry.objects.get(event="library.emptied")
    assert (entry.data, entry.actor) == ({"items": 1, "because": "unused"}, "system")


def test_library_found_too_late_is_told_first_and_waits_for_its_owner(kept: w.World) -> None:
    """The worker stood still for years: nobody was told, so nothing goes yet."""
    assert forget_at(after(9)) == 0
    assert forget_at(after(9) + 59 * DAY) == 0
    assert forget_at(after(9) + 61 * DAY) == 1


@pytest.mark.parametrize("how", ["press", "use"])
def test_library_that_is_used_again_stays(kept: w.World, how: str) -> None:
    forget_at(after(5) - 30 * DAY)
    with clock.travel(after(5) - 2 * DAY):
        if how == "press":
            keep_on(actor=kept.applicant)
        else:
            keep_item(actor=kept.applicant, kind="awards", content=AWARD | {"rank": "1/3"})
    assert forget_at(after(5) + 40 * DAY) == 0
    assert Library.objects.get().told_at is None
    assert forget_at(after(10) - 30 * DAY) == 0
    assert len(mails("长期没有使用")) == 2


def test_years_are_a_setting(kept: w.World, settings) -> None:
    settings.LIBRARY_KEPT_YEARS = 2
    forget_at(after(2) - 30 * DAY)
    assert forget_at(after(2) + 31 * DAY) == 1


def test_end_of_a_paper_is_told_once_and_again_for_a_new_one(world: w.World) -> None:
    with clock.travel(w.IN_WINDOW):
        today = clock.today()
        end = today + timedelta(days=40)
        item = keep_item(actor=world.applicant, kind="education", content={"school": "新疆农业大学"}, valid_until=end)
    told = []
    for days in (0, 15, 16):
        with clock.travel(w.IN_WINDOW + timedelta(days=days)):
            told.append(tell_of_ends())
            send_digests()
    assert told == [0, 1, 0]
    [body] = mails("快到期")
    assert end.isoformat() in body
    with clock.travel(w.IN_WINDOW + timedelta(days=20)):
        later: date = end + timedelta(days=5)
        content = {"school": "新疆农业大学"}
        version = LibraryItem.objects.get().version
        keep_item(
            actor=world.applicant,
            kind="education",
            content=content,
            valid_until=later,
            item_id=item.pk,
            base_version=version,
        )
        assert tell_of_ends() == 1
        send_digests()
    assert len(mails("快到期")) == 2


def test_end_that_is_mended_before_the_mail_of_the_day_is_not_mailed(world: w.World) -> None:
    with clock.travel(w.IN_WINDOW):
        end = clock.today() + timedelta(days=20)
        content = {"school": "新疆农业大学"}
        item = keep_item(actor=world.applicant, kind="education", content=content, valid_until=end)
        assert tell_of_ends() == 1
        version = LibraryItem.objects.get().version
        new = {"valid_until": end + timedelta(days=400), "item_id": item.pk, "base_version": version}
        keep_item(actor=world.applicant, kind="education", content=content, **new)
        assert send_digests() == 0
    assert not mails("快到期") and Message.objects.filter(is_reminder=True, waits=False).count() == 1
