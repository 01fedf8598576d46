"""People who submit applications, one after another, for the tests that take a running instance away from under them.

``python traffic.py migrate`` prepares a database, ``python traffic.py submit`` submits until it is killed. Each time an application has
been acknowledged (上报 has returned to its caller) a line says so: ``ack SUBMISSION SHA256 SECONDS``, the time by the monotonic clock.
"""

from __future__ import annotations

import sys
import time

import django

django.setup()

from django.core.management import call_command  # noqa: E402

from tests.support import world as w  # noqa: E402
from zhicheng.foundation import clock  # noqa: E402


def migrate() -> None:
    call_command("migrate", verbosity=0, skip_checks=True)


def submit() -> None:
    with clock.travel(w.IN_WINDOW):
        world = w.make_world()
        actor = world.applicant
        while True:
            application = w.submitted(world, actor)
            assert application.current_submission is not None
            submission = application.current_submission
            print(f"ack {submission.pk} {submission.sha256} {time.monotonic():.3f}", flush=True)
            actor = world.new_applicant()


if __name__ == "__main__":
    globals()[sys.argv[1]](*sys.argv[2:])
