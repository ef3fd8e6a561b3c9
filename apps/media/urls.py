from django.urls import path

from apps.media import upload_views, views

app_name = "media"
urlpatterns = [
    path("", views.library, name="library"),
    path("public/<str:token>/", views.public_file, name="public"),
    path("files/<str:token>/<str:name>", views.file, name="file"),
    path("uploads/", upload_views.create, name="upload_create"),
    path("uploads/<uuid:upload_id>/", upload_views.upload, name="upload"),
    path("uploads/<uuid:upload_id>/parts/", upload_views.parts, name="upload_parts"),
    path("uploads/<uuid:upload_id>/complete/", upload_views.complete, name="upload_complete"),
    path("<uuid:asset_id>/", views.show, name="show"),
    path("<uuid:asset_id>/thumbnail/", views.thumbnail, name="thumbnail"),
    path("<uuid:asset_id>/alt/", views.describe, name="describe"),
    path("<uuid:asset_id>/remove/", views.remove, name="remove"),
]
