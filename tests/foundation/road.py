"""The road from a draft to a third return, in a process of its own: ``python road.py walk`` (``tests/foundation/test_roles.py``)."""

from __future__ import annotations

import io

import django

django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import DatabaseError, connection  # noqa: E402
from django.test import Client  # noqa: E402

from tests.support import world as w  # noqa: E402
from zhicheng.accounts.models import User  # noqa: E402
from zhicheng.foundation import clock, ledger, outbox, readiness  # noqa: E402
from zhicheng.foundation.models import Probe  # noqa: E402


def as_role(role: str, word: str) -> None:
    """Do ``word`` as somebody else than the settings name: nobody has opened the database yet."""
    connection.settings_dict["USER"] = role
    globals()[word]()


def migrate() -> None:
    call_command("migrate", verbosity=0, skip_checks=True)


def grant() -> None:
    call_command("database", "grant", "zhicheng_service", stdout=io.StringIO())


def probe() -> None:
    """What the worker tries every minute, and what it found of the database."""
    readiness.probe()
    print("database", repr(Probe.objects.get(name="database").trouble))


def try_what_only_an_owner_may() -> None:
    """What somebody tries who has taken over a web process; prints what the database says to each."""
    for statement in (
        "CREATE TABLE mine (id int)",
        "CREATE TEMPORARY TABLE applications_statuschange (id int)",
        "DROP TABLE foundation_ledgerentry",
        "ALTER TABLE foundation_ledgerentry DISABLE TRIGGER ALL",
        "DROP TRIGGER foundation_ledgerentry_no_update ON foundation_ledgerentry",
        "UPDATE foundation_ledgerentry SET event = 'x'",
        "DELETE FROM foundation_ledgerentry",
        "TRUNCATE foundation_ledgerentry",
        "UPDATE applications_submission SET sha256 = ''",
        "DELETE FROM applications_statuschange",
        "INSERT INTO django_migrations (app, name, applied) VALUES ('x', 'y', now())",
        "CREATE ROLE friend SUPERUSER",
        "SELECT pg_read_file('/etc/passwd')",
        "COPY accounts_user TO PROGRAM 'cat'",
    ):
        try:
            with connection.cursor() as cursor:
                cursor.execute(statement)
            print(statement, "DONE")
        except DatabaseError as error:
            print(statement, type(error.__cause__).__name__)


def walk() -> None:
    """Everything an application goes through, its papers and mails, and pages of every desk."""
    with clock.travel(w.IN_WINDOW):
        world = w.make_world(with_supervising=True)
        application = w.submitted(world)
        w.to_bureau(world, application)
    with clock.travel(w.IN_WINDOW + w.UNTIL_REPORT):
        w.arrive(world, application, 3)
        w.give_back(world.bureau, application)
        outbox.drain(1000)
        application.refresh_from_db()
        for actor, address in (
            (world.applicant, f"/my/applications/{application.pk}/"),
            (world.unit_admin, "/desk/"),
            (world.county_officer, f"/desk/applications/{application.pk}/"),
            (world.bureau, f"/desk/applications/{application.pk}/"),
        ):
            client = Client()
            client.force_login(User.objects.get(pk=actor.user_id), backend="zhicheng.accounts.backends.AuthenticationBackend")
            answer = client.get(address, follow=True)
            assert answer.status_code == 200, (address, answer.status_code)
    print(application.state, application.arrivals, ledger.verify().ok)
