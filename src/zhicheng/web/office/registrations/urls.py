from django.urls import path

from zhicheng.web.office.registrations import views

urlpatterns = [
    path("", views.show_queue, name="office_registrations"),
    path("<int:verification_id>/", views.show_case, name="office_registration"),
    path("<int:verification_id>/approve/", views.approve, name="office_registration_approve"),
    path("<int:verification_id>/return/", views.send_back, name="office_registration_return"),
    path("<int:verification_id>/transfer/", views.transfer, name="office_registration_transfer"),
    path("<int:verification_id>/licence/", views.licence_file, name="office_licence_file"),
    path("<int:verification_id>/licence/<int:page>/", views.licence_preview, name="office_licence_preview"),
]
