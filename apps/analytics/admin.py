"""For support: what was read of accounts and posts, when, and what is missing. Nothing of it can be changed here."""

from __future__ import annotations

from django.contrib import admin

from apps.analytics.models import (
    AccountDay,
    AccountSnapshot,
    Alert,
    AlertRecipient,
    AlertRule,
    Audience,
    Goal,
    HistoryUpload,
    Import,
    ImportedPost,
    MixShare,
    PostTotal,
    PublicationSnapshot,
    Reading,
    Refresh,
    SnapshotRun,
    UploadedDay,
    UploadedPost,
)
from apps.tenants.operator import TenantAdmin


@admin.register(AccountSnapshot)
class AccountSnapshotAdmin(TenantAdmin):
    exclude = ("raw",)
    list_display = ("account_id", "organization", "day", "revision", "missing", "taken_at")
    list_filter = ("missing",)
    list_select_related = ("organization",)
    show_full_result_count = False


@admin.register(PublicationSnapshot)
class PublicationSnapshotAdmin(TenantAdmin):
    exclude = ("raw",)
    list_display = ("publication_id", "organization", "key", "missing", "taken_at")
    list_filter = ("missing",)
    list_select_related = ("organization",)
    show_full_result_count = False


@admin.register(Audience)
class AudienceAdmin(TenantAdmin):
    exclude = ("raw", "groups")
    list_display = ("account_id", "organization", "day", "missing", "taken_at")
    list_filter = ("missing",)
    list_select_related = ("organization",)
    show_full_result_count = False


@admin.register(AccountDay)
class AccountDayAdmin(TenantAdmin):
    """What dashboards read of accounts."""

    list_display = ("account_id", "organization", "day", "revision", "missing", "taken_at")
    list_filter = ("missing",)
    list_select_related = ("organization",)
    show_full_result_count = False


@admin.register(PostTotal)
class PostTotalAdmin(TenantAdmin):
    """What dashboards read of posts."""

    list_display = ("publication_id", "organization", "published_at", "taken_at")
    list_select_related = ("organization",)
    show_full_result_count = False


@admin.register(SnapshotRun)
class SnapshotRunAdmin(TenantAdmin):
    list_display = ("workspace", "organization", "day", "state", "asked", "got", "posts_asked", "posts_got", "ended_at")
    list_filter = ("state",)
    list_select_related = ("organization", "workspace")
    show_full_result_count = False


@admin.register(Reading)
class ReadingAdmin(TenantAdmin):
    """What is read next, and how the last reading went."""

    list_display = ("account_id", "publication_id", "organization", "step", "next_try_at", "read_at", "problem")
    list_filter = ("problem",)
    list_select_related = ("organization",)
    show_full_result_count = False


@admin.register(Refresh)
class RefreshAdmin(TenantAdmin):
    list_display = ("reading_id", "organization", "state", "asked_at", "ended_at", "problem")
    list_filter = ("state",)
    list_select_related = ("organization",)
    show_full_result_count = False


@admin.register(Import)
class ImportAdmin(TenantAdmin):
    exclude = ("cursor",)
    list_display = ("account_id", "organization", "state", "found", "kept", "next_try_at", "problem", "ended_at")
    list_filter = ("state",)
    list_select_related = ("organization",)
    show_full_result_count = False


@admin.register(ImportedPost)
class ImportedPostAdmin(TenantAdmin):
    exclude = ("raw", "text", "media_urls", "facts")  # What people wrote is not an operator's to read.
    list_display = ("account_id", "organization", "remote_id", "published_at", "missing", "taken_at")
    list_filter = ("missing",)
    list_select_related = ("organization",)
    show_full_result_count = False


@admin.register(Goal)
class GoalAdmin(TenantAdmin):
    list_display = ("aim", "target", "organization", "account_id", "begins_on", "ends_on", "reached_at")
    list_filter = ("aim",)
    list_select_related = ("organization",)
    show_full_result_count = False


@admin.register(AlertRule)
class AlertRuleAdmin(TenantAdmin):
    list_display = ("name", "organization", "kind", "metric", "threshold", "is_on", "looked_at")
    list_filter = ("kind", "is_on")
    list_select_related = ("organization",)
    show_full_result_count = False


@admin.register(MixShare)
class MixShareAdmin(TenantAdmin):
    list_display = ("workspace", "organization", "format", "label_id", "percent")
    list_select_related = ("organization", "workspace")
    show_full_result_count = False


@admin.register(AlertRecipient)
class AlertRecipientAdmin(TenantAdmin):
    list_display = ("rule_id", "user_id", "organization")
    list_select_related = ("organization",)
    show_full_result_count = False


@admin.register(Alert)
class AlertAdmin(TenantAdmin):
    list_display = ("rule_id", "organization", "day", "window_on", "was_muted", "acknowledged_at")
    list_filter = ("was_muted",)
    list_select_related = ("organization",)
    show_full_result_count = False


@admin.register(HistoryUpload)
class HistoryUploadAdmin(TenantAdmin):
    exclude = ("rows",)
    list_display = ("account_id", "organization", "kind", "state", "total", "done", "kept", "ended_at")
    list_filter = ("kind", "state")
    list_select_related = ("organization",)
    show_full_result_count = False


@admin.register(UploadedDay)
class UploadedDayAdmin(TenantAdmin):
    exclude = ("raw",)
    list_display = ("account_id", "organization", "day", "upload_id")
    list_select_related = ("organization",)
    show_full_result_count = False


@admin.register(UploadedPost)
class UploadedPostAdmin(TenantAdmin):
    exclude = ("raw", "text")
    list_display = ("account_id", "organization", "remote_id", "day", "upload_id")
    list_select_related = ("organization",)
    show_full_result_count = False
