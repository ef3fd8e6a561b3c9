from django.urls import path

from apps.reports.views import shared

app_name = "shared_reports"
urlpatterns = [
    path("<str:token>/", shared.report, name="report"),
    path("<str:token>/passcode/", shared.passcode, name="passcode"),
    path("<str:token>/brand.css", shared.brand_sheet, name="brand_sheet"),
    path("<str:token>/files/<str:file_kind>/", shared.file, name="file"),
]
