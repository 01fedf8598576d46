"""The library's addresses of the second factor, and ours in the place of two of them: a name leads to one address only."""

from allauth.mfa.recovery_codes import urls as codes
from allauth.mfa.totp import urls as apps
from django.urls import include, path

from zhicheng.web.public import factor_pages

OURS = {"mfa_activate_totp", "mfa_view_recovery_codes"}

urlpatterns = [
    path("", include("allauth.mfa.base.urls")),
    path("totp/activate/", factor_pages.SetUpApp.as_view(), name="mfa_activate_totp"),
    path("totp/replace/", factor_pages.ReplaceApp.as_view(), name="mfa_replace_totp"),
    path("totp/", include([one for one in apps.urlpatterns if one.name not in OURS])),
    path("recovery-codes/", factor_pages.ShowRecoveryCodes.as_view(), name="mfa_view_recovery_codes"),
    path("recovery-codes/kept/", factor_pages.keep_codes, name="mfa_keep_codes"),
    path("recovery-codes/", include([one for one in codes.urlpatterns if one.name not in OURS])),
]
