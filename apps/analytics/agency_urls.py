from django.urls import path

from apps.analytics.views.boards import organization

app_name = "agency"
urlpatterns = [
    path("", organization.of_organization, name="analytics"),
]
