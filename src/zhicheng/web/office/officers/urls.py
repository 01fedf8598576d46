from django.urls import path

from zhicheng.web.office.officers import views

urlpatterns = [
    path("", views.show_officers, name="office_officers"),
    path("new/", views.open_account, name="office_officer_new"),
    path("<int:user_id>/", views.show_officer, name="office_officer"),
    path("<int:user_id>/move/", views.move, name="office_officer_move"),
    path("<int:user_id>/close/", views.close, name="office_officer_close"),
    path("<int:user_id>/reopen/", views.reopen, name="office_officer_reopen"),
    path("<int:user_id>/number/", views.fill_in_number, name="office_officer_number"),
    path("<int:user_id>/sessions/", views.end_sessions, name="office_officer_sessions"),
    path("<int:user_id>/sessions/<int:session_id>/", views.end_session, name="office_officer_session"),
    path("<int:user_id>/factor/", views.ask_factor_reset, name="office_officer_factor"),
    path("factor/<int:request_id>/", views.decide_factor_reset, name="office_officer_factor_decide"),
]
