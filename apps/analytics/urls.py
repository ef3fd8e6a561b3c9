from django.urls import path

from apps.analytics.views import alerts, exports, history, imports, overview

app_name = "analytics"
urlpatterns = [
    path("", overview.of_workspace, name="overview"),
    path("accounts/<uuid:account_id>/imports/", imports.imports, name="imports"),
    path("accounts/<uuid:account_id>/imports/start/", imports.start_import, name="start_import"),
    path("imports/<uuid:import_id>/retry/", imports.retry_import, name="retry_import"),
    path("export/", exports.export, name="export"),
    path("history/<slug:kind>.csv", history.template, name="history_template"),
    path("accounts/<uuid:account_id>/history/", history.of_account, name="history"),
    path("accounts/<uuid:account_id>/history/upload/", history.upload, name="upload_history"),
    path("history/<uuid:history_id>/retry/", history.retry, name="retry_history"),
    path("history/<uuid:history_id>/delete/", history.delete, name="delete_history"),
    path("alerts/", alerts.alerts, name="alerts"),
    path("alerts/open/", alerts.open_alerts, name="open_alerts"),
    path("alerts/rules/new/", alerts.make_rule, name="alert_rule_new"),
    path("alerts/rules/<uuid:rule_id>/", alerts.change_rule, name="alert_rule"),
    path("alerts/rules/<uuid:rule_id>/remove/", alerts.remove_rule, name="alert_rule_remove"),
    path("alerts/<uuid:alert_id>/acknowledge/", alerts.acknowledge, name="alert_acknowledge"),
    path("imports/<uuid:import_id>/delete/", imports.delete_import, name="delete_import"),
]
