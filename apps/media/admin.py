"""A look at what is stored and what is under way, for support; files are changed in the library."""

from __future__ import annotations

from django.contrib import admin

from apps.media.models import Asset, Rendition, ShelfItem, Upload
from apps.tenants.operator import TenantAdmin

SHAPE = ("mime_type", "size", "width", "height", "seconds", "video_codec", "audio_codec")


@admin.register(Asset)
class AssetAdmin(TenantAdmin):
    fields = (
        "organization", "workspace", "original_name", "kind", *SHAPE, "alt", "rights_note", "rights_until", "folder",
        "replaced_by", "trashed_at", "uploaded_by", "probe",
    )  # fmt: skip
    list_display = ("original_name", "kind", "mime_type", "size", "width", "height", "created_at", "trashed_at")
    list_filter = ("kind", "mime_type")
    search_fields = ("original_name", "sha256")


@admin.register(Rendition)
class RenditionAdmin(TenantAdmin):
    fields = (
        "organization", "workspace", "asset", "purpose", "recipe", "state", "percent", "words", "tries", "fence",
        "lease_until", "needed_at", *SHAPE,
    )  # fmt: skip
    list_display = ("purpose", "state", "percent", "tries", "lease_until", "needed_at", "created_at")
    list_filter = ("state",)
    search_fields = ("key",)


@admin.register(Upload)
class UploadAdmin(TenantAdmin):
    fields = (
        "organization", "workspace", "name", "state", "declared_size", "received", "source_url", "words", "asset",
        "fence", "lease_until", "expires_at", "uploaded_by",
    )  # fmt: skip
    list_display = ("name", "state", "declared_size", "received", "lease_until", "expires_at", "created_at")
    list_filter = ("state",)
    search_fields = ("name",)


@admin.register(ShelfItem)
class ShelfItemAdmin(TenantAdmin):
    fields = ("organization", "original_name", "kind", *SHAPE, "alt", "rights_note", "rights_until", "uploaded_by")
    list_display = ("original_name", "kind", "mime_type", "size", "created_at")
    list_filter = ("kind",)
    search_fields = ("original_name", "sha256")
