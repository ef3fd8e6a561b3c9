from django.urls import path

from apps.media.views import arranging, captions, files, shelf, uploads

app_name = "media"
urlpatterns = [
    path("add/", arranging.add, name="add"),
    path("fetch/", arranging.fetch, name="fetch"),
    path("arrange/", arranging.arrange, name="arrange"),
    path("folders/", arranging.make_folder, name="make_folder"),
    path("folders/<uuid:folder_id>/", arranging.change_folder, name="change_folder"),
    path("shelf/<uuid:item_id>/", files.show_shelved, name="shelf_show"),
    path("shelf/<uuid:item_id>/take/", shelf.take, name="shelf_take"),
    path("shelf/<uuid:item_id>/remove/", shelf.remove, name="shelf_remove"),
    path("captions/<uuid:track_id>/remove/", captions.remove, name="captions_remove"),
    path("public/<str:token>/", files.public_file, name="public"),
    path("files/<str:token>/<str:name>", files.file, name="file"),
    path("uploads/", uploads.create, name="upload_create"),
    path("uploads/<uuid:upload_id>/", uploads.upload, name="upload"),
    path("uploads/<uuid:upload_id>/parts/", uploads.parts, name="upload_parts"),
    path("uploads/<uuid:upload_id>/complete/", uploads.complete, name="upload_complete"),
    path("<uuid:asset_id>/", files.show, name="show"),
    path("<uuid:asset_id>/thumbnail/", files.thumbnail, name="thumbnail"),
    path("<uuid:asset_id>/captions/", captions.add, name="captions_add"),
    path("<uuid:asset_id>/describe/", arranging.describe, name="describe"),
    path("<uuid:asset_id>/remove/", arranging.remove, name="remove"),
]
