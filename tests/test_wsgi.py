"""Whose address a request carries: limits count by it."""

from typing import Any

import pytest
from django.core.signals import request_started
from django.test import RequestFactory


def address_seen(settings: Any, *, behind_proxy: bool, forwarded: str) -> str:
    settings.BEHIND_PROXY = behind_proxy
    seen = []

    def look(*, environ: dict[str, Any], **kwargs: Any) -> None:
        seen.append(environ["REMOTE_ADDR"])

    from zhicheng.wsgi import application  # asks the database whether it may serve: only inside a test

    environ = RequestFactory().get("/healthz", HTTP_X_FORWARDED_FOR=forwarded, REMOTE_ADDR="127.0.0.1").environ
    request_started.connect(look)
    try:
        list(application(environ, lambda *_: None))
    finally:
        request_started.disconnect(look)
    return seen[0]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("behind_proxy", "forwarded", "expected"),
    [
        (True, "203.0.113.7", "203.0.113.7"),
        (True, "198.51.100.1, 203.0.113.7", "203.0.113.7"),
        (True, "", "127.0.0.1"),
        (False, "203.0.113.7", "127.0.0.1"),
    ],
)
def test_visitors_address_is_the_one_the_proxy_named(settings: Any, behind_proxy: bool, forwarded: str, expected: str) -> None:
    assert address_seen(settings, behind_proxy=behind_proxy, forwarded=forwarded) == expected
