"""A PostgreSQL cluster for tests: in a temporary folder, on a socket nobody else can reach, gone with its process.

``python -m tests.support.postgres`` starts one, prints its address and keeps it until Ctrl-C.
"""

from __future__ import annotations

import atexit
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

from tests.support.capabilities import postgres_programs

SETTINGS = {
    "listen_addresses": "",
    "fsync": "off",  # the cluster is thrown away: what a crash would lose was never wanted
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "100",
    "shared_buffers": "128MB",
    "log_min_messages": "fatal",
    # A test rolls its rows back; a clean-up that passes by in between would leave "no rows" in the statistics, and the planner
    # would join tables it believes empty as a cross product.
    "autovacuum": "off",
}
# For pytest's cluster alone: who measures or races asks the planner of a server at work. A page of a case joins ten rows of one key each. To
# weigh up every order of joining them takes nine milliseconds, to join them four at a time in the order they are written in takes one; what is
# answered is the same. A test that is about a plan puts it back (``plan_as_at_work``).
AS_WRITTEN = {"join_collapse_limit": "4"}


class Cluster:
    """A running cluster; ``url`` is what ``ZHICHENG_DATABASE_URL`` wants. ``more``: settings it has besides those of every such cluster."""

    def __init__(self, **more: str) -> None:
        programs = postgres_programs()
        if programs is None:
            raise RuntimeError("PostgreSQL's server programs (initdb, postgres) are not on this machine.")
        self.folder = Path(tempfile.mkdtemp(prefix="zhicheng-postgres-"))
        self.programs = programs
        self.settings = SETTINGS | more | {"unix_socket_directories": str(self.folder)}
        try:
            self._start()
        except BaseException:
            self.stop()
            raise

    @property
    def url(self) -> str:
        """The address of the cluster's first database."""
        return f"postgres://zhicheng@/postgres?host={self.folder}&port=5432"

    def _start(self) -> None:
        data = self.folder / "data"
        if os.geteuid() == 0:  # the server refuses to run as root
            owner = pwd.getpwnam("postgres")
            os.chown(self.folder, owner.pw_uid, owner.pw_gid)
        as_owner = ["--reuid=postgres", "--regid=postgres", "--clear-groups"] if os.geteuid() == 0 else []
        made = ["-U", "zhicheng", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"]
        self._call(["setpriv", *as_owner, "--", self.programs / "initdb", "-D", data, *made])
        options = [f"-c{name}={value}" for name, value in self.settings.items()]
        # When this process is killed, so is the server.
        command = ["setpriv", "--pdeathsig=QUIT", *as_owner, "--", self.programs / "postgres", "-D", data, *options]
        with (self.folder / "log").open("wb") as log:
            self.process = subprocess.Popen(command, cwd="/", stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        until = time.monotonic() + 30
        while not self._answers():
            if self.process.poll() is not None or time.monotonic() > until:
                raise RuntimeError(f"PostgreSQL did not start: {(self.folder / 'log').read_text()[-2000:]}")
            time.sleep(0.05)

    def _answers(self) -> bool:
        ready = [self.programs / "pg_isready", "-q", "-h", self.folder, "-p", "5432"]
        return subprocess.run(ready, check=False).returncode == 0

    @staticmethod
    def _call(command: list[str | Path]) -> None:
        done = subprocess.run(command, cwd="/", capture_output=True, text=True, check=False)
        if done.returncode:
            raise RuntimeError(f"{command[0]} failed: {done.stdout}{done.stderr}")

    def stop(self) -> None:
        """Stop the server and remove its folder."""
        process = getattr(self, "process", None)
        if process is not None and process.poll() is None:
            process.send_signal(signal.SIGINT)  # "fast": sessions are cut, files are left whole
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)


def plan_as_at_work(cursor: Any) -> None:
    """Let what is asked in this transaction be planned as a new server plans it, whatever this cluster was told."""
    cursor.execute(
        "SELECT set_config(name, boot_val, true) FROM pg_settings WHERE category LIKE 'Query Tuning%' AND setting <> boot_val"
    )


def start_for_this_process(**more: str) -> str:
    """Start a cluster that ends with this process, with ``more`` settings, and give its address."""
    if threading.current_thread() is not threading.main_thread():
        raise RuntimeError("The cluster ends with the thread that starts it: start it from the main thread.")
    cluster = Cluster(**more)
    atexit.register(cluster.stop)
    return cluster.url


if __name__ == "__main__":
    here = Cluster()
    try:
        print(here.url, flush=True)
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
        signal.pause()
    except KeyboardInterrupt:
        pass
    finally:
        here.stop()
