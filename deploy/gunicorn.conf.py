"""gunicorn: two processes of four threads each, unless the instance's settings say otherwise (docs/operations.md)."""

import logging
from datetime import timedelta
from typing import Any

from gunicorn.glogging import Logger

from zhicheng.foundation.logs import ContextFilter, JsonLineFormatter, LineFormatter
from zhicheng.settings import LOG_FORMAT, env  # has read the instance's .env as well


class OneLineLogger(Logger):
    """The server's own two logs in the form of every other: one line, nothing forged, no key of a link, nobody's data."""

    def setup(self, cfg: Any) -> None:
        super().setup(cfg)
        formatter: logging.Formatter = JsonLineFormatter() if LOG_FORMAT == "json" else LineFormatter()
        for log in (self.error_log, self.access_log):
            for handler in log.handlers:
                handler.setFormatter(formatter)
                handler.addFilter(ContextFilter())

    def access(self, resp: Any, req: Any, environ: dict[str, Any], request_time: timedelta) -> None:
        """Method, path, status, bytes, time. No query string, no cookie, no browser: they can carry what identifies a person."""
        if not self._access_log_enabled:
            return
        atoms = self.atoms(resp, req, environ, request_time)
        facts = {"method": atoms["m"], "path": atoms["U"], "status": int(atoms["s"]), "bytes": atoms["B"], "us": atoms["D"]}
        extra = {"facts": facts, "address": atoms["h"], "request_id": atoms.get("{x-request-id}o", "-"), "actor": "-"}
        self.access_log.info('"%s %s" %s %s %sus', *facts.values(), extra=extra)


logger_class = OneLineLogger

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
control_socket_disable = True
