from django.apps import AppConfig


class OrganizationsConfig(AppConfig):
    name = "zhicheng.organizations"
    label = "organizations"
    verbose_name = "单位与部门"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from zhicheng.organizations import (  # noqa: F401 - they declare themselves
            frozen,
            invariants,
            jobs,
            officer_invariants,
            replay,
            request_invariants,
            told_invariants,
            unconfirmed,
        )
