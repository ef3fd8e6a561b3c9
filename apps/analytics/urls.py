from django.urls import path

from apps.analytics import views

app_name = "analytics"
urlpatterns = [
    path("", views.of_workspace, name="overview"),
    path("accounts/<uuid:account_id>/imports/", views.imports, name="imports"),
    path("accounts/<uuid:account_id>/imports/start/", views.start_import, name="start_import"),
    path("imports/<uuid:import_id>/retry/", views.retry_import, name="retry_import"),
    path("imports/<uuid:import_id>/delete/", views.delete_import, name="delete_import"),
]
