"""演练入口, the mailbox and the clock; and that production has none of them."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from zhicheng.accounts.models import User
from zhicheng.evidence.actions import keep_sample
from zhicheng.foundation import clock
from zhicheng.foundation.errors import Refused
from zhicheng.foundation.mail import queue_mail
from zhicheng.foundation.models import OutboxMessage, RehearsalMarker
from zhicheng.rehearsal.seeding import BEGINS
from zhicheng.web.access import REHEARSAL
from zhicheng.web.system.rehearsal.pages import with_links


@pytest.mark.django_db
def test_rehearse_in_production_is_refused_and_leaves_nothing(settings: Any) -> None:
    settings.MODE, settings.REHEARSAL = "production", False
    with pytest.raises(CommandError, match="只有演练环境可以放入演练数据"):
        call_command("rehearse")
    assert not User.objects.exists()
    assert not RehearsalMarker.objects.exists()


@pytest.mark.django_db
def test_keep_sample_in_production_is_refused(settings: Any) -> None:
    settings.MODE = "production"
    with pytest.raises(Refused) as refused:
        keep_sample(content=b"%PDF-", name="a.pdf", actor_id=None)
    assert refused.value.problems[0].code == "production"


def _send(number: int) -> None:
    with transaction.atomic():
        queue_mail(
            to=f"person{number}@example.cn", subject=f"第{number}封", body="查看：http://127.0.0.1:8000/my/1/。", key=f"m{number}"
        )


@pytest.fixture
def moving(settings: Any) -> None:
    settings.REHEARSAL = True


@pytest.mark.django_db
def test_mailbox_shows_the_newest_first_and_finds_a_recipient(client: Client) -> None:
    for number in (1, 2, 3):
        _send(number)
    page = client.get(reverse("rehearsal_mailbox")).content.decode()
    assert page.index("第3封") < page.index("第2封") < page.index("第1封")
    OutboxMessage.objects.filter(key="m1").update(created_at=clock.now() + timedelta(days=1))  # while the clock stood there
    page = client.get(reverse("rehearsal_mailbox")).content.decode()
    assert page.index("第1封") < page.index("第3封") < page.index("第2封")
    found = client.get(reverse("rehearsal_mailbox"), {"to": "person2@"}).content.decode()
    assert "第2封" in found
    assert "第3封" not in found


@pytest.mark.django_db
def test_mailbox_asks_the_database_the_same_for_one_mail_and_for_thirty(client: Client) -> None:
    counts = []
    for numbers in (range(1), range(1, 30)):
        for number in numbers:
            _send(number)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert client.get(reverse("rehearsal_mailbox")).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 12


@pytest.mark.django_db
def test_mail_shows_its_text_with_living_links(client: Client) -> None:
    _send(1)
    page = client.get(reverse("rehearsal_mail", args=[OutboxMessage.objects.get().pk])).content.decode()
    assert '<a href="http://127.0.0.1:8000/my/1/">' in page


def test_with_links_escapes_everything_else() -> None:
    shown = with_links('<b>见：http://a.cn/x?a=1&b="2" 完')
    assert shown == '&lt;b&gt;见：<a href="http://a.cn/x?a=1&amp;b=">http://a.cn/x?a=1&amp;b=</a>&quot;2&quot; 完'


@pytest.mark.django_db
def test_clock_moves_to_a_day_and_back_to_the_beginning(client: Client, moving: None) -> None:
    answer = client.post(reverse("rehearsal_clock_move"), {"day": "2023.6.16", "hour": "17:59"})
    assert answer.status_code == 303
    assert clock.now().strftime("%Y-%m-%d %H:%M") == "2023-06-16 17:59"
    client.post(reverse("rehearsal_clock_move"), {"to": "begin"})
    assert clock.now().replace(second=0, microsecond=0) == BEGINS


@pytest.mark.django_db
def test_clock_steps_on_a_day_and_is_put_back(client: Client, moving: None) -> None:
    before = clock.now()
    client.post(reverse("rehearsal_clock_move"), {"to": "3d"})
    assert (clock.now() - before).days == 3
    client.post(reverse("rehearsal_clock_move"), {"to": "machine"})
    assert (clock.now() - before).days == 0


@pytest.mark.django_db
def test_clock_with_a_day_that_does_not_exist_says_so_and_stays(client: Client, moving: None) -> None:
    answer = client.post(reverse("rehearsal_clock_move"), {"day": "2023-02-30", "hour": "9"})
    assert answer.status_code == 422
    assert clock.now().year == datetime.now(clock.BEIJING).year  # noqa: TID251 - the machine's time is what is meant


@pytest.mark.django_db
@pytest.mark.parametrize("day", ["9999-12-31", "0001-01-01", "1999-12-31", "2100-01-01"])
def test_clock_that_is_sent_too_far_says_how_far_it_goes_and_stays(client: Client, moving: None, day: str) -> None:
    answer = client.post(reverse("rehearsal_clock_move"), {"day": day, "hour": "09:00"})
    assert answer.status_code == 422
    assert "演练时间只能拨到2000年至2099年之间。" in answer.content.decode() and day in answer.content.decode()
    assert clock.now().year == datetime.now(clock.BEIJING).year  # noqa: TID251 - the machine's time is what is meant


@pytest.mark.django_db
def test_clock_that_would_step_too_far_says_so_and_stays(client: Client, moving: None) -> None:
    client.post(reverse("rehearsal_clock_move"), {"day": "2099-12-31", "hour": "09:00"})
    answer = client.post(reverse("rehearsal_clock_move"), {"to": "7d"})
    assert answer.status_code == 422
    assert "演练时间只能拨到2000年至2099年之间。" in answer.content.decode()
    assert clock.now().year == 2099


_PRODUCTION = """
import sys, django
from django.urls import NoReverseMatch, Resolver404, resolve, reverse
django.setup()
from zhicheng.web.access import REHEARSAL
for name in REHEARSAL:
    for arguments in ([], [1]):
        try:
            print("ROUTED", name, reverse(name, args=arguments))
        except NoReverseMatch:
            pass
for path in ("/rehearsal/", "/rehearsal/mail/", "/rehearsal/mail/1/", "/rehearsal/clock/", "/rehearsal/clock/move/", "/rehearsal/sign-in/"):
    try:
        print("RESOLVED", path, resolve(path))
    except Resolver404:
        pass
print("IMPORTED", [m for m in sys.modules if "rehearsal.pages" in m])
print("healthz", resolve("/healthz").url_name)
"""


def test_production_routes_and_imports_nothing_of_the_rehearsal(tmp_path: Path) -> None:
    assert len(REHEARSAL) >= 7
    plain = {k: v for k, v in os.environ.items() if not k.startswith("ZHICHENG_")}
    environment = plain | {
        "DJANGO_SETTINGS_MODULE": "zhicheng.settings",
        "ZHICHENG_MODE": "production",
        "ZHICHENG_ENV_FILE": os.devnull,
        "ZHICHENG_DATA_DIR": str(tmp_path),
        "ZHICHENG_SECRET_KEY": "x" * 60,
        "ZHICHENG_FIELD_KEYS": "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=",
        "ZHICHENG_BLIND_INDEX_KEY": "y" * 60,
        "ZHICHENG_ALLOWED_HOSTS": "zhicheng.example",
    }
    done = subprocess.run([sys.executable, "-c", _PRODUCTION], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == ["IMPORTED []", "healthz healthz"]
