from django.urls import path

from zhicheng.web.public import calendar, calendar_file, mailbox, notice_data, publicity, self_check, verifying, views

urlpatterns = [
    path("", views.home, name="home"),
    path("signed-in/", views.home_signed_in, name="home_signed_in"),
    path("help/", views.help_page, name="help"),
    path("privacy/", views.privacy, name="privacy"),
    path("notices/<slug:slug>/", views.notice, name="notice"),
    path("notices/<slug:slug>/self-check/", self_check.self_check, name="self_check"),
    path("notices/<slug:slug>/self-check/carry/", self_check.carry_answers, name="self_check_carry"),
    path("notices/<slug:slug>/times.ics", calendar_file.notice_times, name="notice_times"),
    path("notices/<slug:slug>/notice.json", notice_data.notice_data, name="notice_data"),
    path("verify/", verifying.verify, name="verify"),
    path("verify/file/", verifying.verify_sent_file, name="verify_file"),
    path("V/<str:serial>/<str:code>", verifying.verify_scanned, name="verify_scanned"),
    path("calendar/", calendar.show_calendar, name="calendar"),
    path("publicity/", publicity.show_list, name="publicity_list"),
    path("publicity/<int:period_id>/", publicity.show_notice, name="publicity_notice"),
    path("G/<int:period_id>/<str:key>", publicity.show_notice_by_link, name="publicity_link"),
    path("G/<int:period_id>/<str:key>/list", publicity.show_list_by_link, name="publicity_link_list"),
    path("mailbox/<str:token>/", mailbox.confirm, name="mailbox_confirm"),
]
