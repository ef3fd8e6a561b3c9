from django.urls import path

from apps.social_accounts import settings_views as views

app_name = "connections"
urlpatterns = [
    path("portal/", views.branding, name="branding"),
    path("return-addresses/", views.return_origins, name="return_origins"),
    path("return-addresses/<uuid:origin_id>/remove/", views.remove_return_origin, name="return_origin_remove"),
    path("apps/", views.apps, name="apps"),
    path("apps/<slug:platform>/", views.app, name="app"),
    path("apps/<slug:platform>/test/", views.test, name="app_test"),
    path("apps/<slug:platform>/remove/", views.remove, name="app_remove"),
]
