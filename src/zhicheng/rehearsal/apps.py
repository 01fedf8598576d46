from django.apps import AppConfig


class RehearsalConfig(AppConfig):
    name = "zhicheng.rehearsal"
    label = "rehearsal"
    verbose_name = "演练"
    default_auto_field = "django.db.models.BigAutoField"
