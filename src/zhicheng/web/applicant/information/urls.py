from django.urls import path

from zhicheng.web.applicant.information import invitation, looked_at, views

urlpatterns = [
    path("", views.show, name="person_information"),
    path("contact/", views.contact, name="person_contact"),
    path("sms/", views.sms, name="person_sms"),
    path("employer/", views.employer, name="person_employer"),
    path("looks/", looked_at.show_looks, name="person_looks"),
    path("invitation/", invitation.invitation, name="person_invitation"),
]
