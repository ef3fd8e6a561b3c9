from django.urls import path

from apps.webhooks import views

app_name = "webhooks"
urlpatterns = [
    path("inbound/<slug:platform>/", views.inbound, name="inbound"),
    path("inbound/<slug:platform>/<uuid:app_id>/", views.inbound, name="inbound_of_app"),
]
