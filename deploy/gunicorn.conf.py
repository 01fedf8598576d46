"""gunicorn: two processes of four threads each, unless the instance's settings say otherwise (docs/operations.md)."""

import re
from datetime import timedelta
from typing import Any

from gunicorn.glogging import Logger

from zhicheng.settings import env  # has read the instance's .env as well

ONE_TIME = re.compile(r"^(/accounts/(?:password/reset/key|confirm-email)/|/mailbox/).+")


def without_key(path: str) -> str:
    """The path as it is logged: a link from a mail opens an account to whoever reads it in the log before it was used."""
    return ONE_TIME.sub(r"\1…", path)


class AccessLogger(Logger):
    """Keeps the keys of one-time links out of the log."""

    def atoms(self, resp: Any, req: Any, environ: dict[str, Any], request_time: timedelta) -> dict[str, Any]:
        atoms: dict[str, Any] = super().atoms(resp, req, environ, request_time)
        return atoms | {"U": without_key(atoms["U"])}


logger_class = AccessLogger

bind = env.str("ZHICHENG_BIND", "127.0.0.1:8000")
worker_class = "gthread"
workers = env.int("ZHICHENG_WEB_PROCESSES", 2)
threads = env.int("ZHICHENG_WEB_THREADS", 4)
timeout = 60
graceful_timeout = 30  # a running upload may finish while the server restarts
keepalive = 5
max_requests = 5000
max_requests_jitter = 500  # processes are renewed one after the other
accesslog = "-"
# No query string and no cookie: both can carry what identifies a person.
access_log_format = '%(h)s %({x-forwarded-for}i)s "%(m)s %(U)s" %(s)s %(B)s %(D)sus'
control_socket_disable = True
