from django.urls import path

from zhicheng.web.office import calendars, objections, views

urlpatterns = [
    path("office/arrivals/<int:arrival_id>/annul/", views.annul_arrival, name="office_annul"),
    path("office/applications/<int:application_id>/fraud/", views.reject_for_fraud, name="office_fraud"),
    path("office/integrity/", views.list_records, name="office_integrity"),
    path("office/integrity/<int:record_id>/annul/", views.annul_record, name="office_integrity_annul"),
    path("office/objections/", objections.list_objections, name="office_objections"),
    path("office/objections/<int:objection_id>/", objections.show_objection, name="office_objection"),
    path("office/calendars/", calendars.show_calendars, name="office_calendars"),
    path("office/calendars/withdraw/", calendars.withdraw, name="office_calendar_withdraw"),
    path("office/person/", views.find_person, name="office_person"),
]
