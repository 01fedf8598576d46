"""The operator's pages."""

from __future__ import annotations

import json
import os
import re
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.support.world import person
from zhicheng.accounts.models import AccountKind
from zhicheng.foundation import alerts, backups, clock, liveness, originals, outbox, queries, readiness, second_copy
from zhicheng.foundation.lanes import Lane
from zhicheng.foundation.models import (
    InstanceMark,
    LedgerEntry,
    MailServer,
    OriginalPlace,
    OutboxMessage,
    OutboxState,
    StoredFileCheck,
    SystemVerification,
)
from zhicheng.foundation.rolling import GOOD, BytesRead
from zhicheng.web.system import monitoring

pytestmark = pytest.mark.django_db


@pytest.fixture
def operator(client: Client) -> Client:
    client.force_login(person(AccountKind.OPERATOR, "operator", name="运维"))
    return client


def _failed(number: int) -> OutboxMessage:
    return OutboxMessage.objects.create(
        kind="mail",
        key=f"broken{number}",
        payload={},
        state=OutboxState.FAILED,
        attempts=8,
        last_error="E-1234 ConnectionRefusedError",
        next_attempt_at=clock.machine_now(),
        created_at=clock.now(),
    )


def test_healthz_says_ok_to_everybody_and_nothing_else(client: Client) -> None:
    answer = client.get("/healthz")
    assert (answer.status_code, answer.content) == (200, b"OK\n")


def test_health_shows_what_is_stuck(operator: Client) -> None:
    _failed(1)
    page = operator.get(reverse("system_health")).content.decode()
    assert "E-1234" in page
    assert "失败 1 条" in page
    assert "没有响应" in page


def test_every_part_says_what_its_state_means(operator: Client) -> None:
    """Also where nothing has happened yet: whether to act, and if not the operator then who can."""
    page = BeautifulSoup(operator.get(reverse("system_health")).content.decode(), "html.parser")
    rows = page.select("table")[0].select("tbody tr")
    said = {cells[0].get_text(strip=True): cells[2].get_text(" ", strip=True) for row in rows if (cells := row.select("td"))}
    assert len(said) >= 12 and not [part for part, words in said.items() if len(words) < 10]
    assert (
        "不用处理" in said["邮件服务器"] and "审计管理员" in said["台账"] and "ZHICHENG_SECOND_FILES_DIR" in said["文件的第二处"]
    )


@pytest.mark.parametrize("name", ["system_health", "system_stuck"])
def test_system_pages_open_for_the_operator_alone(client: Client, name: str) -> None:
    assert client.get(reverse(name)).status_code == 302
    client.force_login(person(AccountKind.APPLICANT, "someone", serial=3))
    assert client.get(reverse(name)).status_code == 403


def test_retry_puts_a_failed_message_back_into_the_queue(operator: Client) -> None:
    message = _failed(1)
    assert operator.post(reverse("system_retry", args=[message.pk])).status_code == 303
    message.refresh_from_db()
    assert (message.state, message.attempts) == (OutboxState.PENDING, 0)
    assert LedgerEntry.objects.filter(event="outbox.retried").exists()


def test_retry_of_a_message_that_did_not_fail_says_so(operator: Client) -> None:
    message = _failed(1)
    operator.post(reverse("system_retry", args=[message.pk]))
    page = operator.post(reverse("system_retry", args=[message.pk]), follow=True).content.decode()
    assert "这条消息没有失败，不需要重试。" in page


def test_refused_mailbox_is_explained_without_naming_anybody(operator: Client) -> None:
    message = _failed(1)
    payload = {"to": ["zhangsan@example.cn"], "subject": "张三的申报进展：已退回"}
    OutboxMessage.objects.filter(pk=message.pk).update(
        failure="recipient", lane="mail", payload=payload, key="moved:1:unit", last_error="ABCD2345 smtp 550 5.1.1"
    )
    page = operator.get(reverse("system_stuck")).content.decode()
    assert (
        "收件方拒收" in page
        and "更正邮箱" in page
        and "smtp 550 5.1.1" in page
        and "邮件（申报进展），收件人 zh******@example.cn" in page
    )
    assert "张三" not in page and "zhangsan" not in page


def test_settled_message_is_no_longer_called_failed(operator: Client) -> None:
    message = _failed(1)
    assert operator.post(reverse("system_settle", args=[message.pk])).status_code == 303
    assert "失败 0 条" in operator.get(reverse("system_health")).content.decode()
    assert "已办结" in operator.get(reverse("system_stuck")).content.decode()
    page = operator.post(reverse("system_settle", args=[message.pk]), follow=True).content.decode()
    assert "这条消息没有失败，或者已经办结。" in page


def test_mail_server_that_is_left_alone_is_explained(operator: Client, settings: Any) -> None:
    at = clock.machine_now()
    MailServer.objects.create(
        name=f"{settings.EMAIL_HOST}:{settings.EMAIL_PORT}",
        failures=4,
        failing_since=at,
        closed_until=at,
        last_error="TimeoutError",
    )
    page = operator.get(reverse("system_health")).content.decode()
    assert "暂停发送" in page and "连续 4 次没有应答" in page and "TimeoutError" in page


def test_health_begins_with_what_has_to_be_seen_to(operator: Client) -> None:
    page = operator.get(reverse("system_health")).content.decode()
    assert "现在需要处理：" in page and "后台任务没有响应，它们都在等待" in page


def test_health_names_the_lane_that_does_not_answer(operator: Client) -> None:
    instance = liveness.enter()
    lanes = {lane.value: "alive" for lane in Lane} | {"mail": "silent", "papers-2": "alive"}
    liveness.beat(instance.pk, lanes)
    page = operator.get(reverse("system_health")).content.decode()
    assert "部分没有响应" in page
    assert queries.worker_health().silent == (Lane.MAIL,)


def test_outbox_health_counts_waiting_retrying_and_failed() -> None:
    _failed(1)
    waiting = _failed(2)
    OutboxMessage.objects.filter(pk=waiting.pk).update(state=OutboxState.PENDING, attempts=2)
    fresh = _failed(3)
    yesterday = clock.now() - timedelta(days=1)
    OutboxMessage.objects.filter(pk=fresh.pk).update(state=OutboxState.PENDING, attempts=0, created_at=yesterday)
    found = queries.outbox_health()
    assert (found.waiting, found.retrying, found.failed, found.oldest) == (2, 1, 1, yesterday)


@pytest.mark.parametrize(("kind", "level"), [("mail", "warn"), ("ledger.head_file", "bad")])
def test_work_given_up_raises_an_alarm_and_a_mail_does_not(kind: str, level: str) -> None:
    OutboxMessage.objects.filter(pk=_failed(1).pk).update(kind=kind)
    assert {check.name: check.level for check in readiness.conditions()}["failed"] == level


@pytest.mark.parametrize("name", ["system_stuck"])
def test_lists_ask_the_database_the_same_for_one_row_and_for_thirty(operator: Client, name: str) -> None:
    counts = []
    for numbers in (range(1), range(1, 30)):
        for number in numbers:
            _failed(number)
        with CaptureQueriesContext(connection) as captured:
            assert operator.get(reverse(name)).status_code == 200
        counts.append(len(captured))
    assert counts[0] == counts[1] <= 12


def test_whole_verification_is_asked_for_and_its_result_is_shown(operator: Client) -> None:
    page = operator.post(reverse("system_verify_whole"), follow=True).content.decode()
    assert "已开始全面核验" in page and "尚未核验" in page
    outbox.drain()
    page = operator.get(reverse("system_health")).content.decode()
    assert "不一致 0 处" in page and "全部一致" in page
    kept = SystemVerification.objects.get()
    kept.pk, kept.found = None, 1
    kept.listed = [{"invariant": "x.y", "subject": "application:7", "said": "没有任何办理记录。"}]
    kept.save(force_insert=True)
    page = operator.get(reverse("system_health")).content.decode()
    assert "有不一致" in page and "application:7" in page and "没有任何办理记录。" in page


def test_scanner_is_shown_as_it_is(operator: Client, settings: Any) -> None:
    assert "上传的文件不检查病毒" in operator.get(reverse("system_health")).content.decode()
    settings.CLAMD = "unix:///nowhere/clamd.sock"
    assert "在它恢复以前，上传的文件都不会收下。" in operator.get(reverse("system_health")).content.decode()


def test_page_asks_nothing_twice_and_the_same_number_of_questions_whatever_happened(operator: Client) -> None:
    def asked() -> list[str]:
        with CaptureQueriesContext(connection) as found:
            assert operator.get(reverse("system_health")).status_code == 200
        return [query["sql"] for query in found.captured_queries if query["sql"].startswith("SELECT")]

    liveness.beat(liveness.enter().pk, {lane.value: "alive" for lane in Lane})
    first = [re.sub(r"'\d{4}-[^']*'", "…", sql) for sql in asked()]
    assert not [sql for sql in first if first.count(sql) > 1]
    for number in range(8):
        _failed(number)
    readiness.probe()
    assert len(asked()) == len(first)


@pytest.fixture
def production_of_two_days(settings: Any, tmp_path: Path, unprotected: None) -> Path:
    """An office's own instance, two days old; where its copies lie."""
    settings.MODE, settings.BACKUP_DIR = "production", str(tmp_path / "backups")
    made_at = clock.machine_now() - timedelta(days=2)
    InstanceMark.objects.update_or_create(defaults={"mode": "production", "instance": "a" * 32, "made_at": made_at})
    return tmp_path / "backups"


def test_backup_that_was_never_made_raises_an_alarm(
    operator: Client, production_of_two_days: Path, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(monitoring, "MEMORY_SECONDS", -1.0)
    settings.ALERT_AFTER_MINUTES, settings.ALERT_MAIL = 0, ["ops@example.cn"]
    assert "backup" in alerts.watch()
    assert operator.get("/readyz").json()["checks"]["backup"] == "bad"
    page = operator.get(reverse("system_health")).content.decode()
    assert "超过一天没有新的备份" in page and "没有备份" in page and "zhicheng backup make" in page
    copy = production_of_two_days / "20261128T000000Z"
    copy.mkdir(parents=True)
    manifest = backups.Manifest("sqlite", clock.machine_now().isoformat(), 0, "", "", [])
    (copy / backups.MANIFEST).write_text(json.dumps(asdict(manifest)))
    assert "-backup" in alerts.watch()
    page = operator.get(reverse("system_health")).content.decode()
    assert "最近一次（机器时间）" in page and "超过一天没有新的备份" not in page


def test_backup_is_not_owed_on_the_first_day_nor_by_a_rehearsal(
    operator: Client, production_of_two_days: Path, settings: Any
) -> None:
    InstanceMark.objects.update(made_at=clock.machine_now() - timedelta(hours=25))
    assert readiness.Look().backup.level == "unknown"
    InstanceMark.objects.update(made_at=clock.machine_now() - timedelta(hours=27))
    assert readiness.Look().backup.level == "bad"
    settings.MODE, settings.REHEARSAL = "rehearsal", True
    assert readiness.Look().backup.level == "unknown"
    assert "演练的数据不作备份" in operator.get(reverse("system_health")).content.decode()


def test_log_that_is_not_archived_is_told_while_there_is_room(settings: Any) -> None:
    """What PostgreSQL says of its archiver (``pg_stat_archiver``), and what it means: seconds since the last piece."""
    at = clock.machine_now()

    def level(*, age: int, fails: bool = False, timeout: int = 30, mode: str = "on") -> str:
        return readiness.archive_level(mode=mode, timeout=timeout, at=at, fails=fails, age=age).level

    assert level(age=40) == "ok"
    assert level(age=40, fails=True) == "warn"
    assert level(age=181, fails=True) == "bad"
    assert level(age=181) == "bad"  # it hangs, and does not even fail
    assert level(age=181, timeout=600) == "ok" and level(age=1801, timeout=600) == "bad"
    assert level(age=90_000, timeout=0) == "ok" and level(age=90_000, timeout=0, fails=True) == "bad"  # whole pieces only
    assert level(age=90_000, mode="off") == "unknown"
    settings.MODE, settings.WAL_DIR = "production", "/mnt/second/wal"
    assert level(age=0, mode="off") == "bad"


def test_archive_of_the_log_is_looked_at_where_there_is_one(operator: Client) -> None:
    looked = readiness.Look().archive
    page = operator.get(reverse("system_health")).content.decode()
    assert (looked is not None) == (connection.vendor == "postgresql") == ("数据库日志归档" in page)


def test_files_that_do_not_reach_their_second_place_raise_an_alarm(settings: Any, tmp_path: Path) -> None:
    settings.SECOND_FILES_DIR = str(tmp_path / "second")
    note = second_copy.first_root() / second_copy.OWED / ("0" * 64)

    def level() -> str:
        return next(check.level for check in readiness.conditions() if check.name == "second")

    assert level() == "ok"
    note.parent.mkdir(parents=True, exist_ok=True)
    note.touch()
    assert level() == "warn"
    long_ago = clock.machine_now().timestamp() - 200
    os.utime(note, (long_ago, long_ago))
    assert level() == "bad" and "second" in {row.name for row in readiness.conditions() if row.level == "bad"}
    note.unlink()
    assert level() == "ok"


def test_restored_copy_that_keeps_silent_is_told_to_monitors(settings: Any) -> None:
    def level() -> str:
        return next(check.level for check in readiness.conditions() if check.name == "original")

    assert level() == "ok"
    settings.MODE = "production"
    originals.declare(by="first start")
    assert level() == "ok"
    OriginalPlace.objects.update(place="0" * 64)
    assert level() == "bad"


def test_rehearsal_whose_mail_does_not_leave_says_so_and_nothing_of_a_server(operator: Client, settings: Any) -> None:
    assert "还没有发过邮件" in operator.get(reverse("system_health")).content.decode()
    settings.REHEARSAL = True
    page = operator.get(reverse("system_health")).content.decode()
    assert (
        "演练中不外发" in page
        and "都在“演练邮箱”里" in page
        and "还没有" not in page[page.index("邮件服务器") : page.index("待办消息")]
    )


def test_health_page_says_how_many_files_were_read_and_names_dates_in_the_future(operator: Client) -> None:
    files = asdict(BytesRead(stored=9, read=4, days=7))
    SystemVerification.objects.create(at=clock.now(), seconds=1, checks=61, found=0, files=files, actor="system")
    StoredFileCheck.objects.create(sha256="0" * 64, checked_at=clock.machine_now(), found=GOOD)
    said = operator.get(reverse("system_health")).content.decode()
    assert "登记的文件 9 个：最近 7 天内逐字节读过 4 个，其余 5 个这次只比对了大小，没有读内容。" in said
    assert "时间不对" not in said
    StoredFileCheck.objects.update(checked_at=clock.machine_now() + timedelta(days=300))
    said = operator.get(reverse("system_health")).content.decode()
    assert "时间不对" in said and "1 个文件的复核时间记在将来" in said
