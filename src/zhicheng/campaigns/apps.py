from django.apps import AppConfig


class CampaignsConfig(AppConfig):
    name = "zhicheng.campaigns"
    label = "campaigns"
    verbose_name = "年度申报批次"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from zhicheng.campaigns import frozen, invariants  # noqa: F401 - they declare themselves
