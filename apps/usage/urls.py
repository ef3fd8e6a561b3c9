from django.urls import path

from apps.usage import views

app_name = "usage"
urlpatterns = [
    path("", views.usage, name="usage"),
    path("<int:year>/<int:month>.csv", views.invoice, name="invoice"),
    path("workspaces/<uuid:workspace_id>/limit/", views.own_limit, name="own_limit"),
]
