from django.apps import AppConfig


class ReviewConfig(AppConfig):
    name = "zhicheng.review"
    label = "review"
    verbose_name = "审核"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from zhicheng.review import frozen, guards, invariants, jobs  # noqa: F401 - they register themselves
