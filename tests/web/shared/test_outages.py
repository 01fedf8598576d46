"""When the machine cannot: a full disk, no connection, no time. Each for real, and in words."""

from __future__ import annotations

import os
import resource
import sqlite3
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.db import ConnectionHandler, OperationalError, connection, connections
from django.test import Client
from django.urls import reverse

from tests.support.world import person
from zhicheng.accounts.models import AccountKind
from zhicheng.foundation import clock, maintenance, uploads
from zhicheng.foundation.statement_limit import _State, limit_statements
from zhicheng.web.shared.outages import CROWDED, DATABASE_FULL, OVERTAKEN, SLOW, outage_of

LOGIN = {"login": "somebody", "password": "not the right one"}


@pytest.fixture
def client() -> Client:
    return Client(raise_request_exception=False)


@pytest.fixture
def full_temp(settings: Any, tmp_path: Path) -> Iterator[Path]:
    """A data folder in which no file grows beyond a megabyte: what a full disk does to a write."""
    settings.DATA_DIR = tmp_path
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1024 * 1024, before[1]))
    yield tmp_path
    resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.django_db
def test_full_folder_for_arriving_files_is_said_like_a_full_store(client: Client, full_temp: Path) -> None:
    answer = client.post(
        reverse("register_unit_licence"), {"licence": SimpleUploadedFile("a.pdf", os.urandom(3 * 1024 * 1024), "application/pdf")}
    )
    assert answer.status_code == 507
    words = answer.content.decode()
    assert "服务器暂时无法保存文件，这个文件没有收下" in words and "请稍后重新上传" in words
    assert "再次提交" not in words and "请返回上一页" in words, "the file is not in what could be sent again"
    assert answer["Retry-After"]
    assert not list((full_temp / uploads.FOLDER).iterdir()), "nothing half-written stays behind"


def test_leftovers_of_killed_uploads_are_tidied(settings: Any, tmp_path: Path) -> None:
    settings.DATA_DIR = tmp_path
    old, young, ahead = (uploads.folder() / name for name in ("old", "young", "ahead"))
    at = clock.machine_now().timestamp()
    for path, age in ((old, timedelta(hours=7)), (young, timedelta(minutes=1)), (ahead, timedelta(days=-1))):
        path.write_bytes(b"x")
        os.utime(path, (at - age.total_seconds(),) * 2)
    assert uploads.tidy() == 2
    assert [path.name for path in uploads.folder().iterdir()] == ["young"]


@pytest.mark.django_db(transaction=True)
def test_full_database_refuses_in_words_and_goes_on_showing(client: Client) -> None:
    """SQLite only: it can be told how large it may become."""
    if connection.vendor != "sqlite":
        return
    applicant = person(AccountKind.APPLICANT, "someone", serial=3)
    client.force_login(applicant, backend="zhicheng.accounts.backends.AuthenticationBackend")
    with connection.cursor() as cursor:
        pages = cursor.execute("PRAGMA page_count").fetchone()[0]
        cursor.execute("CREATE TABLE filling (x)")
        cursor.execute(f"PRAGMA max_page_count = {pages + 3}")
        with pytest.raises(Exception, match="full") as found:
            for _ in range(500):
                cursor.execute("INSERT INTO filling VALUES (zeroblob(4000))")
    assert outage_of(found.value) is DATABASE_FULL
    try:
        assert client.get(reverse("my_applications")).status_code == 200
    finally:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA max_page_count = 1073741823")
            cursor.execute("DROP TABLE filling")


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_no_connection_left_is_said_with_the_time_to_come_back(client: Client) -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE ROLE crowd LOGIN CONNECTION LIMIT 0")
        cursor.execute("SELECT current_user")
    settings_dict = connections["default"].settings_dict
    before = settings_dict["USER"]
    connections.close_all()
    settings_dict["USER"] = "crowd"
    try:
        answer = client.post(reverse("account_login"), LOGIN)
    finally:
        connections.close_all()
        settings_dict["USER"] = before
        with connection.cursor() as cursor:
            cursor.execute("DROP ROLE crowd")
    assert answer.status_code == 503 and answer["Retry-After"] == "30"
    assert "现在使用的人太多" in answer.content.decode()


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_statement_that_takes_too_long_is_ended() -> None:
    connections.close_all()
    limit_statements(1)
    try:
        with pytest.raises(Exception, match="statement timeout") as found, connection.cursor() as cursor:
            cursor.execute("SELECT pg_sleep(5)")
    finally:
        _State.seconds = None
        connections.close_all()
    assert outage_of(found.value) is SLOW


def test_mistakes_of_ours_are_no_outage() -> None:
    assert outage_of(ValueError("x")) is None
    assert outage_of(FileNotFoundError(2, "x")) is None


@pytest.fixture
def own_folder(settings: Any, tmp_path: Path) -> Path:
    settings.DATA_DIR = tmp_path
    return tmp_path


def test_maintenance_is_announced_to_everybody_and_asks_no_database(client: Client, own_folder: Path) -> None:
    until = clock.machine_now() + timedelta(minutes=20)
    maintenance.announce(until=until)
    answer = client.get("/")
    assert answer.status_code == 503
    assert 1100 < int(answer["Retry-After"]) <= 1200
    words = answer.content.decode()
    assert "系统维护中" in words and clock.written(until) in words
    assert client.post(reverse("account_login"), LOGIN).status_code == 503
    english = client.get("/", headers={"Accept-Language": "en"}).content.decode()
    assert "Maintenance" in english


def test_maintenance_gives_back_what_was_sent_and_takes_it_afterwards(own_folder: Path) -> None:
    client = Client(enforce_csrf_checks=True)
    client.get("/accounts/login/")
    typed = {"csrfmiddlewaretoken": client.cookies["csrftoken"].value, "language": "en", "next": "/help/?a=“b”"}
    maintenance.announce()
    answer = client.post("/language/", typed)
    assert answer.status_code == 503 and "没有办理" in answer.content.decode()
    form = BeautifulSoup(answer.content, "html.parser").form
    again = {str(f["name"]): str(f["value"]) for f in form.select("input")}
    assert again == typed
    maintenance.end()
    assert client.post(str(form["action"]), again).status_code == 302


def test_maintenance_keeps_no_password_and_no_file_and_says_so(client: Client, own_folder: Path) -> None:
    maintenance.announce()
    answer = client.post(reverse("account_login"), LOGIN)
    assert "密码要重新输入" in answer.content.decode() and LOGIN["password"] not in answer.content.decode()
    assert client.post("/language/", b"--x\r\n", content_type="multipart/form-data; boundary=y").status_code == 503


def test_autosave_that_meets_maintenance_is_told_until_when(client: Client, own_folder: Path) -> None:
    until = clock.machine_now() + timedelta(minutes=20)
    maintenance.announce(until=until)
    answer = client.post("/my/applications/1/sections/basic/autosave/", {}, headers={"HX-Request": "true"})
    assert answer["Content-Type"].startswith("text/plain") and clock.written(until) in answer.content.decode()


def test_maintenance_that_lasts_longer_does_not_promise_a_time_gone_by(client: Client, own_folder: Path) -> None:
    until = clock.machine_now() - timedelta(minutes=5)
    maintenance.announce(until=until)
    answer = client.get("/")
    words = BeautifulSoup(answer.content, "html.parser").get_text()
    assert f"比预计的 {clock.written(until)}（北京时间）晚" in words and "（北京时间）恢复" not in words
    assert answer["Retry-After"] == "30"


@pytest.mark.parametrize(("until", "said"), [("yesterday", "2026-11-28 14:00 的样子"), ("2020-01-01 00:00", "已经过去")])
def test_end_of_maintenance_that_is_no_time_to_come_is_refused_in_words(own_folder: Path, until: str, said: str) -> None:
    with pytest.raises(CommandError, match=said):
        call_command("maintenance", "on", f"--until={until}")
    assert maintenance.current() is None


@pytest.mark.django_db
def test_maintenance_lets_monitors_in_and_ends(client: Client, own_folder: Path) -> None:
    maintenance.announce()
    assert client.get("/healthz").status_code == 200
    assert client.get("/readyz").status_code in {200, 503}
    assert client.get("/").status_code == 503
    assert maintenance.end() and not maintenance.end()
    assert client.get("/").status_code == 200


def test_announcement_nobody_can_read_counts(client: Client, own_folder: Path) -> None:
    (own_folder / maintenance.FILE).write_text("half a line")
    assert client.get("/").status_code == 503


@pytest.mark.django_db
def test_sqlite_that_stays_locked_is_said_like_a_crowd(tmp_path: Path) -> None:
    """Somebody writes for longer than the time-out."""
    path = tmp_path / "here.sqlite3"
    writing = sqlite3.connect(path, isolation_level=None)
    writing.execute("BEGIN IMMEDIATE")
    here = {"ENGINE": "django.db.backends.sqlite3", "NAME": path, "OPTIONS": {"timeout": 0.1}}
    waiting = ConnectionHandler({"default": here})["default"]
    with pytest.raises(OperationalError, match="locked") as found:
        waiting.cursor().execute("BEGIN IMMEDIATE")
    writing.close()
    waiting.close()
    assert outage_of(found.value) is CROWDED and CROWDED.status == 503


@pytest.mark.parametrize("sqlstate", ["40P01", "40001"])
def test_second_deadlock_in_a_row_is_no_mistake_of_ours(sqlstate: str) -> None:
    class Said(Exception):
        pass

    error = OperationalError("deadlock detected")
    error.__cause__ = Said()
    error.__cause__.sqlstate = sqlstate  # type: ignore[attr-defined]
    assert outage_of(error) is OVERTAKEN and OVERTAKEN.status == 503
