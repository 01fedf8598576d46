"""Addresses and browsers of sign-ins that are over do not stay."""

from __future__ import annotations

from datetime import timedelta

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.test import Client

from tests.support import world as w
from zhicheng.accounts import forgetting
from zhicheng.accounts.forgetting import forget_ended_sign_ins
from zhicheng.accounts.models import AccountKind, KnownDevice, User
from zhicheng.foundation import clock, jobs

pytestmark = pytest.mark.django_db


def signed_in(user: User) -> str:
    client = Client()
    client.force_login(user)
    key = str(client.session.session_key)
    UserSession.objects.get_or_create(session_key=key, defaults={"user": user, "ip": "203.0.113.9", "user_agent": "Firefox"})
    return key


def test_session_that_ran_out_goes_with_address_and_browser() -> None:
    user = w.person(AccountKind.AUDITOR, "guli")
    over, running = signed_in(user), signed_in(user)
    Session.objects.filter(pk=over).update(expire_date=clock.machine_now() - timedelta(minutes=1))
    assert forget_ended_sign_ins() == 2
    assert list(UserSession.objects.values_list("session_key", flat=True)) == [running]
    assert list(Session.objects.values_list("pk", flat=True)) == [running]


def test_known_device_goes_when_it_has_run_out() -> None:
    user, at = w.person(AccountKind.AUDITOR, "guli"), clock.machine_now()
    for number, expires in enumerate((at - timedelta(seconds=1), at + timedelta(days=1))):
        KnownDevice.objects.create(
            user=user, token_hash=str(number), browser="Firefox", created_at=at, last_used_at=at, expires_at=expires
        )
    assert forget_ended_sign_ins() == 1
    assert KnownDevice.objects.get().token_hash == "1"


def test_more_than_one_batch_goes_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forgetting, "_BATCH", 3)
    at = clock.machine_now() - timedelta(minutes=1)
    Session.objects.bulk_create(Session(session_key=f"key{n}", session_data="x", expire_date=at) for n in range(8))
    assert forget_ended_sign_ins() == 8


def test_worker_does_it_every_ten_minutes() -> None:
    assert {job.minutes for job in jobs.regular_jobs() if job.name == "sign_ins.forget"} == {10}
