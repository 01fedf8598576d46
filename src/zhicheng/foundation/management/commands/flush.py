"""Django's ``flush``, made to agree with an append-only ledger."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import CommandError
from django.core.management.commands.flush import Command as DjangoFlush
from django.db import connections

from zhicheng.foundation import triggers
from zhicheng.foundation.ledger import GENESIS
from zhicheng.foundation.models import InstanceMark, LedgerHead


class Command(DjangoFlush):
    """Empties the database of a rehearsal or a test. In production there is no such command (house, decision 7)."""

    def handle(self, **options: Any) -> None:
        if settings.MODE == "production":
            raise CommandError("A production database is not emptied.")
        connection = connections[options["database"]]
        triggers.take_off(connection)
        marks = list(InstanceMark.objects.using(connection.alias).all())
        try:
            super().handle(**options)
            InstanceMark.objects.using(connection.alias).bulk_create(marks)  # emptied, it is still what it was
            LedgerHead.objects.using(connection.alias).get_or_create(pk=1, defaults={"number": 0, "hash": GENESIS})
        finally:
            triggers.put_on(connection)
