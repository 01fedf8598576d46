"""The disk of the database is really full: a small file system of its own holds every table."""

from __future__ import annotations

import os
import pwd
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import DatabaseError, connection
from django.urls import reverse

from tests.support import world as w
from tests.support.small_disk import small_disk
from tests.support.verified import everything_holds
from tests.web.applicant.kit import client_of
from zhicheng.accounts.models import NoticeAcceptance
from zhicheng.campaigns.queries import notice_of
from zhicheng.foundation import clock, readiness

pytestmark = [pytest.mark.postgres, pytest.mark.small_disk, pytest.mark.django_db(transaction=True)]
MEGABYTES = 96


def run(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def move_everything(*, to: str, back_from: str) -> None:
    for kind in ("TABLE", "INDEX"):
        run(f"ALTER {kind} ALL IN TABLESPACE {back_from} SET TABLESPACE {to}")


@pytest.fixture
def small() -> Iterator[Path]:
    """Every table of the test database on a file system of its own, which nobody but root can make."""
    with small_disk(MEGABYTES) as place:
        place.chmod(0o755)
        owner = pwd.getpwnam("postgres")
        os.chown(place, owner.pw_uid, owner.pw_gid)
        run(f"CREATE TABLESPACE small LOCATION '{place}'")
        try:
            move_everything(to="small", back_from="pg_default")
            # Without the pages that rows of other tests have left in it: whatever is written there needs a new one.
            run(f"VACUUM FULL {NoticeAcceptance._meta.db_table}")
            run("SET temp_tablespaces = 'small'")  # they are made beside the tables, as where there is one disk only
            yield place
        finally:
            run("RESET temp_tablespaces")
            run("DROP TABLE IF EXISTS filling")
            move_everything(to="pg_default", back_from="small")
            run("CHECKPOINT")  # the emptied files are still there until then
            run("DROP TABLESPACE small")


def fill() -> None:
    run("CREATE TABLE filling (words text) TABLESPACE small")
    run("ALTER TABLE filling ALTER COLUMN words SET STORAGE EXTERNAL")
    for size in (500_000, 50_000, 5_000, 500, 10):
        with pytest.raises(DatabaseError) as found:
            while True:
                run(f"INSERT INTO filling SELECT repeat('x', {size}) FROM generate_series(1, 20)")  # noqa: S608
        assert getattr(found.value.__cause__, "sqlstate", "") == "53100"


def database_level() -> str:
    """What /readyz says of the database after a round of the worker's tries."""
    readiness.probe()
    return next(check.level for check in readiness.conditions() if check.name == "database")


def test_full_disk_of_the_database_is_said_in_words_and_looking_goes_on(small: Path) -> None:
    with clock.travel(w.IN_WINDOW):
        world = w.make_world()
        slug = notice_of(world.version).slug
        client = client_of(world.applicant)
        client.raise_request_exception = False
        officer = client_of(world.county_officer)
        pages = [(client, "my_applications", []), (client, "application_prompt", [slug]), (officer, "desk_queue", [])]
        for browser, name, words in pages:
            assert browser.get(reverse(name, args=words)).status_code == 200
        assert database_level() == readiness.OK
        fill()
        assert database_level() == readiness.BAD, "a change of a row that is there still fits into its page"
        for _time in range(3):  # every look wants to move the end of the session on
            for browser, name, words in pages:
                assert browser.get(reverse(name, args=words)).status_code == 200, name
        answer = client.post(reverse("application_prompt", args=[slug]), {"accepted": "on"})
        said = answer.content.decode()
        assert answer.status_code == 507 and answer["Retry-After"], said[:500]
        assert "服务器的存储空间已满，暂时不能保存" in said and "已经登录的可以照常查看" in said
        assert not NoticeAcceptance.objects.exists()

        run("DROP TABLE filling")  # whatever filled it was removed: nothing has to be started again
        assert client.post(reverse("application_prompt", args=[slug]), {"accepted": "on"}).status_code == 303
        assert NoticeAcceptance.objects.count() == 1
        assert database_level() == readiness.OK
        everything_holds()
