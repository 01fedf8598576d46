"""Every address of the site: one folder of pages per audience."""

from django.urls import include, path

urlpatterns = [
    path("", include("zhicheng.web.public.urls")),
    path("", include("zhicheng.web.shared.urls")),
    path("accounts/", include("allauth.urls")),
]
