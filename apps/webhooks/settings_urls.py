from django.urls import path

from apps.webhooks import settings_views as views

app_name = "hooks"
urlpatterns = [
    path("", views.endpoints, name="list"),
    path("new/", views.make, name="make"),
    path("<uuid:endpoint_id>/", views.endpoint, name="endpoint"),
    path("<uuid:endpoint_id>/change/", views.change, name="change"),
    path("<uuid:endpoint_id>/test/", views.test, name="test"),
    path("<uuid:endpoint_id>/rotate/", views.rotate, name="rotate"),
    path("<uuid:endpoint_id>/pause/", views.pause, name="pause"),
    path("<uuid:endpoint_id>/resume/", views.resume, name="resume"),
    path("<uuid:endpoint_id>/again/", views.again, name="again"),
    path("<uuid:endpoint_id>/remove/", views.remove, name="remove"),
    path("deliveries/<uuid:delivery_id>/", views.delivery, name="delivery"),
    path("deliveries/<uuid:delivery_id>/again/", views.again_one, name="again_one"),
]
