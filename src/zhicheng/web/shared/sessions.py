"""The session, where it cannot be saved."""

from __future__ import annotations

import logging

from django.contrib.sessions.middleware import SessionMiddleware as DjangoSessionMiddleware
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse

logger = logging.getLogger(__name__)


class SessionMiddleware(DjangoSessionMiddleware):
    """Every look moves the end of a session on, which writes. With a full database disk looking goes on: only the end stays where it is.

    What was sent is another matter: there the session may carry what the person is to be told.
    """

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        try:
            return super().process_response(request, response)
        except DatabaseError as error:
            if request.method not in {"GET", "HEAD"}:
                raise
            logger.warning("the session could not be saved after a look", exc_info=error)
            return response
