"""What is in the database, table by table."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.apps import apps
from django.db import connection


def every_row(leave_out: Iterable[str] = ()) -> dict[str, list[tuple[Any, ...]]]:
    """The rows of every table as they lie there, by their model's label and in the order of their key; some labels are left out."""
    models = [model._meta for model in apps.get_models() if model._meta.managed and model._meta.label not in set(leave_out)]
    statements = [f'SELECT * FROM "{one.db_table}" ORDER BY "{one.pk.column}"' for one in models]  # noqa: S608 - names of ours
    rows: dict[str, list[tuple[Any, ...]]] = {}
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(";\n".join(statements))  # one journey for a hundred tables
        for one, statement in zip(models, statements, strict=True):
            if connection.vendor != "postgresql":
                cursor.execute(statement)
            rows[one.label] = cursor.fetchall()
            if connection.vendor == "postgresql":
                cursor.nextset()
    return rows
