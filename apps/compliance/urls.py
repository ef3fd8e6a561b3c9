from django.urls import path

from apps.compliance import views

app_name = "compliance"
urlpatterns = [
    path("exports/", views.exports, name="exports"),
    path("exports/<uuid:export_id>/file/", views.export_file, name="export_file"),
    path("erasures/", views.erase, name="erase"),
    path("erasures/<uuid:erasure_id>/undo/", views.undo_erasure, name="erasure_undo"),
    path("erasure/<slug:code>/", views.erasure_certificate, name="erasure_certificate"),
    path("deletion/<slug:code>/", views.deletion_status, name="deletion_status"),
    path("<slug:platform>/deauthorize/", views.deauthorize, name="deauthorize"),
    path("<slug:platform>/deletion/", views.deletion, name="deletion"),
    path("<slug:platform>/<uuid:app_id>/deauthorize/", views.deauthorize, name="deauthorize_of_app"),
    path("<slug:platform>/<uuid:app_id>/deletion/", views.deletion, name="deletion_of_app"),
]
