from django.apps import AppConfig


class FoundationConfig(AppConfig):
    name = "zhicheng.foundation"
    label = "foundation"
    verbose_name = "基础"
    default_auto_field = "django.db.models.BigAutoField"
