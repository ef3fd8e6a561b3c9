"""A look at what is stored, for support; files are changed in the library."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from apps.media.models import Asset


@admin.register(Asset)
class AssetAdmin(admin.ModelAdmin):
    list_display = ("original_name", "mime_type", "size", "width", "height", "created_at")
    list_filter = ("mime_type",)
    search_fields = ("original_name", "sha256")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
