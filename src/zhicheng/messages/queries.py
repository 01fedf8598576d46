"""Reading the inbox."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from zhicheng.messages.models import Message
from zhicheng.messages.reading import Reader


def messages_of(reader: Reader) -> QuerySet[Message]:
    """What a reader was told, for a list ordered by ``-at, -id``."""
    if reader.organization_id is not None:
        return Message.objects.filter(organization_id=reader.organization_id)
    if reader.user_id is None:
        return Message.objects.none()
    return Message.objects.filter(user_id=reader.user_id)


def unread_of(column: str, whose: OuterRef) -> Any:
    """How many messages the reader in ``column`` (``user``, ``organization``) has not read, for a query about accounts."""
    unread = Message.objects.filter(Q(**{column: whose}), read_at__isnull=True).order_by()
    counted = unread.values(column).annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)
