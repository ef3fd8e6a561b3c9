from django.urls import path

from apps.compliance import views

app_name = "compliance"
urlpatterns = [
    path("exports/", views.exports, name="exports"),
    path("exports/<uuid:export_id>/file/", views.export_file, name="export_file"),
    path("deletion/<slug:code>/", views.deletion_status, name="deletion_status"),
    path("<slug:platform>/deauthorize/", views.deauthorize, name="deauthorize"),
    path("<slug:platform>/deletion/", views.deletion, name="deletion"),
]
