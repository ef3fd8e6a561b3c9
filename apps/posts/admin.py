"""For support: how workspaces sort what they write. It is changed by whoever it belongs to."""

from __future__ import annotations

from django.contrib import admin

from apps.posts.models import Campaign, Label, Template
from apps.tenants.operator import TenantAdmin


@admin.register(Label)
class LabelAdmin(TenantAdmin):
    list_display = ("name", "colour", "workspace", "created_at")
    list_filter = ("colour",)
    list_select_related = ("workspace",)
    search_fields = ("name", "id")
    show_full_result_count = False


@admin.register(Campaign)
class CampaignAdmin(TenantAdmin):
    list_display = ("name", "starts_on", "ends_on", "external_ref", "workspace", "created_at")
    list_select_related = ("workspace",)
    search_fields = ("name", "external_ref", "id")
    show_full_result_count = False


@admin.register(Template)
class TemplateAdmin(TenantAdmin):
    list_display = ("name", "workspace", "created_at", "updated_at")
    list_select_related = ("workspace",)
    search_fields = ("name", "id")
    show_full_result_count = False
