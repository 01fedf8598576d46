"""The WSGI entry for gunicorn: ``gunicorn zhicheng.wsgi``. An instance that is not safe to serve refuses to start."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "zhicheng.settings")
application = get_wsgi_application()

from django.db import connections  # noqa: E402 - the settings come first

from zhicheng.foundation.checks import refuse_unsafe_start  # noqa: E402

refuse_unsafe_start()
connections.close_all()  # a worker that is forked from here opens its own
