"""What a later step of ``migrate`` would find and refuse is looked for before the first one: by then nothing was changed, and the version
before can simply be put in its place again."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from django.db.migrations.executor import MigrationExecutor


def look_first(connection: Any) -> None:
    """Ask each migration that was not applied yet and has a ``look_first(apps, schema_editor)``, where its room has tables.

    It is given the models as they are before that migration and raises ``CommandError``; of the columns it may ask those alone that the
    room's first migration made, since the steps between were not taken yet. Asked before the triggers are lifted: those of this version
    would be put on again over a database that has not its columns.
    """
    executor = MigrationExecutor(connection)
    loader = executor.loader
    for migration, _backwards in executor.migration_plan(loader.graph.leaf_nodes()):
        look = getattr(migration, "look_first", None)
        if look is not None and (migration.app_label, "0001_initial") in loader.applied_migrations:
            state = loader.project_state((migration.app_label, migration.name), at_end=False)
            look(state.apps, SimpleNamespace(connection=connection))
