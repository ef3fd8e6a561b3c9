from django.urls import path

from apps.api import developers

app_name = "developers"
urlpatterns = [
    path("", developers.index, name="index"),
    path("<slug:guide_name>/", developers.guide, name="guide"),
]
