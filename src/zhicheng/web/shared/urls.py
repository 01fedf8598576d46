from django.conf import settings
from django.urls import path
from django.views.i18n import set_language

from zhicheng.web.shared import checking, display, inbox, sign_ins, views

urlpatterns = [
    # In place of the library's own page.
    path("accounts/sessions/", sign_ins.show, name="usersessions_list"),
    path("accounts/sessions/<int:session_id>/end/", sign_ins.end_one, name="session_end"),
    path("accounts/devices/forget/", sign_ins.forget_devices, name="devices_forget"),
    path("language/", set_language, name="set_language"),
    path("display/", display.choose, name="display"),
    path("still-here/", views.still_here, name="still_here"),
    path("checking/<str:token>/", checking.show_checking, name="files_checking"),
    path("messages/", inbox.show, name="inbox"),
    path("messages/read/", inbox.read, name="inbox_read"),
    path("kept/", views.kept_form, name="kept_form"),
    path("kept/discard/", views.discard_kept_form, name="kept_form_discard"),
    path("kept/switch/", views.switch_account_for_kept_form, name="kept_form_switch"),
]
if settings.MODE != "production":
    urlpatterns.append(path("rehearsal/components/", views.components, name="rehearsal_components"))
