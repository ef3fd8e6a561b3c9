from django.urls import path

from apps.reports.views import reports, schedules, templates

app_name = "reports"
urlpatterns = [
    path("", reports.index, name="index"),
    path("new/", reports.new, name="new"),
    path("<uuid:report_id>/", reports.report, name="report"),
    path("brand.css", reports.brand_sheet_now, name="brand_sheet_now"),
    path("<uuid:report_id>/brand.css", reports.brand_sheet, name="brand_sheet"),
    path("<uuid:report_id>/view/", reports.view, name="view"),
    path("<uuid:report_id>/files/<str:file_kind>/", reports.file, name="file"),
    path("<uuid:report_id>/share/", reports.share, name="share"),
    path("<uuid:report_id>/retry/", reports.retry, name="retry"),
    path("<uuid:report_id>/delete/", reports.delete, name="delete"),
    path("links/<uuid:report_link_id>/revoke/", reports.revoke, name="revoke"),
    path("templates/", templates.index, name="templates"),
    path("templates/new/", templates.new, name="template_new"),
    path("templates/<uuid:report_template_id>/", templates.template, name="template"),
    path("templates/<uuid:report_template_id>/remove/", templates.remove, name="template_remove"),
    path("schedules/", schedules.index, name="schedules"),
    path("schedules/new/", schedules.new, name="schedule_new"),
    path("schedules/<uuid:report_schedule_id>/", schedules.schedule, name="schedule"),
    path("schedules/<uuid:report_schedule_id>/pause/", schedules.pause, name="schedule_pause"),
    path("schedules/<uuid:report_schedule_id>/remove/", schedules.remove, name="schedule_remove"),
]
