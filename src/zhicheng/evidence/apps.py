from django.apps import AppConfig


class EvidenceConfig(AppConfig):
    name = "zhicheng.evidence"
    label = "evidence"
    verbose_name = "附件文件"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from zhicheng.evidence import frozen, jobs, previews  # noqa: F401 - they declare themselves
        from zhicheng.evidence.confinement import platform  # noqa: F401 - registers the check of the walls
