from django.urls import path

from apps.compliance import views

app_name = "compliance"
urlpatterns = [
    path("deletion/<slug:code>/", views.deletion_status, name="deletion_status"),
    path("<slug:platform>/deauthorize/", views.deauthorize, name="deauthorize"),
    path("<slug:platform>/deletion/", views.deletion, name="deletion"),
]
