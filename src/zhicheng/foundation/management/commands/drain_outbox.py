"""``zhicheng drain_outbox``: do what waits in the outbox, here and now."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils.translation import gettext as _

from zhicheng.foundation import actions, outbox
from zhicheng.foundation.models import OutboxMessage, OutboxState


class Command(BaseCommand):
    help = "Handle the due messages of the outbox in this process."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--limit", type=int, default=1000)
        parser.add_argument("--retry-failed", action="store_true", help="first put the failed messages back in the queue")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["retry_failed"]:
            for message_id in list(OutboxMessage.objects.filter(state=OutboxState.FAILED).values_list("pk", flat=True)):
                actions.retry_message(message_id=message_id, actor="system")
        done = outbox.drain(options["limit"])
        waiting = OutboxMessage.objects.filter(state=OutboxState.PENDING).count()
        failed = OutboxMessage.objects.filter(state=OutboxState.FAILED).count()
        self.stdout.write(
            _("处理了 %(done)d 条消息；等待 %(waiting)d 条，失败 %(failed)d 条。")
            % {"done": done, "waiting": waiting, "failed": failed}
        )
