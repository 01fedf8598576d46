"""What the other processes of these tests do: each word is a function. See ``tests/support/elsewhere.py``."""

from __future__ import annotations

import json
import time
from datetime import timedelta

import django

django.setup()

from django.core.files.base import ContentFile  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db.models import F, QuerySet  # noqa: E402

from tests.evidence import files  # noqa: E402
from zhicheng.accounts.models import User  # noqa: E402
from zhicheng.evidence.actions import take_file  # noqa: E402
from zhicheng.evidence.models import Intake, IntakeState  # noqa: E402
from zhicheng.evidence.pool import run_pool  # noqa: E402
from zhicheng.foundation import clock  # noqa: E402

CONTENT = {
    "good": files.pdf,
    "slow": lambda: files.pdf_of_many_objects(150_000),  # at work for as long as it is allowed to
    "itself": files.pdf_that_draws_itself,
}


def migrate() -> None:
    for room in (
        "foundation",
        "evidence",
        "accounts",
        "account",
        "organizations",
    ):  # whose rows say who answers for a visitor's file
        call_command("migrate", room, verbosity=0, skip_checks=True)


def bring(*files_and_people: str) -> None:
    """Files, each ``what:who``: of an account, or of a visitor when ``who`` is an address."""
    for one in files_and_people:
        what, _colon, who = one.partition(":")
        user = None
        if "." not in who:
            user, _made = User.objects.get_or_create(
                username=who, defaults={"email": f"{who}@example.cn", "kind": "unit", "created_at": clock.now()}
            )
        upload = ContentFile(CONTENT[what](), name=f"{what}.pdf")
        take_file(upload=upload, actor_id=user.pk if user else None, network=who if user is None else "")


def outcomes() -> None:
    print(json.dumps([[row.state, row.problem_code, row.attempts, row.round] for row in Intake.objects.order_by("pk")]))


def wait_for_state(state: str, files: str = "1") -> None:
    """Until so many files are in it."""
    _wait_for(Intake.objects.filter(state=state), 90, int(files))


def wait_for_attempt(number: str, seconds: str) -> None:
    """Until somebody has a file in hand for the ``number``-th time."""
    _wait_for(Intake.objects.filter(attempts__gte=number), float(seconds))


def _wait_for(rows: QuerySet[Intake], seconds: float, number: int = 1) -> None:
    until = time.monotonic() + seconds
    while rows.count() < number:
        assert time.monotonic() < until, list(Intake.objects.values_list("state", "attempts"))
        time.sleep(0.05)


def let_time_pass(seconds: str) -> None:
    """As if whoever has a file in hand had said so many seconds earlier that they are still at it."""
    in_hand = Intake.objects.filter(state=IntakeState.EXAMINING)
    assert in_hand.update(due_at=F("due_at") - timedelta(seconds=float(seconds)))


def ended() -> None:
    """The names of the files that are decided, in the order in which they were."""
    print(" ".join(Intake.objects.filter(ended_at__isnull=False).order_by("ended_at").values_list("name", flat=True)))


def examine() -> None:
    run_pool()
