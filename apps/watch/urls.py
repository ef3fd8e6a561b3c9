from django.urls import path

from apps.watch import public, views

app_name = "watch"
urlpatterns = [
    path("on-time/", views.of_workspace, name="on_time"),
    path("settings/on-time/", views.of_organization, name="organization"),
    path("settings/status-page/", views.status_page, name="status_page"),
    path("publishing-pause/", public.pause, name="pause"),
    path("status/<str:slug>/", public.status, name="status"),
]
