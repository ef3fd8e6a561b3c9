"""For support: which links there are and where they lead. Nothing of it can be changed here."""

from __future__ import annotations

from django.contrib import admin

from apps.links.models import ClickDay, Link, LinkDomain, LinkSettings
from apps.tenants.operator import TenantAdmin


@admin.register(LinkSettings)
class LinkSettingsAdmin(TenantAdmin):
    list_display = ("workspace", "organization", "tags", "shortens", "domain")
    list_select_related = ("organization", "workspace")
    show_full_result_count = False


@admin.register(Link)
class LinkAdmin(TenantAdmin):
    list_display = ("outgoing", "organization", "code", "host", "paused_at", "expires_at")
    list_select_related = ("organization",)
    show_full_result_count = False


@admin.register(LinkDomain)
class LinkDomainAdmin(TenantAdmin):
    exclude = ("token",)
    list_display = ("host", "organization", "verified_at", "checked_at", "next_check_at", "problem")
    list_filter = ("problem",)
    list_select_related = ("organization",)
    show_full_result_count = False


@admin.register(ClickDay)
class ClickDayAdmin(TenantAdmin):
    list_display = ("link_id", "organization", "day", "clicks")
    list_select_related = ("organization",)
    show_full_result_count = False
