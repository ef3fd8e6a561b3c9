"""A look at what is stored, for support; files are changed in the library."""

from __future__ import annotations

from django.contrib import admin

from apps.media.models import Asset
from apps.tenants.operator import TenantAdmin


@admin.register(Asset)
class AssetAdmin(TenantAdmin):
    fields = (
        "organization",
        "workspace",
        "original_name",
        "mime_type",
        "size",
        "width",
        "height",
        "alt",
        "uploaded_by",
    )
    list_display = ("original_name", "mime_type", "size", "width", "height", "created_at")
    list_filter = ("mime_type",)
    search_fields = ("original_name", "sha256")
