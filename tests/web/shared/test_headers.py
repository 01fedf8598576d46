"""What every answer says about itself (docs/security/headers.md)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.web.shared.answers import Answer
from tests.web.shared.people import browser, users_by_role
from zhicheng.organizations.actors import Role
from zhicheng.web.shared.headers import INDEXED

pytestmark = pytest.mark.django_db
SAME = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Permitted-Cross-Domain-Policies": "none",
}


POLICY = ("default-src 'self'", "object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'")
BEGINS = {
    b"<!doctype html": "text/html; charset=utf-8",
    b"%pdf": "application/pdf",
    b"{": "application/json",
    b"\x89png": "image/png",
}


def test_every_answer_to_anybody_carries_the_headers_and_stays_in_no_cache(answers: list[Answer]):
    wrong = []
    for answer in answers:
        missing = [h for h, value in SAME.items() if answer.get(h) != value]
        missing += [h for h in ("Permissions-Policy", "Referrer-Policy") if not answer.get(h)]
        missing += [part for part in POLICY if part not in answer.get("Content-Security-Policy")]
        missing += _wrong_type(answer)
        missing += [
            h for h in answer.headers if h.startswith("access-control-")
        ]  # nothing is shared with another site (ASVS 3.4.2)
        of_a_visitor = answer.role is Role.ANONYMOUS and answer.name in INDEXED
        kept = of_a_visitor and answer.get("ETag") and answer.get("Cache-Control") == "private, no-cache"
        if missing or not (kept or "no-store" in answer.get("Cache-Control")):
            wrong.append(f"{answer.role} {answer.name} {answer.status}: {missing} {answer.get('Cache-Control')}")
    assert answers and not wrong, "\n".join(wrong)


def test_what_was_answered_is_the_same_for_every_test(answers: list[Answer]):
    with pytest.raises(TypeError):
        answers[0].headers["x-added"] = "by a test"  # type: ignore[index]


def _wrong_type(answer: Answer) -> list[str]:
    """An answer with a body says what it is, a text in which characters (ASVS 4.1.1)."""
    body, told = answer.body, answer.get("Content-Type")
    kind = next((kind for start, kind in BEGINS.items() if body.lstrip().lower().startswith(start)), None)
    if not body or (kind is None and told) or (kind and told == kind):
        return ["charset"] if body and told.startswith("text/") and "charset=utf-8" not in told else []
    return [f"Content-Type {told!r} of {body[:20]!r}"]


def test_files_of_the_site_carry_the_same_headers_and_may_be_kept():
    answer = Client().get("/static/zhicheng/zhicheng.css")
    assert answer.status_code == 200 and b"".join(answer.streaming_content)
    assert {h: answer.get(h) for h in SAME} == SAME
    assert answer["Content-Security-Policy"] and answer["Permissions-Policy"]
    assert "bluetooth" not in answer["Permissions-Policy"], "no browser knows it, and Chromium complains on every page"
    assert "no-store" not in answer["Cache-Control"] and "max-age" in answer["Cache-Control"]
    assert "no-store" in Client().get("/static/no-such-file.css")["Cache-Control"]


@pytest.mark.parametrize("path", ["/", "/static/zhicheng/zhicheng.css", "/no-such-page/", "/healthz"])
def test_every_answer_over_https_asks_for_https_from_now_on(settings: Any, path: str):
    settings.SECURE_HSTS_SECONDS, settings.SECURE_HSTS_INCLUDE_SUBDOMAINS = 31_536_000, True
    answer = Client().get(path, secure=True)
    assert answer["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"
    answer.close()


def test_nothing_that_begins_with_a_dot_is_served():
    for path in ("/.git/config", "/static/.git/config", "/static/../.env", "/.env"):
        assert Client().get(path).status_code == 404


@pytest.mark.parametrize("name", ["publicity_list", "account_login", "verify"])
def test_lists_of_names_and_forms_are_for_no_search_engine(name):
    assert "noindex" in Client().get(reverse(name))["X-Robots-Tag"]


def test_list_of_names_says_so_in_the_page_as_well(world):
    assert '<meta name="robots" content="noindex, noarchive">' in Client().get(reverse("publicity_list")).content.decode()
    assert 'name="robots"' not in Client().get(reverse("home")).content.decode()
    assert "X-Robots-Tag" not in Client().get(reverse("home")).headers


def test_signing_out_clears_what_the_browser_kept(world):
    client = browser(users_by_role(world)[Role.UNIT])
    assert "Clear-Site-Data" not in client.get(reverse("account_logout")).headers
    assert client.post(reverse("account_logout"))["Clear-Site-Data"] == '"cache", "storage"'


def test_messages_are_in_the_session_and_the_language_is_out_of_reach_of_scripts(world):
    client = browser(users_by_role(world)[Role.APPLICANT])
    client.post(reverse("person_contact"), {"mobile": "13809098888", "position": "教师"})
    client.post(reverse("set_language"), {"language": "en"})
    assert set(client.cookies) <= {"sessionid", "csrftoken", "django_language"}
    assert all(client.cookies[name]["httponly"] for name in ("django_language", "csrftoken"))
    assert all(
        cookie["samesite"] == "Lax" and not cookie["domain"] and cookie["path"] == "/" for cookie in client.cookies.values()
    )


def test_cookies_of_a_real_instance_can_be_set_by_nobody_else(tmp_path: Path):
    import os
    import subprocess
    import sys

    code = (
        "from django.conf import settings as s;"
        "assert s.SECURE_HSTS_SECONDS == 31536000 and s.SECURE_HSTS_INCLUDE_SUBDOMAINS and s.SECURE_SSL_REDIRECT;"
        "print(*[(n, getattr(s, f'{p}_COOKIE_SECURE'), getattr(s, f'{p}_COOKIE_HTTPONLY'))"
        " for p in ('SESSION', 'CSRF', 'LANGUAGE') for n in [getattr(s, f'{p}_COOKIE_NAME')]], sep='|')"
    )
    known = {k: v for k, v in os.environ.items() if not k.startswith("ZHICHENG_")}
    environment = known | {
        "DJANGO_SETTINGS_MODULE": "zhicheng.settings",
        "ZHICHENG_MODE": "production",
        "ZHICHENG_SECRET_KEY": "x" * 60,
        "ZHICHENG_ENV_FILE": os.devnull,
    }
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    told = done.stdout.strip().split("|")
    assert told == [str((name, True, True)) for name in ("__Host-sessionid", "__Host-csrftoken", "__Host-language")]


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1:8000"])
def test_link_in_a_mail_never_names_the_host_of_the_request(world, settings: Any, host: str):
    from tests.web.registering import mails

    settings.EMAIL_BACKEND = "zhicheng.foundation.mail.OutboxBackend"
    settings.SITE_ADDRESS = "https://zhicheng.example.cn"
    Client(HTTP_HOST=host).post(reverse("account_reset_password"), {"email": "applicant@example.cn"})
    Client(HTTP_HOST=host).post(reverse("account_reset_password"), {"email": "nobody@example.cn"})
    for mail in (*mails("applicant@example.cn"), *mails("nobody@example.cn")):
        assert host not in mail["body"] and ("https://zhicheng.example.cn/" in mail["body"] or "://" not in mail["body"])
