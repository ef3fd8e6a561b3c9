from django.urls import path

from apps.analytics.views import imports, overview
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
    path("imports/<uuid:import_id>/delete/", imports.delete_import, name="delete_import"),
]
