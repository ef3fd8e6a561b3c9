from django.urls import path

from apps.publishing.views import windows

app_name = "windows"
urlpatterns = [path("<uuid:workspace_id>/", windows.windows, name="windows")]
