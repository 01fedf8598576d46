from django.apps import AppConfig


class LibraryConfig(AppConfig):
    name = "zhicheng.library"
    label = "library"
    verbose_name = "我的资料库"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from zhicheng.library import frozen, invariants, jobs  # noqa: F401 - it registers itself
