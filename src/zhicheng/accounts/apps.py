from django.apps import AppConfig, apps


class AccountsConfig(AppConfig):
    name = "zhicheng.accounts"
    label = "accounts"
    verbose_name = "账号"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from zhicheng.accounts import (  # noqa: F401 - they declare themselves
            checks,
            claims,
            frozen,
            invariants,
            own_invariants,
            persons,
            recording,
            told_invariants,
            warnings,
            witnesses,
        )

        if apps.is_installed("allauth.usersessions"):
            from zhicheng.accounts import forgetting, session_keys  # noqa: F401 - declares its daily job

            session_keys.hash_keys()
        if apps.is_installed("allauth.mfa"):
            from zhicheng.accounts import factor_invariants, recording_factors, sealed_factors  # noqa: F401
