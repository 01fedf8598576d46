from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class FoundationConfig(AppConfig):
    name = "zhicheng.foundation"
    label = "foundation"
    verbose_name = "基础"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # They register checks, handlers and regular jobs.
        from django.core.signals import request_finished

        from zhicheng.foundation import (  # noqa: F401
            blobs,
            checks,
            instance,
            logs,
            mail,
            outbox,
            roles,
            sending,
            shared_cache,
            verification,
        )

        request_finished.connect(logs.leave)
        post_migrate.connect(_mark_what_was_prepared, sender=self, dispatch_uid="zhicheng.foundation.mark")


def _mark_what_was_prepared(*, plan: Any = None, **kwargs: Any) -> None:
    """``migrate`` is where an instance begins. ``flush`` says that it has migrated as well, and keeps the mark by itself."""
    from zhicheng.foundation import actions

    if plan is not None:
        actions.mark_instance()
