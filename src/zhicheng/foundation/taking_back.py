"""Taking a migration back loses the tables and columns it added. What anybody wrote into them, or what proves something, is not lost so:
such a step is refused before anything is changed, and the way back is the backup."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from django.core.management.base import CommandError
from django.db import migrations
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.operations.base import Operation
from django.db.models.functions import Length
from django.utils.translation import gettext as _

from zhicheng.foundation.fields import EncryptedTextField

# What the machine has written for itself, and writes anew: pulses, breakers, counts, tokens of forms, notes of when something was looked at.
WRITTEN_ANEW = {
    "accounts_knowndevice",
    "accounts_user.email_seal",
    "accounts_user.first_round",
    "accounts_user.new_email_seal",
    "accounts_user.overdue_seen_at",
    "accounts_user.password_seal",
    "accounts_user.session_epoch",
    "applications_application.passed_county",  # told by the history, and told again
    "applications_application.passed_industry",
    "applications_application.passed_prefecture",
    "applications_application.passed_supervising",
    "applications_application.prefecture",  # the campaign's
    "applications_deskdurations",  # counted again in the night
    "applications_material.noticed",  # advice; what was sent keeps its own
    "applications_material.noticed_at",
    "applications_material.reading",  # what nobody read yet is not read
    "applications_reminderwatch",  # noted again with the next move
    "applications_untoldreport",  # the version before looks at the applications themselves
    "documents_missingcharacter",  # what no font has is found again by the next paper
    "evidence_evidencefile.checking",  # a version before asks nothing of it
    "evidence_evidencefile.is_sample",
    "evidence_filereading",
    "evidence_intake.problem_words",  # without them the words of the upload are shown
    "evidence_resumableupload",  # a file that was not whole is sent again
    "messages_message.waits",  # what was not mailed stands in the inbox
    "evidence_pagecheck",  # what nobody looked at yet is not looked at
    "foundation_incident",
    "foundation_instancemark",
    "foundation_mailserver",
    "foundation_originalplace.pulse",
    "foundation_originalplace.pulse_name",
    "foundation_outboxmessage.claimed_by",
    "foundation_outboxmessage.claimed_pid",
    "foundation_outboxmessage.failure",
    "foundation_outboxmessage.lane",
    "foundation_outboxmessage.sequence",
    "foundation_outboxmessage.settled_at",
    "foundation_outboxmessage.settled_by",
    "foundation_probe",
    "foundation_regularrun",
    "foundation_sentform",
    "foundation_storedfilecheck",
    "foundation_systemverification",
    "foundation_workerinstance",
}


def refuse_losses(*, plan: Iterable[tuple[Any, bool]], connection: Any) -> None:
    """Raise ``CommandError`` naming what would be lost with the steps of ``plan`` that are taken back; says nothing when it is nothing."""
    lost = sorted({name for migration, backwards in plan if backwards for name in _losses(connection, migration)})
    if lost:
        raise CommandError(
            _("没有退回：退回会丢失 %(names)s 中的内容。请恢复更新以前的备份（docs/operations.md，退回上一个版本）。")
            % {"names": ", ".join(lost)}
        )


def _losses(connection: Any, migration: Any) -> Iterator[str]:
    """The tables (``room_table``) and columns (``room_table.column``) that ``migration`` added and that hold something."""
    state = MigrationExecutor(connection).loader.project_state((migration.app_label, migration.name)).apps
    present = set(connection.introspection.table_names())
    made = set()
    for operation in _flat(migration.operations):
        if isinstance(operation, migrations.CreateModel):
            model = state.get_model(migration.app_label, operation.name)
            made.add(operation.name_lower)
            name, rows = model._meta.db_table, model._base_manager.using(connection.alias)
        elif isinstance(operation, migrations.AddField) and operation.model_name_lower not in made:
            model = state.get_model(migration.app_label, operation.model_name)
            field = model._meta.get_field(operation.name)
            name, rows = f"{model._meta.db_table}.{field.column}", _filled(model._base_manager.using(connection.alias), field)
        else:
            continue
        is_written_anew = not WRITTEN_ANEW.isdisjoint({name, model._meta.db_table})  # a whole table is so with every column
        if not is_written_anew and model._meta.db_table in present and rows.exists():
            yield name


def _filled(rows: Any, field: Any) -> Any:
    """The rows whose ``field`` is more than what the migration itself put there."""
    if field.null:
        return rows.filter(**{f"{field.name}__isnull": False})
    if isinstance(field, EncryptedTextField):  # no value of it compares
        return rows.annotate(characters=Length(field.name)).filter(characters__gt=0)
    return rows.exclude(**{field.name: field.db_default if field.has_db_default() else field.get_default()})


def _flat(operations: Iterable[Operation]) -> Iterator[Operation]:
    for operation in operations:
        if isinstance(operation, migrations.SeparateDatabaseAndState):
            yield from _flat(operation.database_operations)
        else:
            yield operation
