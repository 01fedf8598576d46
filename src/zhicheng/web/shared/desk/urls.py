from django.urls import path

from zhicheng.web.shared.desk import dossiers, queue, take_back, views

urlpatterns = [
    path("desk/", queue.queue, name="desk_queue"),
    path("desk/applications/<int:application_id>/", views.show_case, name="desk_case"),
    path("desk/applications/<int:application_id>/pass/", views.pass_case, name="desk_pass"),
    path("desk/applications/<int:application_id>/return/", views.return_case, name="desk_return"),
    path("desk/applications/<int:application_id>/take-back/", take_back.take_back, name="desk_take_back"),
    path("desk/applications/<int:application_id>/dossier/", dossiers.record_dossier, name="desk_dossier"),
    path(
        "desk/applications/<int:application_id>/dossier/<int:dossier_id>/",
        dossiers.correct_dossier,
        name="desk_dossier_correct",
    ),
    path("desk/applications/<int:application_id>/identity/", views.show_identity, name="desk_identity"),
    path("desk/applications/<int:application_id>/files/<int:file_id>/", views.show_file, name="desk_file"),
    path("desk/applications/<int:application_id>/files/<int:file_id>/<int:page>.png", views.show_preview, name="desk_preview"),
    path("desk/papers/<str:serial>.pdf", views.show_paper, name="desk_paper"),
]
