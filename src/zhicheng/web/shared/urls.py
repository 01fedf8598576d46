from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.urls import path
from django.views.i18n import set_language

from zhicheng.web.shared import views

urlpatterns = [
    path("language/", login_not_required(set_language), name="set_language"),
    path("still-here/", views.still_here, name="still_here"),
]
if settings.MODE != "production":
    urlpatterns.append(path("rehearsal/components/", login_not_required(views.components), name="rehearsal_components"))
