"""The WSGI entry for gunicorn: ``gunicorn zhicheng.wsgi``. An instance that is not safe to serve refuses to start."""

import os
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "zhicheng.settings")
_site = get_wsgi_application()

from django.conf import settings  # noqa: E402 - the settings come first
from django.db import OperationalError, connections  # noqa: E402

from zhicheng.foundation import memory, uploads  # noqa: E402
from zhicheng.foundation.actions import mark_instance  # noqa: E402
from zhicheng.foundation.checks import refuse_unsafe_start  # noqa: E402
from zhicheng.foundation.startup import note_changed_settings  # noqa: E402
from zhicheng.foundation.statement_limit import limit_statements  # noqa: E402
from zhicheng.web.system.monitoring import in_networks  # noqa: E402

# The server's first process has looked at the migrations (deploy/gunicorn.conf.py). One that is renewed while a later version has
# migrated already goes on as the others do, until all are replaced.
_renewed = os.environ.get("START_CHECKED_BY") == str(os.getppid())
refuse_unsafe_start(serving=not _renewed)
limit_statements(settings.PAGE_STATEMENT_SECONDS)
uploads.tidy()
with suppress(*[OperationalError] if _renewed else []):  # out of reach just now: what began serving has marked it
    mark_instance()
note_changed_settings()
memory.settle()
connections.close_all()  # a worker that is forked from here opens its own


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """The site. Behind a proxy of ours the visitor's address is the last one the proxy named, not the proxy's own.

    Limits on registration and sign-in count by address: without this all visitors would share one. Only the last entry is
    believed, because every earlier one can be sent by the visitor.
    """
    forwarded = environ.pop("HTTP_X_FORWARDED_FOR", "")
    if not forwarded:
        _let_the_monitor_in(environ)
    if settings.BEHIND_PROXY and forwarded:
        environ["REMOTE_ADDR"] = forwarded.rsplit(",", 1)[-1].strip()
    return _site(environ, start_response)


def _let_the_monitor_in(environ: dict[str, Any]) -> None:
    """A monitor asks this process itself, not the proxy, and knows neither the site's name nor https: from its network it needs neither."""
    peer = str(environ.get("REMOTE_ADDR", ""))
    if environ.get("PATH_INFO") in {"/healthz", "/readyz", "/metrics"} and in_networks(peer):
        environ["zhicheng.peer"] = peer
        if settings.ALLOWED_HOSTS and settings.ALLOWED_HOSTS[0] != "*":
            environ["HTTP_HOST"] = settings.ALLOWED_HOSTS[0].lstrip(".")
        environ["wsgi.url_scheme"] = "https"
        if settings.SECURE_PROXY_SSL_HEADER:
            environ[settings.SECURE_PROXY_SSL_HEADER[0]] = settings.SECURE_PROXY_SSL_HEADER[1]
