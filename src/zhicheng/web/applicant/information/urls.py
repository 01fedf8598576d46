from django.urls import path

from zhicheng.web.applicant.information import data, invitation, looked_at, views

urlpatterns = [
    path("", views.show, name="person_information"),
    path("contact/", views.contact, name="person_contact"),
    path("sms/", views.sms, name="person_sms"),
    path("employer/", views.employer, name="person_employer"),
    path("data/", data.show_data, name="person_data"),
    path("data/ask/", data.ask, name="person_data_ask"),
    path("data/copy.zip", data.fetch, name="person_data_copy"),
    path("data/remove/", data.remove, name="person_data_remove"),
    path("looks/", looked_at.show_looks, name="person_looks"),
    path("invitation/", invitation.invitation, name="person_invitation"),
]
