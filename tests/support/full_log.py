"""What the processes of tests/foundation/test_full_log.py do while nothing of what they log can be written.

``log``: the standard error is a full device. ``disk``: log, files and (on SQLite) the database lie on one disk, which is full for a
while; the second word is its folder.
"""

from __future__ import annotations

import logging
import os
import sys
import traceback
from pathlib import Path

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.core.files.uploadedfile import SimpleUploadedFile  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.urls import reverse  # noqa: E402

from tests.evidence import files  # noqa: E402
from tests.support import world as w  # noqa: E402
from tests.support.verified import everything_holds  # noqa: E402
from tests.web.applicant.kit import client_of  # noqa: E402
from tests.web.registering import page_of  # noqa: E402
from zhicheng.applications.models import Application  # noqa: E402
from zhicheng.campaigns.queries import notice_of  # noqa: E402
from zhicheng.foundation import clock, jobs, liveness, outbox  # noqa: E402
from zhicheng.foundation.lanes import Lane  # noqa: E402
from zhicheng.foundation.models import OutboxMessage, OutboxState  # noqa: E402

# A test's client adds the token a page would have carried, as in tests/settings.py.
_ONCE = settings.MIDDLEWARE.index("zhicheng.web.shared.once.OnceMiddleware")
settings.MIDDLEWARE = [*settings.MIDDLEWARE[:_ONCE], "tests.support.forms.SendsTheToken", *settings.MIDDLEWARE[_ONCE:]]


class Looking:
    """People who have signed in. A page that is not theirs, one that is not there and a sign-in that fails are logged."""

    def __init__(self, world: w.World) -> None:
        self.applicant, self.officer, self.visitor = client_of(world.applicant), client_of(world.county_officer), Client()
        for client in (self.applicant, self.officer, self.visitor):
            client.raise_request_exception = False

    def __call__(self) -> list[int]:
        answers = [self.applicant.get(reverse("my_applications")), self.officer.get(reverse("desk_queue"))]
        answers += [self.applicant.get("/desk/"), self.applicant.get("/my/applications/999/")]
        answers.append(self.visitor.post(reverse("account_login"), {"login": "nobody", "password": "wrong"}))
        return [answer.status_code for answer in answers]


def work() -> None:
    """The worker's part: regular jobs, and everything that waits."""
    instance = liveness.enter().pk
    for lane in Lane:
        while (job := jobs.next_due(lane)) is not None:
            assert jobs.run_if_due(job, instance=instance, pid=os.getpid())
    outbox.drain()


def log_is_full(world: w.World) -> None:
    application, look = w.submitted(world), Looking(world)
    assert look() == [200, 200, 403, 404, 200]
    w.give_back(world.unit_admin, Application.objects.get(pk=application.pk))
    work()
    waiting = OutboxMessage.objects.filter(state=OutboxState.PENDING).exclude(kind__startswith="system.")
    assert not waiting and not [row.name for row in jobs.failing()]


def disk_is_full(world: w.World, place: Path) -> None:
    application, look = w.start(world), Looking(world)
    client, newcomer = client_of(world.applicant), client_of(world.new_applicant())
    client.raise_request_exception = newcomer.raise_request_exception = False
    slug = notice_of(world.version).slug
    upload = reverse("application_upload", args=[application.pk, "commitment", "commitment", "commitment"])
    assert look() == [200, 200, 403, 404, 200]
    if connection.vendor == "sqlite":  # its log of changes keeps the room it once had
        connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
    filling = place / "filling"
    with filling.open("wb", buffering=0) as file:
        for size in (1 << 20, 4096, 1):
            try:
                while True:
                    file.write(bytes(size))
            except OSError:
                continue
    for _turn in range(2):  # what was left of the log's last page
        logging.getLogger("zhicheng.test").warning("x" * 5000)
    full = look()
    assert full[:4] == [200, 200, 403, 404], "looking goes on"
    assert full[4] == (507 if connection.vendor == "sqlite" else 200), "no try that cannot be counted"
    sent = client.post(upload, {"file": SimpleUploadedFile("学历证书.pdf", files.pdf())})
    said = page_of(sent).get_text(" ", True)
    assert sent.status_code in {422, 507} and ("暂时无法保存文件" in said or "存储空间已满，暂时不能保存" in said), said
    if connection.vendor == "sqlite":
        sent = newcomer.post(reverse("application_prompt", args=[slug]), {"accepted": "on"})
        assert sent.status_code == 507 and "服务器的存储空间已满，暂时不能保存" in sent.content.decode(), sent.status_code
    filling.unlink()
    assert newcomer.post(reverse("application_prompt", args=[slug]), {"accepted": "on"}).status_code == 303
    assert client.post(upload, {"file": SimpleUploadedFile("学历证书.pdf", files.pdf())}).status_code == 303
    assert look() == [200, 200, 403, 404, 200]
    work()


def main(*words: str) -> None:
    """On a migrated database."""
    try:
        _work_on(*words)
    except BaseException:
        traceback.print_exc(file=sys.stdout)  # the standard error is full
        raise


def _work_on(*words: str) -> None:
    jobs.prepare_schedules()
    with clock.travel(w.IN_WINDOW):
        world = w.make_world()
        if words[0] == "log":
            log_is_full(world)
        else:
            disk_is_full(world, Path(words[1]))
        everything_holds()
    print("went on")
