from typing import Any

from django.apps import AppConfig
from django.db import connections
from django.db.models.signals import post_migrate, pre_migrate


class FoundationConfig(AppConfig):
    name = "zhicheng.foundation"
    label = "foundation"
    verbose_name = "基础"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # They register checks, handlers and regular jobs.
        from django.core.signals import request_finished

        from zhicheng.foundation import (  # noqa: F401
            alerts,
            backups,
            blobs,
            checks,
            instance,
            leaving,
            logs,
            looks,
            mail,
            outbox,
            own_invariants,
            readiness,
            roles,
            rolling,
            second_copy,
            sending,
            shared_cache,
            statement_limit,
            threads,
            verification,
            verified_invariants,
        )

        threads.keep_by_thread()
        request_finished.connect(logs.leave)
        post_migrate.connect(_mark_what_was_prepared, sender=self, dispatch_uid="zhicheng.foundation.mark")
        pre_migrate.connect(_lift_protection, sender=self, dispatch_uid="zhicheng.protection.off")
        post_migrate.connect(_put_protection_on, sender=self, dispatch_uid="zhicheng.protection.on")


def _lift_protection(*, using: str, plan: Any = (), **kwargs: Any) -> None:
    from zhicheng.foundation import triggers

    if plan:
        triggers.begin_migrating(connections[using])


def _put_protection_on(*, using: str, **kwargs: Any) -> None:
    from zhicheng.foundation import triggers

    triggers.end_migrating(connections[using])


def _mark_what_was_prepared(*, plan: Any = None, **kwargs: Any) -> None:
    """``migrate`` is where an instance begins. ``flush`` says that it has migrated as well, and keeps the mark by itself."""
    from zhicheng.foundation import actions

    if plan is not None:
        actions.mark_instance()
