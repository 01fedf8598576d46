"""What the other processes of these tests do: each word is a function. See ``tests/support/elsewhere.py``."""

from __future__ import annotations

import ctypes
import os
import resource
import subprocess
import threading
import time
from contextlib import redirect_stdout
from datetime import timedelta
from io import StringIO
from pathlib import Path

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import transaction  # noqa: E402
from django.http import HttpRequest  # noqa: E402

from zhicheng.foundation import blobs, clock, jobs, ledger, liveness, mail, outbox, supervision  # noqa: E402
from zhicheng.foundation.errors import Refused  # noqa: E402
from zhicheng.foundation.lanes import Lane  # noqa: E402
from zhicheng.foundation.models import LedgerEntry, OutboxMessage, WorkerInstance  # noqa: E402
from zhicheng.foundation.supervision import Post, Pulse, keep_running  # noqa: E402
from zhicheng.foundation.worker import run_worker  # noqa: E402
from zhicheng.web.shared.limits import too_many  # noqa: E402

_stops = False  # whoever comes to the middle of an effect


def pause() -> None:
    """Say that the middle is reached and wait there to be killed."""
    if _stops and not (Path(settings.DATA_DIR) / "go on").exists():
        (Path(settings.DATA_DIR) / "in the middle").write_text(str(os.getpid()))  # first: who reads the line reads the file
        print("in the middle", flush=True)
        time.sleep(600)


@outbox.handler("test.effect")
def make_effect(message: OutboxMessage) -> None:
    """An effect in the database: one ledger entry, and then the long middle."""
    ledger.record(event="test.effect", subject=f"message:{message.key}", actor="system", data=message.payload)
    pause()


@outbox.handler("test.outside", lane=Lane.PAPERS, lease=timedelta(minutes=2))
def make_effect_outside(message: OutboxMessage) -> None:
    """An effect outside of the database, safe to repeat: a file with the message's name."""
    (Path(settings.DATA_DIR) / f"effect-{message.key}").write_text(str(message.payload))
    pause()


@outbox.handler("test.hangs", lane=Lane.CHECKS, lease=timedelta(seconds=1))
def hang_once(message: OutboxMessage) -> None:
    """Hangs the first time, for longer than it asked for; then does its work."""
    if message.attempts == 1:
        time.sleep(600)
    make_effect_outside(message)


def migrate() -> None:
    call_command("migrate", "foundation", verbosity=0, skip_checks=True)


def queue(kind: str, key: str) -> None:
    with transaction.atomic():
        print(outbox.queue(kind=kind, payload={"text": "博州"}, key=key).pk)


def queue_mail(key: str) -> None:
    with transaction.atomic():
        mail.queue_mail(to="a@example.cn", subject="通知", body="正文", key=key)


def stop_in_the_middle(word: str) -> None:
    """Do ``word``, and stop in the middle of an effect."""
    global _stops
    _stops = True
    globals()[word]()


def drain() -> None:
    print(outbox.drain())


def let_time_pass() -> None:
    """As if whoever has a message in hand had begun three minutes ago."""
    past = clock.machine_now() - timedelta(minutes=3)
    OutboxMessage.objects.filter(state="pending").update(next_attempt_at=past)


def effects() -> None:
    print(LedgerEntry.objects.filter(event="test.effect").count())


def states() -> None:
    print(" ".join(OutboxMessage.objects.order_by("pk").values_list("state", flat=True)))


def wait_until(word: str, answer: str, seconds: str) -> None:
    """Ask for ``word`` until it says ``answer``."""
    until = time.monotonic() + float(seconds)
    while (said := _said_by(word)) != answer:
        assert time.monotonic() < until, f"{word}: {said}, not {answer}"
        time.sleep(0.05)


def _said_by(word: str) -> str:
    with redirect_stdout(StringIO()) as said:
        globals()[word]()
    return said.getvalue().strip()


def record_many(times: str, writer: str) -> None:
    for number in range(int(times)):
        with transaction.atomic():
            ledger.record(event="test.many", subject=f"writer:{writer}", actor="system", data={"number": number})


def count_registration(address: str, times: str) -> None:
    """One process that counts requests of one address, as a page of the public does; says how often it was refused."""
    request = HttpRequest()
    request.META["REMOTE_ADDR"] = address
    print(sum(too_many(request) for _ in range(int(times))))


def verify() -> None:
    call_command("ledger", "verify")


def worker(stop_seconds: str = "5") -> None:
    jobs._regular.clear()  # those of the rooms above need tables that this database does not have
    jobs.prepare_schedules()
    run_worker(stop_seconds=float(stop_seconds))


def worker_in_a_hurry() -> None:
    """A worker that waits less than at work before it replaces a process that has ended, and before it frees what that one had in hand."""
    supervision.PAUSE_SECONDS, liveness.BEAT_SECONDS = 0.5, 0.5
    worker()


def worker_that_looks_often(times: str) -> None:
    """A worker that looks so many times as often whether others live; from look to look as much time passes by its clock as at work."""
    monotonic, look, passed = time.monotonic, liveness.Watch.bury_the_dead, 0.0
    at_work = liveness.BEAT_SECONDS
    liveness.BEAT_SECONDS /= int(times)

    def look_and_let_time_pass(watch: liveness.Watch) -> int:
        nonlocal passed
        freed = look(watch)
        passed += at_work - liveness.BEAT_SECONDS
        return freed

    time.monotonic = lambda: monotonic() + passed
    liveness.Watch.bury_the_dead = look_and_let_time_pass  # type: ignore[method-assign]
    worker()


def looks_until_done(seconds: str) -> None:
    """Wait until everything is done; how often the worker that runs has looked until then whether others live."""
    wait_until("states", "done", seconds)
    print(WorkerInstance.objects.latest("pk").beats)


def in_hand() -> None:
    print(OutboxMessage.objects.filter(claimed_by__gt=0, state="pending").count())


def say_it_runs_elsewhere() -> None:
    """As if the worker that has died had run on another machine: nobody here can look it up."""
    WorkerInstance.objects.update(host="another machine")


def supervise(behaviour: str) -> None:
    """Workers that die, hang with a child of their own, work, or do not stop; each start is written down."""
    folder = Path(settings.DATA_DIR)

    def work(pulse: Pulse, ending: threading.Event) -> None:
        with (folder / "starts").open("a") as starts:
            starts.write(f"{os.getpid()}\n")
        if behaviour == "dies":
            return
        if behaviour == "held":
            _let_it_be_held()
        if behaviour == "hangs":
            with (folder / "children").open("a") as children:
                children.write(f"{subprocess.Popen(['/bin/sleep', '600']).pid}\n")
        while behaviour == "will-not-stop" or not ending.is_set():
            time.sleep(0.1)
            if behaviour not in {"hangs", "held"}:
                pulse.end()
        (folder / "ended well").touch()

    # Nobody waits here as long as at work for one that has ended or cannot be ended; test_supervision.py says how long that may be.
    supervision.PAUSE_SECONDS, supervision.GONE_SECONDS = 0.2, 0.8
    posts = [Post("one", work, Pulse(1))]
    if behaviour == "hangs":
        posts.append(Post("beside it", lambda pulse, ending: _stay(folder / "beside", pulse, ending), Pulse(1)))
    keep_running(posts, stop_seconds=1.1)


def _let_it_be_held() -> None:
    """Let somebody watch this process, who does not say that it has ended: to its parent it is there however it is killed, as one that waits
    for a disk is."""
    system = ctypes.CDLL(None, use_errno=True)
    system.ptrace.argtypes = [ctypes.c_long] * 4
    reading, writing = os.pipe()
    held, watcher = os.getpid(), os.fork()
    if watcher == 0:
        os.setsid()  # not ended with the group
        os.read(reading, 1)
        system.ptrace(0x4206, held, 0, 0)  # PTRACE_SEIZE
        os.closerange(0, 3)
        time.sleep(40)
        os._exit(0)
    system.prctl(0x59616D61, watcher)  # PR_SET_PTRACER
    os.write(writing, b".")
    until = time.monotonic() + 10
    while f"TracerPid:\t{watcher}\n" not in Path("/proc/self/status").read_text() and time.monotonic() < until:
        time.sleep(0.01)


def _stay(starts: Path, pulse: Pulse, ending: threading.Event) -> None:
    with starts.open("a") as written:
        written.write(f"{os.getpid()}\n")
    while not ending.wait(0.1):
        pulse.end()


def store_on_a_small_disk(size: str, limit: str) -> None:
    """Store ``size`` bytes where the system lets no file grow beyond ``limit``: what a full disk does to a write."""
    content = os.urandom(int(size))
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(limit), resource.RLIM_INFINITY))
    try:
        blobs.store(content)
    except Refused as refused:
        print(refused.problems[0].code, refused.problems[0].text)
    else:
        print("stored")
