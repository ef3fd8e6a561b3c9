from django.urls import path

from apps.social_accounts import settings_views as views

app_name = "connections"
urlpatterns = [
    path("apps/", views.apps, name="apps"),
    path("apps/<slug:platform>/", views.app, name="app"),
    path("apps/<slug:platform>/test/", views.test, name="app_test"),
    path("apps/<slug:platform>/remove/", views.remove, name="app_remove"),
]
