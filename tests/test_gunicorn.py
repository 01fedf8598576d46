"""What the web server writes into its log."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest

CONFIGURATION = Path(__file__).resolve().parent.parent / "deploy" / "gunicorn.conf.py"


@pytest.mark.parametrize(
    ("path", "logged"),
    [
        ("/accounts/password/reset/key/1-dilbxm-b31a8f76b19f6e1e288bc3e79fbf49e5/", "/accounts/password/reset/key/…"),
        ("/accounts/confirm-email/NA:1xW10P:rRhCwAd4RC9SOgbMJ9Bv9wPOhQjg9IOewmBxlI9Ywsg/", "/accounts/confirm-email/…"),
        ("/mailbox/12:Qm9vLXJhLXRhLWxhLXN0YXRpb24taXMtb3Blbg/", "/mailbox/…"),
        ("/accounts/password/reset/", "/accounts/password/reset/"),
        ("/my/applications/1/", "/my/applications/1/"),
    ],
)
def test_log_does_not_hold_the_key_of_a_mailed_link(path: str, logged: str) -> None:
    assert runpy.run_path(str(CONFIGURATION))["without_key"](path) == logged
