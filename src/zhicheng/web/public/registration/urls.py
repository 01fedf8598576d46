from django.urls import path

from zhicheng.web.public.registration import person, unit, views

urlpatterns = [
    path("unit/", unit.notice, name="register_unit_notice"),
    path("unit/form/", unit.register, name="register_unit"),
    path("unit/licence/", unit.licence, name="register_unit_licence"),
    path("unit/credit-code/", unit.credit_code, name="register_credit_code"),
    path("person/", person.register, name="register_person"),
    path("person/employers/", person.employers, name="register_employers"),
    path("done/", views.done, name="register_done"),
]
