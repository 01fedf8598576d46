"""Every address of the site: one folder of pages per audience."""

from django.urls import include, path

urlpatterns = [
    path("", include("zhicheng.web.public.urls")),
    path("", include("zhicheng.web.shared.urls")),
    path("", include("zhicheng.web.system.urls")),
    path("accounts/", include("allauth.urls")),
]

handler400 = "zhicheng.web.shared.errors.handler400"
handler403 = "zhicheng.web.shared.errors.handler403"
handler404 = "zhicheng.web.shared.errors.handler404"
handler429 = "zhicheng.web.shared.errors.handler429"
handler500 = "zhicheng.web.shared.errors.handler500"
