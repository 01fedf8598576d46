"""gunicorn: two processes of four threads each, unless the instance's settings say otherwise (docs/operations.md)."""

import logging
import os
import shutil
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

from gunicorn.glogging import Logger

from zhicheng.foundation.addresses import is_local
from zhicheng.foundation.logs import CarefulHandler, ContextFilter, JsonLineFormatter, LineFormatter, scrub
from zhicheng.settings import DATA_DIR, LOG_FORMAT, MODE, env  # has read the instance's .env as well


class OneLineLogger(Logger):
    """The server's own two logs in the form of every other: one line, nothing forged, no key of a link, nobody's data."""

    def setup(self, cfg: Any) -> None:
        super().setup(cfg)
        formatter: logging.Formatter = JsonLineFormatter() if LOG_FORMAT == "json" else LineFormatter()
        for log in (self.error_log, self.access_log):
            for handler in list(log.handlers):
                if type(handler) is logging.StreamHandler:  # onto the same stream, which may be full
                    log.removeHandler(handler)
                    handler = CarefulHandler(handler.stream)
                    handler._gunicorn = True  # type: ignore[attr-defined] - by this the server finds its own again
                    log.addHandler(handler)
                handler.setFormatter(formatter)
                handler.addFilter(ContextFilter())

    def access(self, resp: Any, req: Any, environ: dict[str, Any], request_time: timedelta) -> None:
        """Method, path, status, bytes, time. No query string, no cookie, no browser: they can carry what identifies a person."""
        if not self._access_log_enabled:
            return
        atoms = self.atoms(resp, req, environ, request_time)
        path = scrub(atoms["U"])  # by itself, so that what follows it in the line stays
        facts = {"method": scrub(atoms["m"]), "path": path, "status": int(atoms["s"]), "bytes": atoms["B"], "us": atoms["D"]}
        extra = {
            "facts": facts,
            "address": atoms["h"],
            "request_id": atoms.get("{x-request-id}o", "-"),
            "actor": "-",
            "clean": True,
        }
        self.access_log.info('"%s %s" %s %s %sus', *facts.values(), extra=extra)


logger_class = OneLineLogger

bind = env.str("ZHICHENG_BIND", "127.0.0.1:8000")
# What the proxy sends leaves this machine under TLS or not at all.
certfile, keyfile = env.str("ZHICHENG_BIND_CERTIFICATE", "") or None, env.str("ZHICHENG_BIND_KEY", "") or None
if (
    MODE == "production"
    and not certfile
    and not bind.startswith("unix:")
    and not is_local(bind.rpartition(":")[0].strip("[]") or "*")
):
    raise SystemExit(
        f"ZHICHENG_BIND={bind} would take people's data in the open: bind to 127.0.0.1 or unix:/path, or set "
        "ZHICHENG_BIND_CERTIFICATE and ZHICHENG_BIND_KEY"
    )
worker_class = "gthread"
workers = env.int("ZHICHENG_WEB_PROCESSES", 2)
threads = env.int("ZHICHENG_WEB_THREADS", 4)
timeout = 60
graceful_timeout = 30  # a running upload may finish while the server restarts
keepalive = 5
max_requests = 5000
max_requests_jitter = 500  # processes are renewed one after the other
accesslog = "-"
control_socket_disable = True

if env.list("ZHICHENG_METRICS_ALLOWED", default=[]):
    # Every process counts in files of its own, and whoever is asked adds them up.
    metrics = DATA_DIR / "metrics"
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(metrics)


def on_starting(server: Any) -> None:
    """Refuse to start over a database that this program was not made for; begin the counting anew."""
    if getattr(server.app, "app_uri", "").startswith("zhicheng.wsgi") and not _may_serve():
        raise SystemExit(1)
    if folder := os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        shutil.rmtree(folder, ignore_errors=True)
        Path(folder).mkdir(mode=0o700, parents=True)


def on_reload(server: Any) -> None:
    """A reload brings another program: its processes look for themselves when it may not serve."""
    _may_serve()


def child_exit(server: Any, worker: Any) -> None:
    """What a process that has ended counted stays counted; what it said of itself does not."""
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        from prometheus_client import multiprocess

        multiprocess.mark_process_dead(worker.pid)


def _may_serve() -> bool:
    """Asked in a process of its own: what this one imports, its children cannot reload."""
    done = subprocess.run([sys.executable, "-m", "zhicheng", "may_serve"], check=False)
    os.environ["START_CHECKED_BY"] = str(os.getpid()) if done.returncode == 0 else ""
    return done.returncode == 0
