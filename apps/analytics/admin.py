"""For support: what was read of accounts and posts, when, and what is missing. Nothing of it can be changed here."""

from __future__ import annotations

from django.contrib import admin

from apps.analytics.models import (
    AccountDay,
    AccountSnapshot,
    Audience,
    Import,
    ImportedPost,
    PostTotal,
    PublicationSnapshot,
    Reading,
    Refresh,
    SnapshotRun,
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
