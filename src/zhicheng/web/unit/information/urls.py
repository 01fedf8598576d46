from django.urls import path

from zhicheng.web.unit.information import views

urlpatterns = [
    path("", views.show, name="unit_information"),
    path("edit/", views.edit, name="unit_information_edit"),
    path("licence/", views.licence, name="unit_information_licence"),
    path("licence/<int:verification_id>/", views.licence_file, name="unit_licence_file"),
    path("report-mails/", views.report_mails, name="unit_report_mails"),
    path("colleague/", views.colleague, name="unit_colleague"),
]
