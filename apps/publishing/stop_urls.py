from django.urls import path

from apps.publishing.views import stops

app_name = "stops"
urlpatterns = [
    path("", stops.index, name="index"),
    path("organization/", stops.organization, name="organization"),
    path("network/<str:platform>/", stops.platform, name="platform"),
    path("workspace/<uuid:workspace_id>/", stops.workspace, name="workspace"),
    path("account/<uuid:account_id>/", stops.account, name="account"),
    path("<uuid:stop_id>/", stops.stop, name="stop"),
    path("<uuid:stop_id>/each/", stops.each, name="each"),
]
