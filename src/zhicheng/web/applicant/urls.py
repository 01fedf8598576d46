from django.urls import path

from zhicheng.web.applicant import checking, findings, following, home, materials, printing, resumable, sections, starting, tasks

ONE = "my/applications/<int:application_id>/"

urlpatterns = [
    path("my/", home.my_titles, name="my_titles"),
    path("my/applications/", home.my_applications, name="my_applications"),
    path("my/applications/new/", starting.new_application, name="application_new"),
    path("my/applications/new/<slug:slug>/", starting.prompt, name="application_prompt"),
    path("my/applications/new/<slug:slug>/choose/", starting.choose_title, name="application_choose"),
    path(ONE, following.show_application, name="my_application"),
    path(ONE + "withdraw/", following.withdraw, name="application_withdraw"),
    path(ONE + "discard/", following.discard, name="application_discard"),
    path(ONE + "papers/<str:serial>.pdf", printing.show_paper, name="application_paper"),
    path(ONE + "draft.pdf", printing.draft_pdf, name="application_draft_pdf"),
    path(ONE + "commitment.pdf", printing.commitment_pdf, name="application_commitment_pdf"),
    path(ONE + "tasks/", tasks.show_tasks, name="application_tasks"),
    path(ONE + "sections/<str:key>/", sections.edit_section, name="application_section"),
    path(ONE + "sections/<str:key>/autosave/", sections.autosave, name="application_autosave"),
    path(ONE + "sections/<str:key>/row/", sections.blank_row, name="application_row"),
    path(ONE + "materials/<str:slot>/", materials.show_slot, name="application_slot"),
    path(ONE + "materials/<str:slot>/upload/<str:box>/<str:paper>/", materials.upload, name="application_upload"),
    path(ONE + "materials/<str:slot>/resumable/<str:box>/<str:paper>/", resumable.begin, name="application_resumable_begin"),
    path(ONE + "uploads/<str:key>/", resumable.go_on, name="application_resumable"),
    path(ONE + "files/<int:material_id>/", materials.show_material, name="application_material"),
    path(ONE + "files/<int:material_id>/original/", materials.show_file, name="application_file"),
    path(ONE + "files/<int:material_id>/<int:page>.png", materials.show_preview, name="application_preview"),
    path(ONE + "files/<int:material_id>/remove/", materials.remove, name="application_material_remove"),
    path(ONE + "findings/", findings.answer, name="application_findings"),
    path(ONE + "check/", checking.check, name="application_check"),
    path(ONE + "submit/", checking.submit, name="application_submit"),
    path(ONE + "submissions/<int:number>/", checking.receipt, name="application_receipt"),
]
