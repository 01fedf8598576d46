from django.urls import path

from zhicheng.web.public import views

urlpatterns = [
    path("", views.home, name="home"),
    path("signed-in/", views.home_signed_in, name="home_signed_in"),
    path("help/", views.help_page, name="help"),
    path("privacy/", views.privacy, name="privacy"),
    path("notices/<slug:slug>/", views.notice, name="notice"),
    path("verify/", views.verify, name="verify"),
]
