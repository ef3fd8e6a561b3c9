from django.urls import path

from apps.analytics.views import imports, overview

app_name = "analytics"
urlpatterns = [
    path("", overview.of_workspace, name="overview"),
    path("accounts/<uuid:account_id>/imports/", imports.imports, name="imports"),
    path("accounts/<uuid:account_id>/imports/start/", imports.start_import, name="start_import"),
    path("imports/<uuid:import_id>/retry/", imports.retry_import, name="retry_import"),
    path("imports/<uuid:import_id>/delete/", imports.delete_import, name="delete_import"),
]
