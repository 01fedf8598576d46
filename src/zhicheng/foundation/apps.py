from django.apps import AppConfig


class FoundationConfig(AppConfig):
    name = "zhicheng.foundation"
    label = "foundation"
    verbose_name = "基础"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # They register checks, handlers and regular jobs.
        from django.core.signals import request_finished

        from zhicheng.foundation import blobs, checks, logs, mail, outbox, roles, shared_cache, verification  # noqa: F401

        request_finished.connect(logs.leave)
