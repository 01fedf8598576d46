from django.apps import AppConfig


class PersonalConfig(AppConfig):
    name = "zhicheng.personal"
    label = "personal"
    verbose_name = "我的数据"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from zhicheng.personal import jobs  # noqa: F401 - it registers itself
