from django.apps import AppConfig


class ApplicationsConfig(AppConfig):
    name = "zhicheng.applications"
    label = "applications"
    verbose_name = "申请书"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from zhicheng.applications import (  # noqa: F401 - they register themselves
            checks,
            count_invariants,
            frozen,
            guards,
            invariants,
            jobs,
            offices,
            persons,
            read_papers,
            replay,
            sent_invariants,
        )
