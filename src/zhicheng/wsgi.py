"""The WSGI entry for gunicorn: ``gunicorn zhicheng.wsgi``. An instance that is not safe to serve refuses to start."""

import os
from collections.abc import Callable, Iterable
from typing import Any

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "zhicheng.settings")
_site = get_wsgi_application()

from django.conf import settings  # noqa: E402 - the settings come first
from django.db import connections  # noqa: E402

from zhicheng.foundation.actions import mark_instance  # noqa: E402
from zhicheng.foundation.checks import refuse_unsafe_start  # noqa: E402
from zhicheng.foundation.startup import note_changed_settings  # noqa: E402

refuse_unsafe_start()
mark_instance()
note_changed_settings()
connections.close_all()  # a worker that is forked from here opens its own


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """The site. Behind a proxy of ours the visitor's address is the last one the proxy named, not the proxy's own.

    Limits on registration and sign-in count by address: without this all visitors would share one. Only the last entry is
    believed, because every earlier one can be sent by the visitor.
    """
    forwarded = environ.pop("HTTP_X_FORWARDED_FOR", "")
    if settings.BEHIND_PROXY and forwarded:
        environ["REMOTE_ADDR"] = forwarded.rsplit(",", 1)[-1].strip()
    return _site(environ, start_response)
