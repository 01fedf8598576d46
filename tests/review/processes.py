"""What the other processes of ``test_processes`` do: each word is a function. See ``tests/support/elsewhere.py``."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.core.management import call_command  # noqa: E402

from tests.support import world as w  # noqa: E402
from zhicheng.accounts.models import User  # noqa: E402
from zhicheng.applications import actions as applications  # noqa: E402
from zhicheng.applications.models import Application, Submission  # noqa: E402
from zhicheng.campaigns.queries import notice_of  # noqa: E402
from zhicheng.foundation import clock  # noqa: E402
from zhicheng.foundation.errors import Refused  # noqa: E402
from zhicheng.foundation.looks import CASE  # noqa: E402
from zhicheng.foundation.models import AccessLook  # noqa: E402
from zhicheng.organizations.actors import Actor, actor_for  # noqa: E402
from zhicheng.review import actions as review  # noqa: E402
from zhicheng.review.models import Decision  # noqa: E402

LATER = w.IN_WINDOW + w.UNTIL_REPORT


def make() -> None:
    """A world with one application that is checked, one that waits at the unit, and two at the bureau, of which nobody opened the second; prints their ids."""
    with clock.travel(w.IN_WINDOW):
        world = w.make_world()
        checked = w.start(world)
        w.fill(world.applicant, checked)
        applications.confirm_check(actor=world.applicant, application_id=checked.pk)
        at_unit = w.submitted(world, world.new_applicant())
        at_bureau = w.submitted(world, world.new_applicant())
        w.to_bureau(world, at_bureau)
        with clock.travel(LATER):
            w.record_dossier(world.bureau, at_bureau)
        unopened = w.submitted(world, world.new_applicant())
        w.to_bureau(world, unopened)
    print(json.dumps([checked.pk, at_unit.pk, at_bureau.pk, unopened.pk]))


def actor(username: str) -> Actor:
    return actor_for(User.objects.get(username=username))


def submit(application_id: str, token: str) -> int:
    texts = notice_of(Application.objects.get(pk=application_id).campaign_version).texts
    return applications.submit_application(
        actor=actor("applicant"),
        application_id=int(application_id),
        form_token=token,
        commitment_version=texts.commitment.version,
        liability_version=texts.liability.version,
    ).pk


def decide(username: str, application_id: str, verdict: str) -> int:
    submission = Application.objects.get(pk=application_id).current_submission_id or 0
    what: dict[str, Any] = {"actor": actor(username), "application_id": int(application_id), "submission_id": submission}
    if verdict == "pass":
        return review.pass_application(**what).pk
    return review.return_application(**what, reasons=[w.review_reason("毕业证书不清晰。")]).pk


def withdraw(application_id: str) -> int:
    owner = Application.objects.get(pk=application_id).applicant
    return applications.withdraw_application(actor=actor_for(owner), application_id=int(application_id)).pk


def take_back(username: str, application_id: str, change_id: str) -> int:
    return review.take_back_pass(
        actor=actor(username),
        application_id=int(application_id),
        change_id=int(change_id),
        reason="点错了申请书，应先核实毕业证书。",
    ).pk


def open_case(username: str, application_id: str) -> bool:
    """Whether it was noted: where the pass was taken back before, there is nothing to note."""
    review.note_opening(actor=actor(username), application_id=int(application_id))
    return AccessLook.objects.filter(what=CASE, subject=f"application:{application_id}").exists()


def at_once(when: str, word: str, *words: str) -> None:
    """Say that everything is loaded, wait for the starting shot, do it, and say what came of it. ``when``: ``now`` or ``later``."""
    Application.objects.exists()
    print("ready", flush=True)
    deadline = time.monotonic() + 120
    while not (Path(settings.DATA_DIR) / "go").exists() and time.monotonic() < deadline:
        time.sleep(0.001)
    try:
        with clock.travel(LATER if when == "later" else w.IN_WINDOW):
            print(json.dumps({"given": globals()[word](*words)}))
    except Refused as refused:
        print(json.dumps({"refused": [[p.code, str(p.text)] for p in refused.problems]}, ensure_ascii=False))


def show(application_id: str) -> None:
    """What the database holds afterwards."""
    application = Application.objects.get(pk=application_id)
    print(
        json.dumps(
            {
                "state": application.state,
                "last": application.history.latest("id").pk,
                "moves": list(application.history.order_by("id").values_list("move", flat=True)),
                "submissions": Submission.objects.filter(application=application).count(),
                "decisions": list(
                    Decision.objects.filter(application=application).order_by("id").values_list("verdict", flat=True)
                ),
            }
        )
    )


def verify() -> None:
    with clock.travel(w.IN_WINDOW):
        call_command("ledger", "verify")
        call_command("verify")
