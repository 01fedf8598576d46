from django.apps import AppConfig


class IntegrityConfig(AppConfig):
    name = "zhicheng.integrity"
    label = "integrity"
    verbose_name = "诚信档案"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from zhicheng.integrity import frozen, invariants, persons, replay  # noqa: F401 - it registers itself
