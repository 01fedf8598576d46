"""Migrations change a database in use: the version that runs goes on running, and nobody waits behind a lock."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import connection, migrations, models
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations.base import Operation
from django.db.migrations.recorder import MigrationRecorder

from tests.support.beginnings import Beginning
from tests.support.elsewhere import MIGRATED, MIGRATING, ROOT, Elsewhere, elsewhere_on
from zhicheng.foundation import clock, ledger, migration_state, triggers
from zhicheng.foundation.checks import refuse_unsafe_start
from zhicheng.foundation.instance import UnsafeStart
from zhicheng.foundation.management.commands import migrate
from zhicheng.foundation.models import Probe, RegularRun
from zhicheng.foundation.taking_back import WRITTEN_ANEW, _flat, refuse_losses

OURS = {config.label for config in apps.get_app_configs() if config.name.startswith("zhicheng.")}
# What the running version has no idea of, or would miss.
BREAKING = (
    migrations.RenameField,
    migrations.RenameModel,
    migrations.RemoveField,
    migrations.DeleteModel,
    migrations.AlterModelTable,
)


def later_operations() -> Iterator[tuple[str, Operation]]:
    """What every migration of ours after a room's first one does to the database."""
    for (app, name), migration in sorted(MigrationLoader(None).disk_migrations.items()):
        if app in OURS and not name.startswith("0001"):
            new = {one.name_lower for one in migration.operations if isinstance(one, migrations.CreateModel)}
            for operation in migration.operations:
                if getattr(operation, "model_name", "").lower() in new:
                    continue  # a table of the same migration: the running version does not know it
                inside = (
                    operation.database_operations if isinstance(operation, migrations.SeparateDatabaseAndState) else [operation]
                )
                yield from ((f"{app}.{name}: {one.describe()}", one) for one in inside)


def breaks_the_running_version(operation: Operation) -> bool:
    """Whether the version before cannot live with it: a column it does not fill, or one it needs."""
    if isinstance(operation, BREAKING):
        return True
    if isinstance(operation, migrations.AddField):
        field = operation.field
        return not (field.null or field.has_db_default() or field.many_to_many or field.primary_key)
    return False


@pytest.mark.parametrize(
    ("operation", "breaks"),
    [
        (migrations.AddField("application", "x", models.IntegerField(default=0)), True),
        (migrations.AddField("application", "x", models.IntegerField(default=0, db_default=0)), False),
        (migrations.AddField("application", "x", models.IntegerField(null=True)), False),
        (migrations.RemoveField("application", "x"), True),
        (migrations.RenameField("application", "x", "y"), True),
    ],
)
def test_breaking_operations_are_recognised(operation: Operation, breaks: bool) -> None:
    assert breaks_the_running_version(operation) is breaks


def test_migrations_let_the_running_version_live() -> None:
    assert not [words for words, operation in later_operations() if breaks_the_running_version(operation)]


# What writes anew or alters what is held. The running version lives with the first, which say why; before the others everything is stopped.
LIVED_WITH = {
    "accounts.0007_numbers_held": "an account opened meanwhile claims its number, until somebody has seen the card",
    "accounts.0010_duties_apart": "marks accounts; what is opened meanwhile meets the constraint of the same step",
    "accounts.0011_acceptances_of_accounts_in_use": "takes off notes that nobody reads",
    "accounts.0016_seal_passwords_and_mailboxes": "`accounts seal` seals what came meanwhile",
    "applications.0009_a_year_of_the_person": "reads, and refuses in words",
    "applications.0017_reminder_watches": "fills a table of its own; what is begun meanwhile is noted with its next move",
    "documents.0003_longer_codes": "a wider column",
    "foundation.0002_instance_mark": "puts triggers on",
    "foundation.0012_heads_by_key": "one constraint less",
}
STOPPED_FOR = {
    "accounts.0002_bind_sealed_columns": "the version before cannot open what is sealed for its row",
    "accounts.0009_factors_of_their_account": "nor a second factor sealed for its account",
    "applications.0003_bind_sealed_columns": "as the first",
    "applications.0008_passed_before": "it passes on without the flag, and no later step sets it",
    "applications.0014_prefecture": "it begins applications without it, and no later step sets it",
    "applications.0016_waiting_all_the_time": "it takes a pass back as if the wait began anew",
    "documents.0002_bind_sealed_columns": "as the first",
    "foundation.0017_former_queue": "its worker takes its work from the tables that go",
    "organizations.0002_bind_sealed_columns": "as the first",
    "publicity.0004_sealed_objections": "it shows what is sealed as it lies, and writes objections that nobody can open afterwards",
}
WORDS = {"choices", "verbose_name", "help_text", "blank"}  # of a field, no column has them


def writes_anew(loader: MigrationLoader, app: str, name: str) -> bool:
    """Whether a migration runs code or SQL on what is stored, or makes a column hold something else."""
    for operation in _flat(loader.disk_migrations[app, name].operations):
        if isinstance(operation, migrations.RunPython | migrations.RunSQL):
            return True
        if isinstance(operation, migrations.AlterField):
            model = loader.project_state((app, name), at_end=False).models[app, operation.model_name_lower]
            if _column(model.fields[operation.name]) != _column(operation.field):
                return True
    return False


def _column(field: models.Field[Any, Any]) -> tuple[str, dict[str, Any]]:
    _name, kind, _positional, words = field.deconstruct()
    return kind, {word: value for word, value in words.items() if word not in WORDS}


def test_what_writes_anew_what_is_held_is_lived_with_or_named_to_be_stopped_for() -> None:
    loader = MigrationLoader(None)
    later = ((app, name) for app, name in loader.disk_migrations if app in OURS and not name.startswith("0001"))
    found = {f"{app}.{name}" for app, name in later if writes_anew(loader, app, name)}
    assert found == LIVED_WITH.keys() | STOPPED_FOR.keys()
    page = (Path(__file__).parent.parent / "docs" / "operations.md").read_text("utf-8")
    assert not [name for name in STOPPED_FOR if f"`{name}`" not in page], "an operator reads of them"


@pytest.mark.django_db
def test_start_is_refused_with_a_migration_that_was_not_applied() -> None:
    assert migration_state.findings() == []
    MigrationRecorder(connection).record_unapplied("foundation", "0005_lanes")
    with pytest.raises(UnsafeStart, match=r"foundation\.0005_lanes[\s\S]*zhicheng(_owner)? migrate"):
        refuse_unsafe_start(serving=True)
    refuse_unsafe_start()  # what migrates must be able to start


@pytest.mark.django_db
def test_start_is_refused_on_a_database_of_a_later_version() -> None:
    MigrationRecorder(connection).record_applied("foundation", "9999_of_tomorrow")
    with pytest.raises(UnsafeStart, match=r"foundation\.9999_of_tomorrow"):
        refuse_unsafe_start(serving=True)


@pytest.mark.django_db
def test_migrations_of_a_library_that_is_gone_do_no_harm() -> None:
    MigrationRecorder(connection).record_applied("django_q", "0001_initial")
    assert migration_state.findings() == []


@pytest.mark.django_db
def test_step_is_not_taken_back_over_what_people_wrote() -> None:
    ledger.record(event="test.happened", subject="test:1", actor="system", data={"words": ledger.private("what was said")})
    with pytest.raises(CommandError, match=r"没有退回.*foundation_ledgersalt"):
        call_command("migrate", "foundation", "0007_monitoring", verbosity=0)
    assert not migration_state.open_migrations(connection), "nothing was changed"
    assert not triggers.missing(connection), "what is final stays guarded"


@pytest.mark.django_db
def test_what_the_machine_writes_anew_holds_nobody_up() -> None:
    Probe.objects.create(name="storage", at=clock.machine_now(), trouble="", milliseconds=1)
    last = MigrationLoader(connection).get_migration("foundation", "0007_monitoring")
    refuse_losses(plan=[(last, True)], connection=connection)
    at = clock.machine_now()
    RegularRun.objects.create(
        name="a", lane="rounds", minutes=7, next_at=at, rounds=3, round_began=1.0, round_notes=[["a", 1.0, 3]]
    )
    columns = [
        MigrationLoader(connection).get_migration("foundation", name) for name in ("0011_rounds", "0014_rounds_by_machine")
    ]
    refuse_losses(plan=[(one, True) for one in columns], connection=connection)
    names = {model._meta.db_table for model in apps.get_models()} | {
        f"{model._meta.db_table}.{field.column}" for model in apps.get_models() for field in model._meta.concrete_fields
    }
    assert names >= WRITTEN_ANEW


# Tables and columns of later versions that hold what people have done, or what proves something: with them there is no way back.
HELD = {
    "campaigns_calendarversion",
    "applications_firstauthorship",
    "applications_sectionversion",
    "publicity_objection.county_only",
    "publicity_objection.lift_reason",
    "publicity_objection.lifted_at",
    "publicity_objection.lifted_by",
    "review_decision.sanction",
    "review_paperdossier.corrects",
    "review_paperdossier.correction_reason",
    "accounts_identityconfirmation",
    "accounts_identityconfirmation.index_algorithm",
    "accounts_identityconfirmation.reason",
    "accounts_identitycorrection.index_algorithm",
    "accounts_numberrelease.index_algorithm",
    "accounts_user.identity_confirmed_at",
    "accounts_user.index_algorithm",
    "accounts_user.number_held_at",
    "accounts_user.predates_duties",
    "applications_application.index_algorithm",
    "applications_application.industry_body",
    "applications_application.reached_industry",
    "applications_personyear.counted_in",
    "applications_personyear.index_algorithm",
    "documents_paper.certificate_sha256",
    "evidence_evidencefile.original",
    "evidence_evidencefile.safe_sha256",
    "organizations_unitverification.invited_by",
    "evidence_intake",
    "foundation_accesslook",
    "foundation_ledgercheckpoint",
    "foundation_ledgercheckpoint.root_algorithm",
    "foundation_ledgerentry.algorithm",
    "foundation_ledgerentry.format",
    "foundation_ledgerentry.salt",
    "foundation_ledgerhead.algorithm",
    "foundation_ledgersalt",
    "foundation_ledgersalt.digest_algorithm",
    "foundation_ledgersubtree",
    "foundation_ledgersubtree.algorithm",
    "foundation_originalplace",
    "foundation_originalplace.place_algorithm",
    "integrity_integrityrecord.index_algorithm",
    "messages_sms",
    "messages_smschoice",
    "organizations_accountrequest.old_factors",
    "organizations_factorreset",
    "organizations_officerchange",
    "organizations_organization.report_mails",
    "organizations_seriescharge",
    "publicity_publicityperiod.version_algorithm",
}


def test_whatever_a_later_version_added_is_written_anew_or_is_held() -> None:
    """Who adds a column says which: an instance that one minute of the machine has filled must still find its way back."""
    added = {name for operation in later_additions() for name in operation}
    of_the_machine = {name for name in added if name in WRITTEN_ANEW or name.partition(".")[0] in WRITTEN_ANEW}
    assert added - of_the_machine == HELD


def later_additions() -> Iterator[set[str]]:
    """The tables (``room_table``) and columns (``room_table.column``) that each later migration of ours added."""
    for (app, name), migration in sorted(MigrationLoader(None).disk_migrations.items()):
        if app in OURS and not name.startswith("0001"):
            tables = {one.name_lower for one in _flat(migration.operations) if isinstance(one, migrations.CreateModel)}
            fields = [one for one in _flat(migration.operations) if isinstance(one, migrations.AddField)]
            columns = {f"{app}_{one.model_name_lower}.{one.name}" for one in fields if one.model_name_lower not in tables}
            yield {f"{app}_{table}" for table in tables} | columns


@pytest.fixture
def before(db: Any) -> Iterator[Elsewhere]:
    """A database as every room's first migration left it."""
    with elsewhere_on(MIGRATING, after=Beginning(MIGRATING, ("before",))) as there:
        yield there


def test_worker_refuses_a_database_with_open_migrations(before: Elsewhere) -> None:
    """Started as an operator does it: what it needs for looking at the database it has to load by itself."""
    environment = {name: value for name, value in before.environment.items() if name != "DJANGO_SETTINGS_MODULE"}
    command = [sys.executable, "-m", "zhicheng", "worker"]
    worker = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, check=False, timeout=120)
    assert worker.returncode != 0
    assert re.search("zhicheng(_owner)? migrate", worker.stderr) and "zhicheng.E026" in worker.stderr


def test_tables_of_the_former_queue_go_with_their_pickles(db: Any) -> None:
    """Who reads a pickle runs what is in it. A database that came from a version with that queue keeps none of them."""
    with elsewhere_on(MIGRATING, after=MIGRATED) as there:
        assert there.run("former_queue") == "3"
        there.run("migrate")
        assert there.run("former") == "0"
        there.run("one_back")
        assert (there.run("former"), there.run("still_open")) == ("0", "0"), "where they never were, it is nothing"


@pytest.mark.postgres
def test_migrating_under_traffic_disturbs_nobody(before: Elsewhere) -> None:
    """The version before goes on reading, writing and changing rows while its tables are changed under it."""
    traffic = before.start("traffic")
    try:
        assert traffic.stdout.readline().strip() == "running"
        before.run("migrate")
        assert traffic.stdout.readline().strip() == "going on"
    finally:
        (before.folder / "enough").touch()
        said, _ = traffic.communicate(timeout=60)
    seen = json.loads(said)
    assert traffic.returncode == 0 and seen["errors"] == []
    assert seen["after"] > 5, "it went on after the migration"
    assert seen["longest"] < migrate.LOCK_TIMEOUT_MS / 1000 + 2


@pytest.mark.postgres
def test_migration_gives_way_to_who_uses_the_table_and_comes_back(before: Elsewhere) -> None:
    """A long transaction holds a table: nobody queues behind the step that waits for it for longer than its time, here half a second."""
    holder, said, longest = before.start("hold"), before.folder / "said", 0.0
    assert holder.stdout.readline().strip() == "holding"
    with said.open("w") as log:
        migrating = before.start("migrate_in_a_hurry", "500", log=log)
    try:
        until = time.monotonic() + 60
        while (gave_way := said.read_text("utf-8").count("这一步等了")) < 2 or not longest:
            assert migrating.poll() is None and time.monotonic() < until, "it tries again"
            time.sleep(0.05)
            if gave_way:
                longest = max(longest, float(before.run("ask")))
        assert longest < 0.5 + 2
    finally:
        (before.folder / "enough").touch()
        holder.communicate(timeout=60)
        migrating.communicate(timeout=120)
    assert migrating.returncode == 0
    assert before.run("still_open") == "0"
