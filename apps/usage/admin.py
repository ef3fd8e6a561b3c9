"""For the operator: plans are made and changed here, and given to organizations; what was used is read."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest

from apps.tenants.operator import OperatorAdmin, TenantAdmin
from apps.usage.models import Assignment, Entry, OwnLimit, Plan, Total


@admin.register(Plan)
class PlanAdmin(OperatorAdmin):
    changeable = (
        "name", "monthly_publications", "daily_publications", "monthly_imports", "workspaces", "accounts", "seats",
        "storage_bytes", "webhooks", "keys", "requests", "white_label",
    )  # fmt: skip
    fields = changeable
    list_display = ("name", "monthly_publications", "workspaces", "accounts", "seats", "storage_bytes", "white_label")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.is_superuser)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.is_superuser)  # One that an organization has is protected.


class AssignmentForm(forms.ModelForm):
    def validate_unique(self) -> None:
        """Django would ask the scoped manager, which the operator is outside of."""
        organization = self.cleaned_data.get("organization")
        if organization and Assignment.across_tenants.filter(organization=organization).exists():
            self.add_error("organization", "It has a plan already: change that.")


@admin.register(Assignment)
class AssignmentAdmin(TenantAdmin):
    """Which plan an organization has; without a row it has none, and no limits."""

    form = AssignmentForm
    fields = ("organization", "plan")
    changeable = ("plan",)
    list_display = ("organization", "plan", "updated_at")
    list_select_related = ("organization", "plan")
    list_filter = ("plan",)
    search_fields = ("organization__name",)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return super().get_readonly_fields(request, obj) if obj else []

    def has_add_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.is_superuser)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.is_superuser)


@admin.register(OwnLimit)
class OwnLimitAdmin(TenantAdmin):
    list_display = ("workspace", "meter", "monthly", "updated_at")
    list_select_related = ("workspace",)


@admin.register(Total)
class TotalAdmin(TenantAdmin):
    list_display = ("organization", "workspace", "meter", "period", "amount", "told")
    list_select_related = ("organization", "workspace")
    list_filter = ("meter", "period")
    search_fields = ("organization__name",)
    show_full_result_count = False


@admin.register(Entry)
class EntryAdmin(TenantAdmin):
    list_display = ("created_at", "workspace", "meter", "day", "amount", "key")
    list_select_related = ("workspace",)
    list_filter = ("meter",)
    search_fields = ("key",)
    show_full_result_count = False
