from django.apps import AppConfig


class MessagesConfig(AppConfig):
    name = "zhicheng.messages"
    label = "messages"
    verbose_name = "消息"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from zhicheng.messages import jobs, sms  # noqa: F401 - they register themselves
