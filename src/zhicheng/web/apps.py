from django.apps import AppConfig
from django.contrib.messages.apps import MessagesConfig


class WebConfig(AppConfig):
    name = "zhicheng.web"
    label = "web"
    verbose_name = "页面"
    default_auto_field = "django.db.models.BigAutoField"


class PageMessagesConfig(MessagesConfig):
    """Django's own sentences at the top of a page: the room of that name is ours."""

    label = "page_messages"
