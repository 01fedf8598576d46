from django.urls import path

from zhicheng.web.applicant.library import files, items, views

ITEM = "<int:item_id>/"

urlpatterns = [
    path("", views.show, name="library"),
    path("take-over/", views.take_over, name="library_take_over"),
    path("keep-on/", views.go_on_keeping, name="library_keep_on"),
    path("empty/", views.empty, name="library_empty"),
    path("new/<str:kind>/", items.new, name="library_new"),
    path(ITEM, items.edit, name="library_item"),
    path(ITEM + "remove/", items.remove, name="library_item_remove"),
    path(ITEM + "files/add/", files.add, name="library_file_add"),
    path(ITEM + "files/<int:file_id>/", files.show, name="library_file"),
    path(ITEM + "files/<int:file_id>/remove/", files.remove, name="library_file_remove"),
]
