from django.urls import path

from zhicheng.web.shared import identities
from zhicheng.web.unit.people import views

urlpatterns = [
    path("", views.show_people, name="unit_people"),
    path("identities/", identities.confirm, name="unit_identities"),
    path("requests/", views.show_requests, name="unit_account_requests"),
    path("requests/<int:request_id>/withdraw/", views.withdraw, name="unit_account_request_withdraw"),
    path("<int:user_id>/mailbox/", views.ask_mailbox, name="unit_person_mailbox"),
    path("<int:user_id>/factor/", views.ask_factor_removal, name="unit_person_factor"),
    path("<int:user_id>/correction/", views.ask_correction, name="unit_person_correction"),
]
