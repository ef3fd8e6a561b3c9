"""For support: what was made, when, and what failed. What reports say is not an operator's to read."""

from __future__ import annotations

from django.contrib import admin

from apps.reports.models import Report, ReportFile, ReportLink, ReportMail, ReportTemplate, Schedule
from apps.tenants.operator import TenantAdmin


@admin.register(Report)
class ReportAdmin(TenantAdmin):
    exclude = ("data", "pictures", "plan")
    list_display = ("id", "organization", "first", "last", "state", "tries", "next_try_at", "problem", "ready_at")
    list_filter = ("state",)
    list_select_related = ("organization",)
    show_full_result_count = False


@admin.register(ReportTemplate)
class ReportTemplateAdmin(TenantAdmin):
    exclude = ("plan",)
    list_display = ("name", "organization", "workspace")
    list_select_related = ("organization", "workspace")


@admin.register(Schedule)
class ScheduleAdmin(TenantAdmin):
    exclude = ("passcode_hash", "recipients")
    list_display = ("id", "organization", "cadence", "next_at", "is_paused")
    list_filter = ("cadence", "is_paused")
    list_select_related = ("organization",)


@admin.register(ReportLink)
class ReportLinkAdmin(TenantAdmin):
    exclude = ("token_hash", "passcode_hash", "note")
    list_display = ("id", "organization", "expires_at", "revoked_at", "last_used_at", "wrong_tries")
    list_select_related = ("organization",)


@admin.register(ReportFile)
class ReportFileAdmin(TenantAdmin):
    exclude = ("file",)
    list_display = ("report_id", "organization", "kind", "size")
    list_filter = ("kind",)
    list_select_related = ("organization",)


@admin.register(ReportMail)
class ReportMailAdmin(TenantAdmin):
    exclude = ("address",)
    list_display = ("report_id", "organization", "state", "tries", "next_try_at", "problem", "sent_at")
    list_filter = ("state",)
    list_select_related = ("organization",)
