from django.urls import path

from apps.approvals.views import guests as views

app_name = "review"
urlpatterns = [
    path("<str:token>/", views.home, name="home"),
    path("<str:token>/passcode/", views.passcode, name="passcode"),
    path("<str:token>/rest/", views.rest, name="rest"),
    path("<str:token>/record.pdf", views.record, name="record"),
    path("<str:token>/brand.css", views.brand_sheet, name="brand_sheet"),
    path("<str:token>/logo.png", views.logo, name="logo"),
    path("<str:token>/<uuid:post_id>/", views.post, name="post"),
    path("<str:token>/<uuid:post_id>/decide/", views.decide, name="decide"),
    path("<str:token>/<uuid:post_id>/comment/", views.comment, name="comment"),
    path("<str:token>/<uuid:post_id>/time/", views.propose, name="time"),
]
