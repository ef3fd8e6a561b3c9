from django.urls import path

from apps.analytics.views import alerts, brought, exports, history, imports, overview
from apps.analytics.views.boards import accounts, goals, mix, posts, sorts, times

app_name = "analytics"
urlpatterns = [
    path("", overview.of_workspace, name="overview"),
    path("accounts/", accounts.listed, name="accounts"),
    path("accounts/<uuid:account_id>/", accounts.of_account, name="account"),
    path("posts/<uuid:post_id>/", posts.of_post, name="post"),
    path("clients/<uuid:workspace_id>/", overview.of_client, name="client"),
    path("sorts/", sorts.listed, name="sorts"),
    path("campaigns/<uuid:campaign_id>/", sorts.of_campaign, name="campaign"),
    path("labels/<uuid:label_id>/", sorts.of_label, name="label"),
    path("times/", times.of_workspace, name="times"),
    path("mix/", mix.of_workspace, name="mix"),
    path("mix/plan/", mix.plan, name="mix_plan"),
    path("goals/", goals.listed, name="goals"),
    path("goals/new/", goals.make, name="goal_new"),
    path("goals/<uuid:goal_id>/", goals.change, name="goal"),
    path("goals/<uuid:goal_id>/remove/", goals.remove, name="goal_remove"),
    path("accounts/<uuid:account_id>/imports/", imports.imports, name="imports"),
    path("accounts/<uuid:account_id>/imports/start/", imports.start_import, name="start_import"),
    path("imports/<uuid:import_id>/retry/", imports.retry_import, name="retry_import"),
    path("imports/posts/<uuid:imported_id>/", brought.imported, name="imported_post"),
    path("history/posts/<uuid:uploaded_id>/", brought.uploaded, name="uploaded_post"),
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
