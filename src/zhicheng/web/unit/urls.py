from django.urls import path

from zhicheng.web.unit import papers, publicity, stopping

urlpatterns = [
    path("unit/applications/<int:application_id>/publicity/", publicity.show_period, name="unit_publicity"),
    path("unit/applications/<int:application_id>/publicity/open/", publicity.open_period, name="unit_publicity_open"),
    path("unit/applications/<int:application_id>/publicity/<slug:which>/add/", publicity.add_paper, name="unit_publicity_paper"),
    path(
        "unit/applications/<int:application_id>/publicity/<slug:which>/file/", publicity.show_uploaded, name="unit_publicity_file"
    ),
    path("unit/applications/<int:application_id>/papers/<slug:box>/<slug:paper>/add/", papers.add, name="unit_material_add"),
    path("unit/applications/<int:application_id>/papers/<int:material_id>/remove/", papers.remove, name="unit_material_remove"),
    path("unit/applications/<int:application_id>/publicity/objections/", publicity.add_objection, name="unit_objection"),
    path(
        "unit/applications/<int:application_id>/publicity/objections/<int:objection_id>/",
        publicity.decide_objection,
        name="unit_objection_decide",
    ),
    path("unit/applications/<int:application_id>/publicity/result/", publicity.make_result, name="unit_publicity_result"),
    path("unit/applications/<int:application_id>/publicity/report/", publicity.report, name="unit_report"),
    path("unit/applications/<int:application_id>/publicity/stop/", stopping.stop, name="unit_stop"),
]
