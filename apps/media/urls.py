from django.urls import path

from apps.media import views

app_name = "media"
urlpatterns = [
    path("", views.library, name="library"),
    path("public/<str:token>/", views.public_file, name="public"),
    path("<uuid:asset_id>/", views.show, name="show"),
    path("<uuid:asset_id>/alt/", views.describe, name="describe"),
    path("<uuid:asset_id>/remove/", views.remove, name="remove"),
]
