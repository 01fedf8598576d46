from django.urls import path

from zhicheng.web.office.people import views
from zhicheng.web.shared import identities

urlpatterns = [
    path("", views.show_queue, name="office_account_requests"),
    path("<int:request_id>/", views.show_case, name="office_account_request"),
    path("<int:request_id>/approve/", views.approve, name="office_account_approve"),
    path("<int:request_id>/refuse/", views.refuse, name="office_account_refuse"),
    path("<int:request_id>/withdraw/", views.withdraw, name="office_account_withdraw"),
    path("<int:request_id>/release/", views.release, name="office_account_release"),
    path("<int:request_id>/scan/", views.scan_file, name="office_account_scan"),
    path("<int:request_id>/scan/<int:page>/", views.scan_preview, name="office_account_scan_preview"),
    path("identities/", identities.confirm, name="office_identities"),
    path("administrators/", views.show_administrators, name="office_administrators"),
    path("administrators/<int:user_id>/mailbox/", views.ask_mailbox, name="office_administrator_mailbox"),
    path("administrators/<int:user_id>/factor/", views.ask_factor_removal, name="office_administrator_factor"),
]
