from django.urls import path

from apps.social_accounts import portal_views as views

app_name = "portal"
urlpatterns = [
    path("<str:token>/", views.home, name="home"),
    path("<str:token>/start/", views.start, name="start"),
    path("<str:token>/brand.css", views.brand_sheet, name="brand_sheet"),
    path("<str:token>/logo.png", views.logo, name="logo"),
    path("<str:token>/channels/<uuid:session_id>/", views.channels, name="channels"),
    path("<str:token>/done/<uuid:session_id>/", views.done, name="done"),
]
