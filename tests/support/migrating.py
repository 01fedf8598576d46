"""What the other processes of the migrations' tests do: each word is a function. See ``tests/support/elsewhere.py``."""

from __future__ import annotations

import json
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import django

django.setup()

from django.apps import apps  # noqa: E402
from django.conf import settings  # noqa: E402
from django.core.checks import run_checks  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection, transaction  # noqa: E402
from django.db.migrations.loader import MigrationLoader  # noqa: E402

from zhicheng.foundation import clock, triggers  # noqa: E402
from zhicheng.foundation.management.commands import migrate as steps  # noqa: E402

OURS = [config.label for config in apps.get_app_configs() if config.name.startswith("zhicheng.")]
FIRST = "0001_initial"
LATER = {
    "library",
    "messages",
    "personal",
}  # rooms that came when the others had gone on: their first migration wants more of those
GOES_ON = 6  # times after the migration: then it has not just ended what it was in the middle of
FORMER_QUEUE = {"django_q_ormq": "payload", "django_q_schedule": "kwargs", "django_q_task": "result"}  # where it kept pickles


def before() -> None:
    """Every room at its first migration, the libraries as they are."""
    graph = MigrationLoader(connection).graph
    for label in OURS:
        if label not in LATER and (label, FIRST) in graph.nodes:
            call_command("migrate", label, FIRST, verbosity=0, skip_checks=True)


def older_accounts() -> None:
    """Accounts at work as an older version let them be (everything is migrated): without a number, or two of one person."""
    older = ("accounts", "0009_factors_of_their_account")
    call_command("migrate", *older, verbosity=0, skip_checks=True)
    user = MigrationLoader(connection).project_state([older]).apps.get_model("accounts", "User").objects
    for username, kind, index in (
        ("officer-without", "officer", ""),
        ("operator-without", "operator", ""),
        ("officer", "officer", "a" * 64),
        ("operator-of-the-officer", "operator", "a" * 64),
        ("auditor", "auditor", "b" * 64),
        ("unit-of-the-auditor", "unit", "b" * 64),
        ("applicant", "applicant", "b" * 64),
    ):
        at = clock.machine_now()
        held = at if index else None
        words = {"username": username, "email": f"{username}@b.example", "name": "甲", "kind": kind, "created_at": at}
        user.create(**words, id_number_index=index, number_held_at=held)


def told() -> None:
    """What this version says of them."""
    from zhicheng.accounts.models import User
    from zhicheng.foundation import invariants

    names = {f"user:{pk}": name for pk, name in User.objects.values_list("pk", "username")}
    marked = User.objects.filter(predates_duties=True)
    subjects = [one.violation.subject for one in invariants.verify(["accounts.duties"])]
    found = {
        "marked": sorted(marked.values_list("username", flat=True)),
        "written": marked.update(last_login=clock.machine_now()),
        "warned": [one.id for one in run_checks(databases=["default"]) if one.id == "zhicheng.W031"],
        "violated": sorted([names[one] for one in subject.split()] for subject in subjects),
    }
    print(json.dumps(found))


def two_of_a_year() -> None:
    """What the version of the first migrations let somebody do: send in two campaigns of one year, and keep a third as a draft."""
    call_command("migrate", "foundation", verbosity=0, skip_checks=True)  # a database with people in it has to be marked
    triggers.take_off(
        connection, triggers.present(connection)
    )  # those of today ask columns of today; migrating puts them on again
    state = _first_state()
    at, made = clock.machine_now(), {}

    def make(room: str, model: str, /, **fields: Any) -> Any:
        return state.get_model(room, model).objects.create(**fields)

    words = {"name": "甲", "kind": "applicant", "created_at": at}
    who = make("accounts", "User", username="a", email="a@b.example", id_number_index="a" * 64, **words)
    office = make("organizations", "Organization", kind="prefecture", name="州", region_code="652700", created_at=at)
    for number, slug in enumerate(("spring", "autumn", "winter"), 1):
        campaign = make("campaigns", "Campaign", slug=slug, year=2023, region_code="652700", published=True, created_at=at)
        version = make("campaigns", "CampaignVersion", campaign=campaign, number=1, notice={}, sha256=slug, published_at=at)
        made[slug] = make(
            "applications",
            "Application",
            number=f"ZC2023000{number}",
            applicant=who,
            person_index="a" * 64,
            applicant_name="甲",
            year=2023,
            campaign=campaign,
            campaign_version=version,
            series="s",
            specialty="s",
            title="t",
            level="junior",
            **dict.fromkeys(("employer", "county_office", "prefecture_office"), office),
            **dict.fromkeys(("entered_state_at", "created_at", "updated_at"), at),
        )
    for slug in ("spring", "autumn"):
        sent = {"sha256": slug, "form_token": slug, "submitted_at": at, "submitted_by": who, "content": "{}"}
        submission = make("applications", "Submission", application=made[slug], number=1, **sent)
        applications = state.get_model("applications", "Application").objects
        applications.filter(pk=made[slug].pk).update(state="unit_review", current_submission=submission)


def ask_sql(question: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(question)
        print(json.dumps(cursor.fetchall()))


def guards() -> None:
    """How many triggers of this version are on."""
    wanted = triggers.present(connection)
    names = {triggers.name_of(one, operation) for one in wanted for operation in triggers.operations_of(connection.vendor, one)}
    print(len(names - triggers.missing(connection)))


def end_one() -> None:
    """The applicant discards the one of the autumn."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE applications_application SET state = 'discarded' WHERE number = 'ZC20230002'")


def former_queue() -> None:
    """A database before the step that removes them: the tables that an older version left, with what it put into them."""
    _before_the_step()
    pickled = "gASVCAAAAAAAAACMBHRhc2uULg=="
    with connection.cursor() as cursor:
        for table, column in FORMER_QUEUE.items():
            cursor.execute(f"CREATE TABLE {table} (id integer PRIMARY KEY, {column} text)")
            cursor.execute(f"INSERT INTO {table} VALUES (1, %s)", [pickled])  # noqa: S608
    print(_former())


def former() -> None:
    """How many of them are there."""
    print(_former())


def one_back() -> None:
    """The step that removed them is taken back, and taken again."""
    _before_the_step()
    migrate()


def _before_the_step() -> None:
    call_command("migrate", "foundation", "0016_files_read", verbosity=0, skip_checks=True)


def migrate() -> None:
    call_command("migrate", verbosity=0, skip_checks=True)


def migrate_in_a_hurry(milliseconds: str) -> None:
    """The rooms' common tables, giving way to who uses one after so many milliseconds, and coming back soon."""
    steps.LOCK_TIMEOUT_MS, steps.PAUSE_SECONDS = int(milliseconds), 0.5
    call_command("migrate", "foundation", verbosity=0, skip_checks=True)


def traffic() -> None:
    """The version of the first migrations at work until the file ``enough`` is there; prints what it met."""
    state = _first_state()
    models = [model for label in OURS for model in state.get_models() if model._meta.app_label == label and model._meta.managed]
    outbox = state.get_model("foundation", "OutboxMessage")
    done, errors, longest, migrated_at = 0, [], 0.0, None
    print("running", flush=True)
    enough = Path(settings.DATA_DIR) / "enough"
    after = 0
    while not enough.exists():
        began = time.monotonic()
        try:
            _work(models, outbox, done)
        except Exception as error:
            errors.append(repr(error))
        longest = max(longest, time.monotonic() - began)
        done += 1
        if migrated_at is None and not _open():
            migrated_at = done
        after = 0 if migrated_at is None else done - migrated_at
        if after == GOES_ON:
            print("going on", flush=True)
    print(json.dumps({"done": done, "after": after, "errors": errors[:5], "longest": longest}))


def hold() -> None:
    """A long transaction that has read a table, until the file ``enough`` is there."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM foundation_outboxmessage")
        print("holding", flush=True)
        while not (Path(settings.DATA_DIR) / "enough").exists():
            time.sleep(0.1)


def ask() -> None:
    """How long a page waits that reads that table."""
    began = time.monotonic()
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM foundation_outboxmessage")
    print(time.monotonic() - began)


def still_open() -> None:
    print(int(_open()))


def _work(models: list[Any], outbox: Any, number: int) -> None:
    at = clock.machine_now()
    for model in models:
        list(model.objects.all()[:3])
    with transaction.atomic():
        one = outbox.objects.create(kind="test", key=str(number), payload={}, next_attempt_at=at, created_at=at)
    with transaction.atomic():
        outbox.objects.select_for_update(no_key=True).get(pk=one.pk)
        outbox.objects.filter(pk=one.pk).update(attempts=1, next_attempt_at=at + timedelta(minutes=1))


def _former() -> int:
    return len(set(FORMER_QUEUE) & set(connection.introspection.table_names()))


def _first_state() -> Any:
    """The models of the first migrations."""
    loader = MigrationLoader(connection)
    return loader.project_state(
        [(label, FIRST) for label in OURS if label not in LATER and (label, FIRST) in loader.graph.nodes]
    ).apps


def _open() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM django_migrations WHERE app = 'foundation'")
        (applied,) = cursor.fetchone()
    loader = MigrationLoader(None)
    return applied < sum(1 for app, _name in loader.disk_migrations if app == "foundation")
