"""``zhicheng data schema``: the JSON Schema of the copy of a person's data (docs/data-copy.schema.json)."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from zhicheng.personal.told import data_schema


class Command(BaseCommand):
    help = "Print the JSON Schema of data.json in the copy of a person's data (docs/data-copy.schema.json)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("what", choices=["schema"])

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(data_schema(), ending="")
